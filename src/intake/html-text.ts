/**
 * HTML of a chat message as the words a person reads. A scanner, not a browser: whatever the mark-up, the result is
 * plain text, and the work grows with the length of the text only.
 */

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  copy: "©",
  reg: "®",
  trade: "™",
  hellip: "…",
  mdash: "—",
  ndash: "–",
  lsquo: "‘",
  rsquo: "’",
  sbquo: "‚",
  ldquo: "“",
  rdquo: "”",
  bdquo: "„",
  laquo: "«",
  raquo: "»",
  bull: "•",
  middot: "·",
  euro: "€",
  pound: "£",
  yen: "¥",
  cent: "¢",
  sect: "§",
  deg: "°",
  times: "×",
  frac12: "½",
  auml: "ä",
  ouml: "ö",
  uuml: "ü",
  Auml: "Ä",
  Ouml: "Ö",
  Uuml: "Ü",
  szlig: "ß",
  eacute: "é",
  egrave: "è",
  agrave: "à",
  ccedil: "ç",
  ntilde: "ñ",
};

/** Elements that stand on lines of their own, with the line breaks around them. */
const BREAKS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    "div ul ol li table tr section article header footer hr figure".split(" ").map((n) => [n, 1]),
  ),
  ...Object.fromEntries("p blockquote pre h1 h2 h3 h4 h5 h6".split(" ").map((name) => [name, 2])),
};
/** Elements whose content nobody reads. */
const UNREAD = new Set("script style head title template noscript xmp iframe svg math object".split(" "));

const TAG =
  /<(?:!--[^]*?(?:-->|$)|(?<close>\/?)(?<name>[a-z][a-z0-9]*)(?<attributes>[\s/][^>]*)?(?:>|$)|[!?][^>]*(?:>|$))/gi;

/** Returns true when the text is mark-up as Intercom writes it: it begins with an element of a message. */
export function isHtml(body: string): boolean {
  return /^\s*<(?:p|div|h[1-6]|ul|ol|pre|blockquote|table|img|br|a|b|i|strong|em|span|code|hr|figure)(?:[\s/][^>]*)?>/i.test(
    body,
  );
}

export interface ReadableHtml {
  /**
   * Paragraphs with an empty line between them, other blocks and <br> as line breaks, list items with "- ", links as
   * "label (address)", entities decoded, nothing of scripts, styles and comments.
   */
  readonly text: string;
  /** File names of the images, in order. */
  readonly images: readonly string[];
}

/** Returns the words of the HTML as `ReadableHtml.text` says. */
export function htmlToText(html: string): string {
  return readHtml(html).text;
}

/** Returns what a person reads in the HTML, and which images stand in it. Never throws. */
export function readHtml(html: string): ReadableHtml {
  const page: Page = { text: "", last: "", breaks: 0, pre: 0, unread: null, link: null, images: [] };
  let from = 0;
  for (const tag of html.matchAll(TAG)) {
    write(page, html.slice(from, tag.index));
    from = tag.index + tag[0].length;
    const name = tag.groups?.["name"]?.toLowerCase() ?? "";
    if (tag.groups?.["close"] === "/") close(page, name);
    else open(page, name, tag.groups?.["attributes"] ?? "");
  }
  write(page, html.slice(from));
  return {
    text: page.text
      .replace(/[ \t]+$/gm, "")
      .replace(/\n{3,}/g, "\n\n")
      .trim(),
    images: page.images,
  };
}

/** A label longer than any address needs no second look. UTF-16 units. */
const LABEL_LIMIT = 4_000;

/** The scanner's place in the page. */
interface Page {
  text: string;
  /** Its last character; asking the text itself would copy it each time. */
  last: string;
  /** Line breaks due before the next word. */
  breaks: number;
  /** How deep inside <pre>. */
  pre: number;
  /** The element whose content is being skipped. */
  unread: string | null;
  link: { readonly address: string; label: string } | null;
  readonly images: string[];
}

function write(page: Page, source: string): void {
  if (page.unread !== null || source === "") return;
  const words = decodeEntities(page.pre > 0 ? source : source.replace(/\s+/g, " "));
  if (page.pre === 0 && (page.breaks > 0 || page.last === "" || page.last === " ")) {
    if (words.trim() === "") return;
    add(page, words.trimStart());
  } else {
    add(page, words);
  }
}

function add(page: Page, words: string): void {
  if (page.last !== "") page.text += "\n".repeat(page.breaks);
  page.breaks = 0;
  page.text += words;
  page.last = words.at(-1) ?? page.last;
  if (page.link !== null && page.link.label.length < LABEL_LIMIT) page.link.label += words;
}

function open(page: Page, name: string, attributes: string): void {
  if (page.unread !== null) return;
  if (UNREAD.has(name) && !attributes.endsWith("/")) page.unread = name;
  page.breaks = name === "br" ? page.breaks + 1 : Math.max(page.breaks, BREAKS[name] ?? 0);
  if (name === "pre") page.pre += 1;
  if (name === "li") add(page, "- ");
  if (name === "td" || name === "th") write(page, " ");
  if (name === "img") page.images.push(fileName(attribute(attributes, "src")));
  if (name === "a") page.link = { address: attribute(attributes, "href"), label: "" };
}

function close(page: Page, name: string): void {
  if (page.unread !== null) {
    if (page.unread === name) page.unread = null;
    return;
  }
  if (name === "pre") page.pre = Math.max(0, page.pre - 1);
  if (name === "a" && page.link !== null) {
    const { address, label } = page.link;
    page.link = null;
    if (/^https?:/i.test(address) && !label.includes(address)) add(page, ` (${address})`);
  }
  page.breaks = Math.max(page.breaks, BREAKS[name] ?? 0);
}

function attribute(attributes: string, name: "src" | "href"): string {
  const pattern = name === "src" ? /\ssrc\s*=\s*["']([^"']*)/i : /\shref\s*=\s*["']([^"']*)/i;
  return decodeEntities(pattern.exec(attributes)?.[1] ?? "").trim();
}

function fileName(address: string): string {
  const path = address.split(/[?#]/, 1)[0] ?? "";
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name === "" ? "image" : name.slice(0, 200);
}

/** Returns the text with named (the common ones) and numeric entities decoded; unknown ones stay as written. */
function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z][a-z0-9]{1,10}));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
      const allowed = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
      return allowed ? String.fromCodePoint(code) : "\ufffd";
    },
  );
}
