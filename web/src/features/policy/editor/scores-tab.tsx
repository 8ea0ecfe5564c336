/** Scores: the histogram of the last 30 days with the threshold under it, and what adds up. */
import { Card, Checkbox, Group, Slider, Stack, Text, Title } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import type { Answer } from "../../../api/client.ts";
import { useRead } from "../../../api/queries.ts";
import { NumberBox } from "./boxes.tsx";
import { FindingsAt, useEditing, useFault, useNames } from "./editing.tsx";
import { Parts } from "./form.tsx";
import { Histogram } from "./histogram.tsx";
import { type Shape, wordsOf } from "./shape.ts";
import { at, isFields, type Path } from "./tree.ts";

type Bins = Answer<"scoreHistogram">[string];

/** Its own tab holds bonuses and multipliers. */
const ELSEWHERE = ["threshold", "signals", "bonus", "multiply"];

export function ScoresTab({ shape, live }: { readonly shape: Shape; readonly live: unknown }) {
  const { content } = useEditing();
  const { environment } = useParams({ from: "/e/$environment/policy/drafts/$draft" });
  const { data: bins } = useRead("scoreHistogram", { environment }, {}, false);
  const scores = at(content, ["scores"]);
  const of = typeof shape.additionalProperties === "object" ? shape.additionalProperties : {};
  return (
    <Stack>
      {Object.keys(isFields(scores) ? scores : {}).map((name) => (
        <Card withBorder key={name}>
          <Stack>
            <Title order={2} size="h4">
              {wordsOf(name)}
            </Title>
            <Threshold name={name} bins={bins?.[name]} live={at(live, ["scores", name, "threshold"])} />
            <Signals path={["scores", name, "signals"]} />
            <Parts shape={of} path={["scores", name]} without={ELSEWHERE} />
          </Stack>
        </Card>
      ))}
    </Stack>
  );
}

function Threshold(props: {
  readonly name: string;
  readonly bins: Bins | undefined;
  readonly live: unknown;
}) {
  const { name, bins, live } = props;
  const path: Path = ["scores", name, "threshold"];
  const { content, canEdit, change } = useEditing();
  const fault = useFault(path);
  const found = at(content, path);
  const value = typeof found === "number" ? found : 0;
  const published = typeof live === "number" ? live : null;
  const put = (next: number | undefined): void => {
    if (canEdit && next !== undefined) change(path, next);
  };
  const max = Math.max(105, Math.ceil(Math.max(value, published ?? 0) / 5) * 5);
  return (
    <Group align="end" gap="xl">
      <div style={{ flex: "1 1 300px", paddingBottom: 24 }}>
        <Histogram
          bins={bins?.bins ?? []}
          width={bins?.width ?? 5}
          max={max}
          threshold={value}
          published={published}
        />
        <Slider
          thumbLabel={`Threshold of ${name}`}
          min={0}
          max={max}
          step={1}
          size="sm"
          styles={{ markLabel: { color: "var(--mantine-color-dimmed)" } }}
          color="teal"
          disabled={!canEdit}
          value={value}
          onChange={put}
          marks={published === null ? [] : [{ value: published, label: `published ${published}` }]}
        />
      </div>
      <NumberBox
        label="Threshold"
        description="From how many points on"
        error={fault}
        w={150}
        min={0}
        readOnly={!canEdit}
        value={value}
        onChange={put}
      />
    </Group>
  );
}

function Signals({ path }: { readonly path: Path }) {
  const { content, canEdit, change } = useEditing();
  const names = useNames(["signals"]);
  const chosen = at(content, path);
  const value = Array.isArray(chosen) ? chosen.map(String) : [];
  return (
    <>
      <Checkbox.Group
        label="Signals that add up"
        value={value}
        onChange={(next: string[]) => change(path, next)}
      >
        <Group gap="md" mt={6}>
          {[...new Set([...names, ...value])].map((name) => (
            <Checkbox key={name} value={name} label={wordsOf(name)} disabled={!canEdit} />
          ))}
        </Group>
      </Checkbox.Group>
      <FindingsAt path={path} below />
      {value.length === 0 && (
        <Text size="sm" c="dimmed">
          Without a signal only bonuses count.
        </Text>
      )}
    </>
  );
}
