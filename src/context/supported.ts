/** Proves a summary against its conversation: what is quoted was said, and nothing else is claimed. */
import type { Message, Snapshot } from "../conversation/snapshot.ts";
import { knownFacts, standing, teammateName } from "./standing.ts";
import type { Summary, SummarySentence } from "./summary.ts";

/** Words of the summary's own sentences. Anything else must be quoted or be a known name. */
const OWN_WORDS = new Set(
  (
    "the customer agent of plan is asking reporting that writes also has written no text so far key signal in s words further " +
    "request or question was found teammate asked answered only bot replied"
  ).split(" "),
);

/**
 * Returns the faults of the summary, none when every sentence is supported: three sentences; each cite lies in its
 * message; each quotation is exactly the cited slice, of the person it is said to be of; words outside quotations are
 * the template's or known names; the state told last is the conversation's.
 */
export function unsupported(summary: Summary, snapshot: Snapshot): readonly string[] {
  const faults = summary.sentences.flatMap((sentence, i) => sentenceFaults(sentence, i, snapshot));
  if (summary.sentences.length !== 3) faults.push(`has ${summary.sentences.length} sentences instead of 3`);
  return faults;
}

/** Returns true when `unsupported` finds no fault. */
export function supported(summary: Summary, snapshot: Snapshot): boolean {
  return unsupported(summary, snapshot).length === 0;
}

function sentenceFaults(sentence: SummarySentence, index: number, snapshot: Snapshot): string[] {
  const place = `sentence ${index + 1}`;
  const faults: string[] = [];
  let rest = sentence.text;
  for (const cite of sentence.cites) {
    const message = snapshot.messages[cite.turn];
    if (message === undefined || message.id !== cite.message) {
      faults.push(`${place} cites a message that is not there`);
      continue;
    }
    if (
      cite.start < 0 ||
      cite.end > message.text.length ||
      cite.start > cite.end ||
      (message.redacted && cite.end > 0)
    ) {
      faults.push(`${place} cites a place outside its message`);
      continue;
    }
    const left = withoutQuotation(rest, message.text.slice(cite.start, cite.end));
    if (left !== rest && !isOf(message, left)) faults.push(`${place} gives the words to another person`);
    rest = left;
  }
  if (
    rest.startsWith("No teammate has answered") &&
    snapshot.messages.some(({ role }) => role === "teammate")
  ) {
    faults.push(`${place} denies an answer`);
  }
  if (/[“”]/.test(rest)) faults.push(`${place} quotes what is not cited`);
  if (index === 2) {
    const state = standing(snapshot).toLowerCase();
    rest = rest.replace(/[:.\s]+$/, "");
    if (rest.toLowerCase().endsWith(state)) rest = rest.slice(0, -state.length);
    else faults.push(`${place} tells another state than the conversation's`);
  }
  const unknown = wordsOf(rest).filter((word) => !OWN_WORDS.has(word) && !namesOf(snapshot).has(word));
  if (unknown.length > 0) faults.push(`${place} says without support: ${unknown.join(" ")}`);
  return faults;
}

/** Whether the words around the quotation name the one who wrote the message. */
function isOf(message: Message, around: string): boolean {
  const lead = / (?:answered|asked):/.exec(around);
  if (lead === null) return message.role === "customer";
  const speaker = around.slice(0, lead.index);
  if (speaker === "Only the bot") return message.role === "bot";
  return message.role === "teammate" && speaker.toLowerCase() === teammateName(message).toLowerCase();
}

function withoutQuotation(text: string, words: string): string {
  for (const quotation of [`“${words}”`, `“${words}…”`, `“…${words}”`, `“…${words}…”`]) {
    const at = text.indexOf(quotation);
    if (at !== -1) return `${text.slice(0, at)} ${text.slice(at + quotation.length)}`;
  }
  return text;
}

function namesOf(snapshot: Snapshot): ReadonlySet<string> {
  return new Set(knownFacts(snapshot).flatMap(wordsOf));
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
