import { Badge } from "@mantine/core";

const COLOURS: Readonly<Record<string, string>> = {
  running: "yellow",
  planned: "yellow",
  sending: "yellow",
  armed: "yellow",
  fired: "yellow",
  done: "teal",
  failed: "red",
  maybe: "orange",
};

/** The state of a handoff, an effect or a timer. */
export function Status({ of }: { readonly of: string }) {
  return (
    <Badge variant="light" color={COLOURS[of] ?? "gray"} miw="max-content">
      {of}
    </Badge>
  );
}
