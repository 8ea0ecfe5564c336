import {
  Alert,
  Button,
  Card,
  FileInput,
  Group,
  NativeSelect,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { queryClient } from "../../api/queries.ts";
import { sendFile } from "./send-file.ts";

const HOUR_MS = 3_600_000;
const MARKS = ["assumed", "measured", "published"] as const;
type Mark = (typeof MARKS)[number];

interface Given {
  readonly low: number;
  readonly high: number;
  readonly mark: Mark;
  readonly source: string;
}

const SOURCES = [
  { value: "live", label: "Connected Intercom" },
  { value: "file", label: "A file" },
];

interface Question {
  readonly kind: string;
  readonly file: File | null;
  readonly days: number;
  readonly hours: number;
  readonly currency: string;
  readonly dealSize: Given;
  /** In percent. */
  readonly closeRate: Given;
}

const EXAMPLE = { mark: "assumed", source: "an example" } as const;
const FIRST: Question = {
  kind: "live",
  file: null,
  days: 90,
  hours: 24,
  currency: "USD",
  dealSize: { low: 12_000, high: 12_000, ...EXAMPLE },
  closeRate: { low: 15, high: 15, ...EXAMPLE },
};

async function start(environment: string, asked: Question): Promise<string> {
  const { kind, file, days, hours, currency, dealSize, closeRate } = asked;
  const rate = { ...closeRate, low: closeRate.low / 100, high: closeRate.high / 100 };
  const question = { withinMs: hours * HOUR_MS, dealSize, closeRate: rate, currency };
  const path = { environment };
  if (kind === "live")
    return (await call("startAudit", { path, body: { kind: "live", days, ...question } })).id;
  if (file === null) throw new Error("Choose a file first.");
  const { id } = await call("startAudit", { path, body: { kind: "file", name: file.name, ...question } });
  await sendFile({ environment, audit: id }, file);
  return id;
}

/** What is audited, what counts as in time, and what a deal is worth: with where that comes from. */
export function Begin({ environment }: { readonly environment: string }) {
  const navigate = useNavigate();
  const [asked, setAsked] = useState(FIRST);
  const begin = useMutation({
    mutationFn: () => start(environment, asked),
    onSuccess: async (audit) => {
      await queryClient.invalidateQueries({ queryKey: ["listAudits"] });
      await navigate({ to: "/e/$environment/audit", params: { environment }, search: { audit } });
    },
  });
  return (
    <Card withBorder>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          begin.mutate();
        }}
      >
        <Stack>
          <Title order={2} size="h4">
            New audit
          </Title>
          <Fields asked={asked} onChange={(change) => setAsked({ ...asked, ...change })} />
          {begin.error !== null && (
            <Alert color="red" title="That was not begun">
              {begin.error.message}
            </Alert>
          )}
          <Group>
            <Button
              type="submit"
              loading={begin.isPending}
              disabled={asked.kind === "file" && asked.file === null}
            >
              Begin
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

function Fields(props: { readonly asked: Question; readonly onChange: (change: Partial<Question>) => void }) {
  const { asked, onChange } = props;
  const { kind, file, days, hours, currency, dealSize, closeRate } = asked;
  return (
    <>
      <NativeSelect
        label="What is audited"
        data={SOURCES}
        value={kind}
        onChange={(event) => onChange({ kind: event.currentTarget.value })}
        maw={320}
      />
      {kind === "live" ? (
        <Live days={days} onDays={(next) => onChange({ days: next })} />
      ) : (
        <FileInput
          label="Export of Intercom"
          description="JSON, CSV or lines of JSON. It is counted and not kept; the report holds the words of a few samples."
          placeholder="Choose a file"
          value={file}
          onChange={(next) => onChange({ file: next })}
        />
      )}
      <Group align="start" grow preventGrowOverflow={false}>
        <TextInput
          type="number"
          label="In time is an answer within (hours)"
          min={1}
          max={8_760}
          required
          withAsterisk={false}
          value={Number.isNaN(hours) ? "" : hours}
          onChange={(event) => onChange({ hours: event.currentTarget.valueAsNumber })}
        />
        <TextInput
          label="Currency"
          maxLength={8}
          value={currency}
          onChange={(event) => onChange({ currency: event.currentTarget.value })}
        />
      </Group>
      <Range
        name="Deal size"
        unit={currency}
        value={dealSize}
        onChange={(next) => onChange({ dealSize: next })}
      />
      <Range
        name="Close rate"
        unit="%"
        value={closeRate}
        onChange={(next) => onChange({ closeRate: next })}
      />
    </>
  );
}

function Live({ days, onDays }: { readonly days: number; readonly onDays: (days: number) => void }) {
  return (
    <>
      <Text size="sm" c="dimmed">
        Reads conversations that began in these days, and where Salesforce is connected, what it knows of
        those who qualified. Nothing is written to either.
      </Text>
      <TextInput
        type="number"
        label="Days"
        min={1}
        max={3_650}
        required
        withAsterisk={false}
        value={Number.isNaN(days) ? "" : days}
        onChange={(event) => onDays(event.currentTarget.valueAsNumber)}
        maw={200}
      />
    </>
  );
}

function Range(props: {
  readonly name: string;
  readonly unit: string;
  readonly value: Given;
  readonly onChange: (value: Given) => void;
}) {
  const { name, unit, value, onChange } = props;
  const { low, high, mark, source } = value;
  return (
    <Group align="end" gap="xs">
      <TextInput
        type="number"
        label={`${name} from (${unit})`}
        min={0}
        required
        withAsterisk={false}
        value={Number.isNaN(low) ? "" : low}
        step="any"
        onChange={(event) => {
          const next = event.currentTarget.valueAsNumber;
          onChange({ ...value, low: next, high: Math.max(Number.isNaN(high) ? 0 : high, next) });
        }}
        style={{ flex: "1 1 130px" }}
      />
      <TextInput
        type="number"
        label={`${name} to (${unit})`}
        min={0}
        required
        withAsterisk={false}
        value={Number.isNaN(high) ? "" : high}
        step="any"
        onChange={(event) => onChange({ ...value, high: event.currentTarget.valueAsNumber })}
        style={{ flex: "1 1 130px" }}
      />
      <NativeSelect
        label={`${name} is`}
        data={[...MARKS]}
        value={mark}
        onChange={(event) => onChange({ ...value, mark: event.currentTarget.value as Mark })}
        style={{ flex: "1 1 120px" }}
      />
      <TextInput
        label={`Where ${name.toLowerCase()} comes from`}
        required
        withAsterisk={false}
        maxLength={300}
        value={source}
        onChange={(event) => onChange({ ...value, source: event.currentTarget.value })}
        style={{ flex: "3 1 220px" }}
      />
    </Group>
  );
}
