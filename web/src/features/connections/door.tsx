import { Alert, Button, Code, CopyButton, Group, Stack, Text, TextInput } from "@mantine/core";
import type { Answer } from "../../api/client.ts";
import { useRead } from "../../api/queries.ts";
import { Loaded } from "../../components/states.tsx";
import { When } from "../../components/time.tsx";

const LOOK_EVERY_MS = 2_000;
type Note = Answer<"readDoor">["notes"][number];

/** Why something was turned away, and what to do about it. */
const TURNED_AWAY: Readonly<Record<string, string>> = {
  bad_signature: "The signature does not fit: is this the client secret of the app that sends?",
  wrong_workspace: "It was of another workspace: is the right app connected?",
  unsupported_type: "It was no JSON.",
};

/** The address to paste into Intercom, and what came to it: looked at every two seconds while somebody looks. */
export function Door({ environment }: { readonly environment: string }) {
  const door = useRead("readDoor", { environment }, {}, LOOK_EVERY_MS);
  return (
    <Loaded of={door}>
      {({ url, topics, arrivals, notes }) => (
        <Stack>
          <CopyField label="Address for Intercom's webhooks" value={url} />
          <div>
            <Text size="sm" fw={500}>
              Topics
            </Text>
            <Text size="sm" c="dimmed">
              Subscribe the app to these in the Developer Hub, under Webhooks:
            </Text>
            <Code block style={{ whiteSpace: "pre-wrap" }} tabIndex={0}>
              {topics.join("\n")}
            </Code>
          </div>
          <Heard arrivals={arrivals} notes={notes} />
          {notes
            .filter(({ result }) => result !== "ping")
            .map((note) => (
              <Alert key={note.result} color="red" title={`Turned away ${times(note)}, last`}>
                <When at={note.at} />. {TURNED_AWAY[note.result] ?? note.result}
              </Alert>
            ))}
          {arrivals.length > 0 && (
            <div>
              <Text size="sm" fw={500}>
                Last notifications
              </Text>
              {arrivals.map(({ topic, at }, i) => (
                <Group key={`${topic}${at}${i}`} gap="xs" wrap="nowrap">
                  <Text size="sm" ff="monospace" style={{ overflowWrap: "anywhere" }}>
                    {topic}
                  </Text>
                  <Text size="sm" c="dimmed">
                    <When at={at} />
                  </Text>
                </Group>
              ))}
            </div>
          )}
        </Stack>
      )}
    </Loaded>
  );
}

function Heard({ arrivals, notes }: Pick<Answer<"readDoor">, "arrivals" | "notes">) {
  const ping = notes.find(({ result }) => result === "ping");
  const at = Math.max(ping?.at ?? 0, arrivals[0]?.at ?? 0);
  return (
    <Alert
      color={at === 0 ? "yellow" : "teal"}
      title={at === 0 ? "Waiting for Intercom" : "Intercom reaches Baton"}
      role="status"
    >
      {at === 0 ? (
        "Paste the address, then press Send test request in the Developer Hub. This page sees it by itself."
      ) : (
        <>
          Last heard <When at={at} />
          {ping === undefined ? "." : `; ${times(ping)} a test request.`}
        </>
      )}
    </Alert>
  );
}

function times({ times: n }: Note): string {
  return n === 1 ? "once" : `${n} times`;
}

/** Something to paste elsewhere. */
export function CopyField({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <Group align="end" gap="xs" wrap="nowrap">
      <TextInput
        label={label}
        readOnly
        value={value}
        style={{ flex: 1 }}
        onFocus={(event) => event.currentTarget.select()}
      />
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Button variant="default" onClick={copy} aria-label={`Copy: ${label}`}>
            {copied ? "Copied" : "Copy"}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}
