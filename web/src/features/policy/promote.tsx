/** Takes a version to another environment: what changes there, what it would have done there, what is missing there. */
import {
  Alert,
  Button,
  Checkbox,
  Group,
  List,
  Modal,
  Skeleton,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { type Answer, ApiProblem, call } from "../../api/client.ts";
import { useChange } from "../../api/queries.ts";
import { Effect } from "./effect.tsx";
import { type Finding, Findings } from "./findings.tsx";

type Promoted = Answer<"promotePolicy">;

export interface Asked {
  readonly from: string;
  readonly number: number;
  readonly to: string;
}

/** What a look at the target found; nothing is written by it. */
interface Look {
  readonly promoted: Promoted | null;
  readonly findings: readonly Finding[];
  /** Why it cannot be promoted as it is; null when it can. */
  readonly refusal: string | null;
}

/** Warnings are passed in the look, so that what changes is told beside them. */
async function lookAt({ from, number, to }: Asked): Promise<Look> {
  try {
    const body = { from, number, dryRun: true, force: true };
    const promoted = await call("promotePolicy", { path: { environment: to }, body });
    return { promoted, findings: promoted.findings, refusal: null };
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    const { findings } = error.more;
    return {
      promoted: null,
      findings: Array.isArray(findings) ? (findings as readonly Finding[]) : [],
      refusal: error.message.split("\n")[0] ?? "",
    };
  }
}

export function Promote({ asked, onClose }: { readonly asked: Asked; readonly onClose: () => void }) {
  const { from, number, to } = asked;
  const look = useQuery({
    queryKey: ["promotion", from, number, to],
    queryFn: () => lookAt(asked),
    refetchInterval: false,
    refetchOnWindowFocus: false,
    gcTime: 0,
    retry: false,
  });
  return (
    <Modal opened onClose={onClose} size="lg" title={`Promote v${number} of ${from} to ${to}?`}>
      <Stack>
        <Step number={1} title={`What changes in ${to}`}>
          {look.data === undefined ? <Waiting error={look.error} /> : <Changes look={look.data} />}
        </Step>
        <Step number={2} title={`What it would have done in ${to}`}>
          <Effect
            environment={to}
            of={["promotion", from, number]}
            ask={(signal) => call("promotionEffect", { path: { environment: to }, query: { from }, signal })}
          />
        </Step>
        <Step number={3} title={`What is missing in ${to}`}>
          {look.data === undefined ? <Waiting error={look.error} /> : <Missing look={look.data} />}
        </Step>
        {look.data?.refusal === null && (
          <Confirm asked={asked} findings={look.data.findings} onClose={onClose} />
        )}
      </Stack>
    </Modal>
  );
}

function Step(props: { readonly number: number; readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <Title order={2} size="h5" mb={4}>
        {props.number}. {props.title}
      </Title>
      {props.children}
    </section>
  );
}

function Waiting({ error }: { readonly error: Error | null }) {
  if (error !== null) return <Text size="sm">{error.message}</Text>;
  return <Skeleton h={40} aria-busy="true" />;
}

function Changes({ look }: { readonly look: Look }) {
  const { promoted, refusal } = look;
  if (promoted === null)
    return (
      <Alert color="red" title="It cannot be promoted as it is">
        {refusal}
      </Alert>
    );
  if (promoted.changes === null) return <Text size="sm">Nothing is live there yet.</Text>;
  if (promoted.changes.kind === "unreadable")
    return <Text size="sm">What is live there cannot be read any more, so it cannot be compared.</Text>;
  return (
    <List size="sm" mah={220} style={{ overflowY: "auto" }} tabIndex={0}>
      {promoted.changes.changes.map(({ kind, path, words }) => (
        <List.Item key={`${kind} ${path}`} style={{ overflowWrap: "anywhere" }}>
          {words}
        </List.Item>
      ))}
    </List>
  );
}

function Missing({ look }: { readonly look: Look }) {
  if (look.findings.length > 0) return <Findings found={look.findings} names />;
  return (
    <Text size="sm">{look.refusal === null ? "Nothing: all that it names is there." : "Not looked at."}</Text>
  );
}

/** The name is typed: nobody promotes to a place that they did not read. */
function Confirm(props: {
  readonly asked: Asked;
  readonly findings: readonly Finding[];
  readonly onClose: () => void;
}) {
  const { asked, findings, onClose } = props;
  const { from, number, to } = asked;
  const [comment, setComment] = useState("");
  const [typed, setTyped] = useState("");
  const [isPassed, setPassed] = useState(false);
  const promote = useChange("promotePolicy", `Promoted: the next decision of ${to} rests on it`);
  const warns = findings.some(({ severity }) => severity === "warning");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        promote.mutate(
          { path: { environment: to }, body: { from, number, comment, force: isPassed } },
          { onSuccess: onClose },
        );
      }}
    >
      <Stack>
        {warns && (
          <Checkbox
            label="The warnings are known"
            checked={isPassed}
            onChange={(event) => setPassed(event.currentTarget.checked)}
          />
        )}
        <TextInput
          label="Why"
          required
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
        <TextInput
          label={`Type ${to} to confirm`}
          required
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button type="submit" disabled={typed !== to || (warns && !isPassed)} loading={promote.isPending}>
            Promote
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
