/** What somebody looks for who types into a search box. Pure. */

export type Search =
  | { readonly kind: "handoff"; readonly id: string }
  | { readonly kind: "email"; readonly email: string }
  /** A conversation of Intercom or a record of Salesforce; an id does not say whose it is. */
  | { readonly kind: "id"; readonly id: string; readonly record: string | null }
  /** Part of a person's name or address, or of a company. */
  | { readonly kind: "words"; readonly words: string };

/** Returns null for a search for nothing. */
export function readSearch(text: string): Search | null {
  const words = text.trim();
  if (words === "") return null;
  if (words.startsWith("handoff:")) return { kind: "handoff", id: words };
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(words)) return { kind: "email", email: words.toLowerCase() };
  const record = recordId(words);
  if (record !== null || /^\d+$/.test(words)) return { kind: "id", id: words, record };
  return { kind: "words", words };
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/**
 * The 18 characters of a Salesforce id, also of one that was copied with 15; null for what is none. The last three say
 * which letters of each five are capitals (Salesforce, "18-character case-safe ID").
 */
function recordId(text: string): string | null {
  if (/^[a-zA-Z0-9]{15}[A-Z0-5]{3}$/.test(text) && /\d/.test(text)) return text;
  if (!/^[a-zA-Z0-9]{15}$/.test(text) || !/\d/.test(text)) return null;
  const ending = [0, 5, 10].map((at) => {
    const bits = [0, 1, 2, 3, 4].map((i) => (/[A-Z]/.test(text.charAt(at + i)) ? 2 ** i : 0));
    return LETTERS.charAt(bits.reduce((sum, bit) => sum + bit, 0));
  });
  return text + ending.join("");
}

/** A pattern for `like` in which nothing of the text is a joker. */
export function containing(words: string): string {
  return `%${words.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
}
