/**
 * A message as sentences, with offsets: where its own words end, where a sentence ends, and which sentences say nothing.
 */

/** UTF-16 offsets into a message's text, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where words of somebody else, or a signature, begin: the reply is what stands before. */
const REPLY_ENDS: readonly RegExp[] = [
  /^[ \t]*On [^\n]{5,200} wrote:[ \t]*$/m,
  /^[ \t]*-{2,}[ \t]*(?:Original|Forwarded) message[ \t]*-{2,}/im,
  /^[ \t]*_{10,}[ \t]*$/m,
  /^From: [^\n]+\n(?:Sent|Date|To): /m,
  /^-- ?$/m,
  /^[ \t]*Sent from my [^\n]{2,60}$/im,
  /^[ \t]*Get Outlook for [^\n]{2,60}$/im,
  /^[ \t]*(?:(?:kind|best|warm|many|with best|with kind)[ \t]+(?:regards|wishes)|regards|best|cheers|sincerely|yours(?: truly| sincerely)?|thanks|many thanks|thank you|thx)[ \t]*[,.!]?[ \t]*\n(?=[^\n]{1,80}(?:\n|$))/im,
];

/** Returns how many UTF-16 units of the text are the writer's own reply, before quoted mail and signature. */
export function ownLength(text: string): number {
  const ends = REPLY_ENDS.map((pattern) => pattern.exec(text)?.index ?? text.length);
  return Math.min(text.length, ...ends.filter((end) => text.slice(0, end).trim() !== ""));
}

/** Words whose full stop ends no sentence. */
const ABBREVIATIONS = new Set(
  (
    "mr mrs ms dr prof st jr sr vs etc e.g i.e eg ie approx no nr fig dept est inc ltd co corp gmbh llc " +
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur fri sat sun " +
    "a.m p.m u.s u.k u.s.a ca cf ext min max ver v resp bzw z.b"
  ).split(" "),
);

/** A run of sentence enders with what closes a quotation behind it; CJK enders need no space after them. */
const ENDERS =
  /[.!?…]+["'”’»)\]]*(?=\s|$)|[。！？]+["'”’»」』）]*|\p{Extended_Pictographic}\uFE0F?(?=\s+\p{Lu})/gu;

/**
 * Returns the sentences of the text in order, without surrounding white space and without leading @mentions. A line
 * break always ends one. Quoted lines (">") are left out. Addresses and numbers are not split: their dots stand inside
 * a word.
 */
export function sentencesOf(text: string): readonly Span[] {
  const spans: Span[] = [];
  for (const line of text.matchAll(/[^\n]+/g)) {
    if (/^[ \t]*>/.test(line[0])) continue;
    let from = 0;
    for (const ender of line[0].matchAll(ENDERS)) {
      const end = ender.index + ender[0].length;
      if (ender[0] === "." && endsInAbbreviation(line[0].slice(from, ender.index))) continue;
      spans.push({ start: line.index + from, end: line.index + end });
      from = end;
    }
    spans.push({ start: line.index + from, end: line.index + line[0].length });
  }
  return spans.map((span) => trimmed(text, span)).filter((span) => span.end > span.start);
}

function endsInAbbreviation(before: string): boolean {
  const word = /(\S+)$/.exec(before)?.[1] ?? "";
  const bare = word.replace(/^["'(“[]+/, "").toLowerCase();
  return ABBREVIATIONS.has(bare) || /^\p{L}$/u.test(bare);
}

/** The span without white space at both ends, leading @mentions and list marks. */
function trimmed(text: string, span: Span): Span {
  const words = text.slice(span.start, span.end);
  const lead = words.length - words.replace(/^(?:\s+|[.]?@[\w[\]]+[,:]?(?=\s|$)|[-*•]\s+)*/, "").length;
  const kept = words.slice(lead).trimEnd().length;
  return { start: span.start + lead, end: span.start + lead + kept };
}

const NAME_TAIL = "(?:[ ,]+[\\p{L}[\\].'’-]+){0,3}";

/** Sentences that carry no matter: greetings, thanks, sign-offs, acknowledgements, pleasantries. */
const FILLER: readonly RegExp[] = [
  new RegExp(
    `^(?:hi+|hello|hey+|hiya|howdy|dear|greetings|good (?:morning|afternoon|evening|day))${NAME_TAIL}$`,
    "iu",
  ),
  /^(?:many |much )?(?:thanks|thank you|thankyou|thnx|thx|ty|cheers)\b(?:(?! but ).){0,70}$/iu,
  new RegExp(`^(?:(?:kind|best|warm) )?(?:regards|wishes|sincerely|best)${NAME_TAIL}$`, "iu"),
  /^(?:yes|yep|yeah|yup|no|nope|ok|okay|sure|sure thing|great|perfect|awesome|cool|nice|done|lol|right|got it|understood|sounds good|will do|of course|absolutely|please|anyone|hello there)(?:[ ,]+(?:thanks|thank you|please|then|it is|i do|i have))?$/iu,
  /^you(?:['’]?re| are) (?:very |most )?welcome\b.{0,40}$/iu,
  /^(?:(?:have|enjoy) (?:a|your|the) .{3,40}|no (?:problem|worries).{0,20}|my pleasure|any ?time)$/iu,
  /^(?:we(?:['’]?re| are)|i['’]?m|i am|we) (?:so |very |really |truly )?(?:sorry|glad|happy|here to help|thrilled)\b.{0,60}$/iu,
  /^(?:so |very |really |oh no,? ?|our )?(?:sorry|apologies|apologise|apologize)\b.{0,60}$/iu,
  /^(?:oh no|uh oh|that['’]?s not (?:good|right|cool)|(?:we |i )?hope (?:this|that|you) .{0,40}|(?:please |and |just |do )*(?:let (?:me|us) know (?:if|how|should|in case) .{0,100}|keep us posted.{0,40})|how (?:can|may) (?:i|we) help.{0,30}|how are you.{0,20})$/iu,
  /^(?:(?:if|should) you (?:ever |still )?(?:need|have|require) (?:any|anything|more|other|further|help)\b.{0,100}|(?:is there )?anything else .{0,60}|(?:great|glad|good|happy|pleased|awesome|sorry|sad) to (?:hear|help|assist|know)\b.{0,60}|(?:that['’]?s|this is) what we (?:love|like) to hear|we(?:['’]?d| would) hate to .{0,60}|(?:we|i) (?:completely |totally |definitely |do )?(?:understand|know|get) (?:how|your|the) (?:you |frustrat|feel|concern|inconvenience).{0,60})$/iu,
  /^(?:(?:please|pls|can|could|anyone|somebody|someone|you|i|we|need|any|some|and) )*(?:help|assist|advise|assistance)(?: (?:me|us|out|here|needed|required|asap|please|pls|with this))*$/iu,
  /^(?:no|nope)[ ,]+that(?:['’]?s| is) (?:it|all|everything)(?: for now)?$/iu,
];

/** Returns true when the sentence says nothing about the matter: a greeting, thanks, a bare link or mention. */
export function isFiller(sentence: string): boolean {
  const bare = sentence
    .replace(/(?:https?:\/\/\S+|<LINK>|\[URL\]|[@#][\w[\]]+)/giu, " ")
    .replace(/[^\p{L}\p{N}\s,'’[\].-]/gu, " ")
    .replace(/\s+/g, " ")
    .replace(/^[\s.,-]+|[\s.,-]+$/g, "");
  return !/\p{L}{2}/u.test(bare) || FILLER.some((pattern) => pattern.test(bare));
}
