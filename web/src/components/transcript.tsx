/** A conversation as text, with what was found in it marked; a mark leads to its points. */
import { Alert, Badge, Group, Paper, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Answer } from "../api/client.ts";
import { markId } from "./reveal.ts";
import { spansOf } from "./spans.ts";
import { When } from "./time.tsx";

type Whole = Answer<"readConversation">;
type Message = Whole["messages"][number];
type Signals = NonNullable<Whole["decision"]>["signals"];

/** What of a conversation is shown here. */
interface Conversation {
  readonly messages: readonly Message[];
  readonly truncated: boolean;
  readonly decision: { readonly signals: Signals } | null;
}

const WHO: Readonly<Record<Message["role"], string>> = {
  customer: "Customer",
  teammate: "Teammate",
  bot: "Bot",
  note: "Internal note",
  unknown: "Somebody",
};

export function Transcript(props: {
  readonly conversation: Conversation;
  readonly selected?: number | undefined;
  /** Absent: a mark leads nowhere. */
  readonly onSelect?: (signal: number) => void;
  /** What stands below a message. */
  readonly below?: (message: Message) => ReactNode;
}) {
  const { conversation, selected, onSelect, below } = props;
  const signals = conversation.decision?.signals ?? [];
  if (conversation.messages.length === 0)
    return (
      <Text c="dimmed">No words are stored: they were erased, or could not be read from Intercom yet.</Text>
    );
  const first = new Set<number>();
  return (
    <Stack gap="xs" component="ol" p={0} m={0} style={{ listStyle: "none" }}>
      {conversation.truncated && (
        <Alert color="yellow" component="li">
          Intercom gave only the newest parts of this conversation.
        </Alert>
      )}
      {conversation.messages.map((message) => (
        <Paper
          key={message.id}
          component="li"
          withBorder
          p="sm"
          ml={message.role === "customer" ? 0 : "lg"}
          mr={message.role === "customer" ? "lg" : 0}
        >
          <Group gap="xs" mb={4}>
            <Text size="sm" fw={600}>
              {message.author ?? WHO[message.role]}
            </Text>
            <Badge variant="light" size="sm" color={message.role === "customer" ? "indigo" : "gray"}>
              {WHO[message.role]}
            </Badge>
            {message.at !== null && (
              <Text size="sm" c="dimmed">
                <When at={message.at} />
              </Text>
            )}
          </Group>
          <Words {...{ message, signals, selected, onSelect, first }} />
          {message.attachments.length > 0 && (
            <Text size="sm" c="dimmed">
              Attached: {message.attachments.join(", ")}
            </Text>
          )}
          {below?.(message)}
        </Paper>
      ))}
    </Stack>
  );
}

function Words(props: {
  readonly message: Message;
  readonly signals: Signals;
  readonly selected: number | undefined;
  readonly onSelect: ((signal: number) => void) | undefined;
  /** Signals whose first span has its id already. */
  readonly first: Set<number>;
}) {
  const { message, signals, selected, onSelect, first } = props;
  if (message.redacted) return <Text c="dimmed">This message was redacted in Intercom.</Text>;
  return (
    <Text component="div" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
      {spansOf(message.text, message.marks).map(({ start, text, signals: found }) => {
        const [signal] = found;
        if (signal === undefined) return text;
        const titles = found.map((one) => signals[one]).map((one) => `${one?.label} (${one?.points} points)`);
        if (onSelect === undefined)
          return (
            <mark key={start} title={titles.join(", ")}>
              {text}
            </mark>
          );
        const isFirst = !first.has(signal);
        first.add(signal);
        return (
          <mark key={start} data-selected={selected !== undefined && found.includes(selected)}>
            <a
              id={isFirst ? markId(signal) : undefined}
              href={`?signal=${signal}`}
              title={titles.join(", ")}
              onClick={(event) => {
                event.preventDefault();
                onSelect(signal);
              }}
            >
              {text}
            </a>
          </mark>
        );
      })}
    </Text>
  );
}
