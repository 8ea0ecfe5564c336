/**
 * Whether a mention is a wish or its opposite: "we don't need SSO" is no signal, "don't you support SSO?" is one.
 * Looks at the few words around the mention within its clause; asked only where something is mentioned.
 */
import { gap } from "./words.ts";
import type { Word } from "./words.ts";

const setOf = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

/** A word's key has lost its apostrophe: "don't" is "dont". "Can't" is not here: it complains, it does not decline. */
const NOT = setOf(
  "not dont doesnt didnt wont wouldnt isnt arent wasnt werent aint havent hasnt hadnt shouldnt neednt never nobody none neither nor",
);
/** A question puts these before its subject: "don't you support SSO?" */
const CONTRACTED = setOf(
  "dont doesnt didnt wont wouldnt isnt arent wasnt werent aint havent hasnt hadnt shouldnt",
);
const COPULA = setOf("isnt arent wasnt werent aint");
const AUXILIARY = setOf(
  "do does did am is are was were will would can could shall should may might have has had",
);
const SUBJECT = setOf("i we you they he she it there this that these those");

/** After a "not", these say that the thing is unwanted. Other verbs ("not working", "not received") say something else. */
const WANTING = setOf(
  `need needs needed needing want wants wanted wanting require requires required requiring interest interested looking
  plan plans planned planning intend intends intended intending going care cares wish use uses using used consider
  considering considered ask asks asked asking request requested requesting buy buying bought purchase purchasing sign
  signing signed agree agreed ready mean meant trying order ordered seeking worth wanna gonna necessary relevant due
  talking applicable`,
);
/** May stand between "not" and one of those: "not really in need of", "won't be needing". */
const SKIPPED = setOf(
  "be been being here really yet currently actually even at all ever have had to a an the also exactly in much any of us our team longer that particularly very planning going",
);
/** After "no", these are what is missing: "no need for SSO", "no plans to upgrade". */
const WANTED_NOUN = setOf(
  "need needs interest plan plans intention intentions intent desire wish use reason requirement requirements",
);
/** Behind the mention: "SSO is not needed", "no SSO required". */
const NEEDED = setOf("needed required necessary relevant important wanted interesting applicable mandatory");
const NEEDLESS = setOf("unnecessary unneeded irrelevant unwanted");
const THINKING = setOf("think believe feel guess suppose");
const WILLING = setOf("need needs want wants require requires will would should");

/** Starts a clause of its own after a comma, a dash or the end of a short line. */
const STARTER = setOf(
  `i we you they he she it this that there but so please can could would will do does did how what when where why who
  which is are just instead then let lets my our your their if because since although though however while yet also only
  thanks thank maybe still hi hello id ill im ive wed well were weve youre theyre want need cancel upgrade switch move add
  delete give send tell`,
);
/** Cut a clause off wherever they stand. */
const TURN = setOf("but however although though except instead whereas unless because since so otherwise");
/** Cut it off when a subject or an auxiliary follows: "and we want SAML", "when I upgrade". */
const JOINT = setOf("and or if when while as before after until which whether how why where what who");
/** May stand between the negation and the mention itself: "not an enterprise", "nor any SAML". */
const FILLER = setOf("a an the any our your my their to be of for even really currently yet that this");
/** "No SSO" declines, "there is no SSO" and "still no refund" complain. */
const LACKING = setOf(
  "is are was were have has had get got getting gets see still why with offers offer received receive theres there find found given shows says",
);
/** Who declines by "won't upgrade"; "it won't upgrade" is a fault. The empty text is the start of the clause. */
const DECLINING = setOf(
  "i we ive weve im were id wed ill us please and team company boss management they nobody just rather",
);
const BLOCKED = setOf("cant cannot couldnt wont unable not never no nothing useless impossible dont doesnt");

/** How many words may stand between the negation's verb and the mention. */
const REACH = 5;
/** How far from the mention a negation is looked for, in words. */
const HORIZON = 10;

/** True when the words `from` (inclusive) to `to` (exclusive) are mentioned as something that is not wanted. */
export function isNegated(words: readonly Word[], from: number, to: number): boolean {
  const start = clauseStart(words, from);
  for (let at = from - 1; at >= start; at -= 1) {
    if (declines(words, { at, start, from, to })) return true;
  }
  return isNegatedBehind(words, to);
}

/** A word that may negate, the start of its clause, and the mention. */
interface Site {
  readonly at: number;
  readonly start: number;
  readonly from: number;
  readonly to: number;
}

function declines(words: readonly Word[], site: Site): boolean {
  const { at, from } = site;
  const key = keyAt(words, at);
  if (NOT.has(key)) return isUnwanted(words, site);
  if (key === "no") return isRefusal(words, site);
  if (key === "without") return from - at <= REACH && !isBlockedWithout(words, site);
  const isAvoided =
    key === "avoid" ||
    key === "against" ||
    (key === "of" && keyAt(words, at - 1) === "instead") ||
    (key === "than" && keyAt(words, at - 1) === "rather");
  return isAvoided && isNextTo(words, at, from);
}

function keyAt(words: readonly Word[], at: number): string {
  return words[at]?.key ?? "";
}

/** Where the clause of the word `from` begins, at most `HORIZON` words back. */
function clauseStart(words: readonly Word[], from: number): number {
  const first = Math.max(0, from - HORIZON);
  let at = from;
  while (at > first && !startsClause(words, at)) {
    at -= 1;
    if (TURN.has(keyAt(words, at)) || isJoint(words, at)) return at + 1;
  }
  return at;
}

function isJoint(words: readonly Word[], at: number): boolean {
  const following = keyAt(words, at + 1);
  return (
    JOINT.has(keyAt(words, at)) &&
    (SUBJECT.has(following) || AUXILIARY.has(following) || following === "please")
  );
}

/** True when a new clause begins at this word, judged by what stands before it and by the word itself. */
function startsClause(words: readonly Word[], at: number): boolean {
  const word = words[at];
  if (word === undefined || word.gap === gap.stop) return true;
  if (word.gap !== gap.comma && word.gap !== gap.line) return false;
  // "No, we want SSO": the answer ends at its comma.
  return STARTER.has(word.key) || keyAt(words, at - 1) === "no" || keyAt(words, at - 1) === "not";
}

/** "not", "don't", "never" and their like: what comes after them decides. */
function isUnwanted(words: readonly Word[], site: Site): boolean {
  const { at, from } = site;
  const key = keyAt(words, at);
  const before = keyAt(words, at - 1);
  const following = keyAt(words, at + 1);
  const isQuestion =
    (CONTRACTED.has(key) && SUBJECT.has(following)) ||
    (SUBJECT.has(before) && AUXILIARY.has(keyAt(words, at - 2)));
  if (isQuestion || before === "can" || before === "could") return false;
  if (THINKING.has(following)) return isDoubted(words, at + 2);
  if (following === "about") return true;
  const verb = firstNotSkipped(words, at + 1, from, WANTING);
  if (verb < from && WANTING.has(keyAt(words, verb))) return from - verb <= REACH;
  return (isNextTo(words, at, from) || isInList(words, at, from)) && isOwnChoice(words, site);
}

/** "(I don't think) we will need": the doubt is a no when it is about wanting. */
function isDoubted(words: readonly Word[], subject: number): boolean {
  const at = keyAt(words, subject) === "that" ? subject + 1 : subject;
  return SUBJECT.has(keyAt(words, at)) && WILLING.has(keyAt(words, at + 1));
}

/** The first word from `at` on that is in `wanted` or not skipped; at most `limit`. */
function firstNotSkipped(
  words: readonly Word[],
  at: number,
  limit: number,
  wanted: ReadonlySet<string>,
): number {
  let next = at;
  while (next < limit && !wanted.has(keyAt(words, next)) && SKIPPED.has(keyAt(words, next))) next += 1;
  return next;
}

/** Directly behind, with at most two small words between. */
function isNextTo(words: readonly Word[], at: number, from: number): boolean {
  if (from - at > 3) return false;
  for (let between = at + 1; between < from; between += 1)
    if (!FILLER.has(keyAt(words, between))) return false;
  return true;
}

/** A later item of "no SSO, SAML or SCIM": short, and joined by commas, and, or. */
function isInList(words: readonly Word[], at: number, from: number): boolean {
  const before = keyAt(words, from - 1);
  const isJoined = before === "and" || before === "or" || words[from]?.gap === gap.comma;
  return isJoined && from - at <= REACH && !SKIPPED.has(keyAt(words, at + 1));
}

/** "We won't upgrade" declines; "you did not cancel it" and "the page is not upgrading" complain. */
function isOwnChoice(words: readonly Word[], { at, start, from }: Site): boolean {
  const key = keyAt(words, at);
  if (key === "neither" || key === "nor" || keyAt(words, at + 1) === "to")
    return keyAt(words, at - 1) !== "or";
  let subject = at - 1;
  let isCopula = COPULA.has(key);
  while (subject >= start && AUXILIARY.has(keyAt(words, subject))) {
    isCopula ||= /^(is|are|was|were|am)$/.test(keyAt(words, subject));
    subject -= 1;
  }
  if (subject < start || DECLINING.has(keyAt(words, subject))) return true;
  return (
    (isCopula || /^(its|thats|it|that|this)$/.test(keyAt(words, subject))) &&
    !/(ed|ing)$/.test(keyAt(words, from))
  );
}

/** "no SSO", "no need for SSO", "no longer interested in SSO"; not "there is no SSO". */
function isRefusal(words: readonly Word[], site: Site): boolean {
  const { at, from, to } = site;
  const following = keyAt(words, at + 1);
  if (following === "longer" || following === "one") {
    const verb = firstNotSkipped(words, at + 2, from, WANTING);
    return verb < from && WANTING.has(keyAt(words, verb)) && from - verb <= REACH;
  }
  for (let noun = at + 1; noun < Math.min(from, at + 3); noun += 1) {
    if (WANTED_NOUN.has(keyAt(words, noun))) return from - noun <= REACH;
  }
  if (from - at > 2 && !isInList(words, at, from)) return false;
  return !LACKING.has(keyAt(words, at - 1)) || NEEDED.has(keyAt(words, to));
}

/** "We can't buy without SAML" wants SAML. */
function isBlockedWithout(words: readonly Word[], { at, to }: Site): boolean {
  for (let near = Math.max(0, at - HORIZON); near < Math.min(words.length, to + REACH); near += 1) {
    if (near > at && words[near]?.gap === gap.stop) break;
    if (BLOCKED.has(keyAt(words, near)) && isSameSentence(words, near, at)) return true;
  }
  return false;
}

function isSameSentence(words: readonly Word[], from: number, to: number): boolean {
  for (let at = from + 1; at <= to; at += 1) if (words[at]?.gap === gap.stop) return false;
  return true;
}

/** "SSO is not needed", "SSO and SAML won't be required", "SSO is unnecessary". */
function isNegatedBehind(words: readonly Word[], to: number): boolean {
  for (let at = to; at < Math.min(words.length, to + REACH); at += 1) {
    const key = keyAt(words, at);
    if (startsClause(words, at) || TURN.has(key) || SUBJECT.has(key) || isJoint(words, at)) return false;
    if (NEEDLESS.has(key)) return true;
    if (NOT.has(key) || (key === "no" && keyAt(words, at + 1) === "longer")) {
      const end = Math.min(words.length, at + 4);
      return NEEDED.has(keyAt(words, firstNotSkipped(words, at + 1, end, NEEDED)));
    }
  }
  return false;
}
