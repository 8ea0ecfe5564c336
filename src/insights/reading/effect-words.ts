/** What an effect writes, for a person: one line, and of Salesforce the records with their fields. Pure. */
import type { EffectRequest } from "../../handoff/effects.ts";
import type { CrmValue, Recipient } from "../../handoff/ports.ts";

type Erased = { readonly kind: EffectRequest["kind"]; readonly erased: true };

/** "create Lead, create Task"; of what is erased the kind alone. */
export function effectWords(request: EffectRequest | Erased): string {
  if ("erased" in request) return `${request.kind}, erased`;
  switch (request.kind) {
    case "crm-write":
      return request.operations.map(({ kind, object }) => `${kind} ${object}`).join(", ");
    case "tag-conversation":
      return `tag the conversation "${request.tag}"`;
    case "tag-contact":
      return `tag the person "${request.tag}"`;
    case "move-to-team":
      return `assign the conversation to ${request.team}`;
    case "set-attributes":
      return `set ${Object.keys(request.attributes).join(", ")} of the person`;
    case "reply":
      return "answer the customer";
    case "notify":
      return `tell ${recipientWords(request.recipient)}`;
    case "impossible":
      return request.what;
  }
}

function recipientWords(recipient: Recipient): string {
  switch (recipient.kind) {
    case "slack-channel":
      return `${recipient.channel} in Slack`;
    case "slack-user":
      return `${recipient.email} in Slack`;
    case "email":
      return `${recipient.email} by e-mail`;
  }
}

export interface RecordWrite {
  readonly kind: "create" | "update";
  readonly object: string;
  /** Of an update; null of a record that is made. */
  readonly id: string | null;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
}

/** Longer values are cut: transcripts are read in the conversation. */
const MOST_SHOWN = 160;

/** The records that the effect writes in Salesforce; none for other kinds and once they are erased. */
export function recordWrites(request: EffectRequest | Erased): readonly RecordWrite[] {
  if ("erased" in request || request.kind !== "crm-write") return [];
  return request.operations.map((operation) => ({
    kind: operation.kind,
    object: operation.object,
    id: operation.kind === "update" ? operation.id : null,
    fields: Object.entries(operation.fields).map(([name, value]) => ({ name, value: valueWords(value) })),
  }));
}

function valueWords(value: CrmValue): string {
  if (value === null) return "";
  const words = typeof value === "object" ? `the ${value.ref} of this write` : String(value);
  return words.length > MOST_SHOWN ? `${words.slice(0, MOST_SHOWN)}...` : words;
}
