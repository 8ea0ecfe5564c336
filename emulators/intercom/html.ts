/** Bodies are HTML in REST; plain text in webhooks from version 2.15 on and with `display_as=plaintext`. */

/** Paragraphs of escaped text: a blank line parts paragraphs, a line break becomes `<br>`. */
export function textToHtml(text: string): string {
  const paragraphs = text.trim().split(/\n{2,}/);
  return paragraphs.map((paragraph) => `<p>${escapeHtml(paragraph).replaceAll("\n", "<br>")}</p>`).join("\n");
}

/** What a teammate sends may be HTML already. */
export function htmlOrText(body: string): string {
  return /^\s*<[a-z][^>]*>/i.test(body) ? body : textToHtml(body);
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

const entities: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&nbsp;": " ",
};

/** Plain text of an HTML body; a link becomes `label (address)`. */
export function htmlToText(html: string): string {
  return html
    .replaceAll(/<a\s[^>]*href="([^"]*)"[^>]*>(.*?)<\/a>/gis, "$2 ($1)")
    .replaceAll(/<br\s*\/?>/gi, "\n")
    .replaceAll(/<\/p>\s*<p[^>]*>/gi, "\n\n")
    .replaceAll(/<[^>]+>/g, "")
    .replaceAll(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (entity) => entities[entity] ?? entity)
    .trim();
}
