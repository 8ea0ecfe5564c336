/** What a text to a customer may leave open: "{{owner.firstName}}". Few names, no expressions. */

/** Every name, and what stands there when nobody knows it. */
export const PLACEHOLDERS = {
  "owner.firstName": "Our team",
  "owner.name": "Our team",
  "contact.firstName": "there",
  "contact.name": "there",
  "company.name": "your company",
} as const;

export type Placeholder = keyof typeof PLACEHOLDERS;

const OPEN = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** The names in a text that are none of the above, as they stand there; each once. */
export function unknownPlaceholders(text: string): readonly string[] {
  const named = [...text.matchAll(OPEN)].map(([, name]) => String(name));
  return [...new Set(named.filter((name) => !isPlaceholder(name)))];
}

/** The text with its placeholders filled; a value that is null or blank gives the fallback. */
export function filledText(text: string, values: Readonly<Record<Placeholder, string | null>>): string {
  return text.replaceAll(OPEN, (whole, name: string) =>
    isPlaceholder(name) ? values[name]?.trim() || PLACEHOLDERS[name] : whole,
  );
}

function isPlaceholder(name: string): name is Placeholder {
  return Object.hasOwn(PLACEHOLDERS, name);
}
