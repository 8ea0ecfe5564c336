/** Who takes part and where the conversation stands, as words for a summary. Facts of the snapshot only. */
import { assertNever } from "../kernel/assert-never.ts";
import type { Message, Snapshot } from "../conversation/snapshot.ts";
import { cutBefore, readableText } from "./plain-text.ts";
import { maskSecrets } from "./secrets.ts";
import { isFiller, sentencesOf } from "./sentences.ts";
import { requestWorth } from "./telling.ts";

const FACT_LIMIT = 60;

/** A name as one short line without quotation marks, so that it cannot pass for a quotation. */
function fact(value: string | null): string {
  const clean = maskSecrets(readableText(value ?? ""))
    .replace(/[“”"…]/g, "")
    .replace(/\s+/g, " ")
    .trim();
  return clean.length <= FACT_LIMIT ? clean : clean.slice(0, cutBefore(clean, FACT_LIMIT)).trim();
}

/** Returns "Ada Byron of Acme (Pro plan)" as far as it is known, else "The customer". */
export function whoWrote(snapshot: Snapshot): string {
  const first = snapshot.messages.find((message) => message.role === "customer");
  const name = fact(snapshot.contact?.name ?? first?.author ?? null);
  const company = fact(snapshot.company?.name ?? snapshot.company?.domain ?? null);
  const plan = fact(snapshot.contact?.plan ?? snapshot.company?.plan ?? null);
  const person = name === "" ? "The customer" : name;
  return `${person}${company === "" ? "" : ` of ${company}`}${plan === "" ? "" : ` (plan ${plan})`}`;
}

/** Returns the name of the teammate who wrote that message, else "the agent". */
export function teammateName(message: Message): string {
  const name = fact(message.author);
  return name === "" ? "the agent" : name;
}

/** Returns the last message that somebody outside can see with its position, or null when there is none. */
export function lastSpoken(snapshot: Snapshot): { readonly turn: number; readonly message: Message } | null {
  const spoken = [...snapshot.messages.entries()].findLast(([, message]) => message.role !== "note");
  return spoken === undefined ? null : { turn: spoken[0], message: spoken[1] };
}

/** Returns who wrote last and what the conversation waits for, as half a sentence: no capital, no full stop. */
export function standing(snapshot: Snapshot): string {
  const last = lastSpoken(snapshot)?.message ?? null;
  if (snapshot.deleted) return "the conversation was deleted in Intercom";
  const speaker = speakerOf(last);
  switch (snapshot.state) {
    case "closed":
      return `${speaker} and the conversation is closed`;
    case "snoozed":
      return `${speaker} and the conversation is snoozed`;
    case "open":
      if (last?.role !== "customer") return speaker;
      return acknowledged(snapshot)
        ? "the customer's last message asks nothing more"
        : "the customer waits for an answer";
    case "unknown":
      return speaker;
    default:
      return assertNever(snapshot.state);
  }
}

/** "That worked", "brilliant": words after which nothing is left to answer. */
const CONTENT =
  /^(?:(?:oh|ah|omg|yes|great|super),? )*(?:(?:that|this|it)(?:['’]s)? (?:it|worked|works|helped|helps|did it|solved it|is solved|is fixed)|works|working|(?:all )?(?:good|sorted|solved|fixed)|brilliant|excellent|lovely|nice|wonderful|fantastic|perfecto|perfekt|parfait|genial|super|confirmed|you['’]?re (?:a|the) \p{L}{3,12})(?! not)(?: \p{L}+){0,2}$/iu;

/** Nobody thanks at greater length. UTF-16 units. */
const THANKS_LIMIT = 500;

const ENDS_IN_THANKS =
  /(?:^|[\s,;–—-])(?:thanks|thank you|thx|ty|cheers|danke|gracias|merci|grazie|obrigad[oa])(?: [\p{L} ]{1,40})?$/iu;

/** Whether a sentence only says that the answer was welcome. */
function isContent(sentence: string): boolean {
  const bare = sentence.replace(/[\s\p{P}\p{Extended_Pictographic}]{1,20}$/u, "");
  return CONTENT.test(bare) || (ENDS_IN_THANKS.test(bare) && requestWorth(bare) === 0);
}

/** Whether all that the customer said after the last answer is "thanks" or "that worked". */
function acknowledged(snapshot: Snapshot): boolean {
  const answer = snapshot.messages.findLastIndex(({ role }) => role === "teammate" || role === "bot");
  const since = snapshot.messages.slice(answer + 1).filter((message) => message.role === "customer");
  return (
    answer !== -1 &&
    since.every(({ text, attachments, redacted }) => {
      if (redacted || attachments.length > 0 || text.length > THANKS_LIMIT) return false;
      const said = sentencesOf(text).map((span) => text.slice(span.start, span.end));
      return said.every((sentence) => !sentence.endsWith("?") && (isFiller(sentence) || isContent(sentence)));
    })
  );
}

function speakerOf(last: Message | null): string {
  if (last === null) return "nobody has written";
  if (last.role === "customer") return "the customer wrote last";
  if (last.role === "teammate") return `${teammateName(last)} wrote last`;
  return last.role === "bot" ? "the bot wrote last" : "somebody else wrote last";
}

/** The facts a summary may name without a quotation: people, company, plan. */
export function knownFacts(snapshot: Snapshot): readonly string[] {
  const { contact, company } = snapshot;
  const authors = snapshot.messages.map((message) => message.author);
  return [contact?.name, contact?.plan, company?.name, company?.domain, company?.plan, ...authors].map(
    (value) => fact(value ?? null),
  );
}
