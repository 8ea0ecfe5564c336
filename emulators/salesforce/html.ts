/**
 * A rich text area: unsupported tags and attributes vanish without an error, and the length counts markup and
 * entities (help.salesforce.com: rich text area limitations; 000382141).
 */

const allowedTags = new Set(
  (
    "a abbr b big blockquote br code col colgroup dd del div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd " +
    "li ol p pre q s samp small span strike strong sub sup table tbody td tfoot th thead tr tt u ul var"
  ).split(" "),
);
const allowedAttributes = new Set([
  "href",
  "src",
  "alt",
  "title",
  "target",
  "colspan",
  "rowspan",
  "style",
  "class",
]);
const blocks =
  /<(script|style|iframe|object|embed|noscript|textarea|select|form|svg)\b[^>]*>[\s\S]*?<\/\1\s*>/gi;
const comments = /<!--[\s\S]*?-->/g;
const tags = /<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:"[^"]*"|'[^']*'|[^'">])*)>/g;
const bareAmpersand = /&(?!(?:[a-z][a-z0-9]*|#\d+|#x[0-9a-f]+);)/gi;
const attributes = /([a-zA-Z-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)/g;

/** What the field keeps of this markup. */
export function storedHtml(markup: string): string {
  return markup
    .replace(blocks, "")
    .replace(comments, "")
    .replace(bareAmpersand, "&amp;")
    .replace(tags, (_whole, slash: string, name: string, rest: string) => {
      const tag = name.toLowerCase();
      if (!allowedTags.has(tag)) return "";
      return slash === "/" ? `</${tag}>` : `<${tag}${storedAttributes(rest)}>`;
    });
}

function storedAttributes(text: string): string {
  let kept = "";
  for (const [, name = "", quoted = ""] of text.matchAll(attributes)) {
    const attribute = name.toLowerCase();
    const plain = quoted.replace(/^["']|["']$/g, "");
    if (!allowedAttributes.has(attribute) || /^\s*(javascript|data|vbscript):/i.test(plain)) continue;
    kept += ` ${attribute}="${plain}"`;
  }
  return kept;
}
