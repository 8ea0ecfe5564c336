/**
 * Secrets and card numbers that people paste into a chat. They are shown nowhere else: a visible mark says what stood
 * there. Patterns are the published prefixes of each issuer; card numbers must pass Luhn and an issuer's length.
 */

export interface SecretSpan {
  /** UTF-16 offsets into the text. */
  readonly start: number;
  readonly end: number;
  /** What it is, for the mark: "card number", "AWS key". */
  readonly kind: string;
  /** The part of a card number that may be shown (PCI DSS 3.4.1 allows the last four digits); empty for other secrets. */
  readonly shown: string;
}

/** Each pattern's named group `secret` is what is masked; without one the whole match is. */
const PATTERNS: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ["private key", /-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z ]*-----|$)/g],
  ["AWS key", /\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b/g],
  ["AWS secret key", /\baws_?secret_?(?:access_?)?key["']?\s*[=:]\s*["']?(?<secret>[A-Za-z0-9/+=]{40})/gi],
  ["token", /\bBearer\s+(?<secret>[A-Za-z0-9._~+/-]{16,}=*)/gi],
  ["token", /\bAuthorization:\s*Basic\s+(?<secret>[A-Za-z0-9+/]{8,}=*)/gi],
  ["token", /\beyJ[A-Za-z0-9_-]{8,1000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]*/g],
  ["API key", /\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{8,}|\bwhsec_[A-Za-z0-9+/]{16,}/g],
  ["API key", /\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{20,}|\bAIza[A-Za-z0-9_-]{35}/g],
  ["API key", /\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}/g],
  ["token", /\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}|\bglpat-[A-Za-z0-9_-]{16,}/g],
  ["token", /\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bnpm_[A-Za-z0-9]{36}/g],
  ["password", /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{1,100}:(?<secret>[^\s/@]{1,200})@/gi],
  [
    "password",
    /\b(?:password|passwd|passcode|pwd)\s*(?:[:=]|is:?)\s*["']?(?<secret>(?=[^\s"']*\d)[^\s"']{6,200})/gi,
  ],
];

/** Digits in groups, one space, dash, dot or no-break space between groups. */
const DIGIT_RUN = /(?<!\d)\d+(?:[ \-.\u00a0]\d+)*(?!\d)/g;

/** First digits and lengths of the large issuers (ISO/IEC 7812 ranges as the schemes publish them). */
const CARD =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:6011|65\d\d|64[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}|(?:50|5[6-9]|63|67)\d{14})$/;

/** Digits. */
const LONGEST_CARD = 19;

/** Returns true when the digits pass the check-sum of ISO/IEC 7812 (Luhn). */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Finds card numbers that start at a group of a run of digits and end at a group ("4242 4242 4242 4242"). */
function cardSpans(text: string): SecretSpan[] {
  const spans: SecretSpan[] = [];
  for (const run of text.matchAll(DIGIT_RUN)) {
    const groups = [...run[0].matchAll(/\d+/g)].map((group) => ({
      digits: group[0],
      start: run.index + group.index,
    }));
    let taken = 0;
    for (const [from, { start }] of groups.entries()) {
      const card = start < taken ? null : cardAt(groups.slice(from, from + LONGEST_CARD));
      if (card === null) continue;
      taken = card.end;
      spans.push({ start, end: card.end, kind: "card number", shown: card.digits.slice(-4) });
    }
  }
  return spans;
}

function cardAt(groups: readonly { digits: string; start: number }[]) {
  let digits = "";
  for (const group of groups) {
    digits += group.digits;
    if (digits.length > LONGEST_CARD) return null;
    if (CARD.test(digits) && passesLuhn(digits)) return { end: group.start + group.digits.length, digits };
  }
  return null;
}

/** Returns where secrets stand in the text, in order, without overlaps. Offsets are UTF-16 units. */
export function findSecrets(text: string): readonly SecretSpan[] {
  const spans: SecretSpan[] = PATTERNS.flatMap(([kind, pattern]) =>
    [...text.matchAll(pattern)].map((match) => {
      const secret = match.groups?.["secret"] ?? match[0];
      const start = match.index + match[0].lastIndexOf(secret);
      return { start, end: start + secret.length, kind, shown: "" };
    }),
  );
  const ordered = [...spans, ...cardSpans(text)].sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: SecretSpan[] = [];
  for (const span of ordered) {
    if (span.start >= (kept.at(-1)?.end ?? 0)) kept.push(span);
  }
  return kept;
}

/**
 * Returns the text with every secret replaced by a mark: "[masked card number ending 4242]", "[masked AWS key]".
 * Everything else stays as it is.
 */
export function maskSecrets(text: string): string {
  let masked = "";
  let from = 0;
  for (const span of findSecrets(text)) {
    const ending = span.shown === "" ? "" : ` ending ${span.shown}`;
    masked += `${text.slice(from, span.start)}[masked ${span.kind}${ending}]`;
    from = span.end;
  }
  return masked + text.slice(from);
}
