/**
 * Reads a mail message (RFC 5322, MIME) as far as a check needs it: headers decoded, the first plain text and the
 * first HTML part.
 */

export interface ParsedMessage {
  /** Lower-case names; the last value where a header comes twice. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string | null;
  readonly html: string | null;
}

interface Part {
  readonly headers: Readonly<Record<string, string>>;
  /** Latin-1 text, so that each character is one byte. */
  readonly body: string;
}

/** The message in its parts. Never throws: what cannot be read is left out. */
export function parseMessage(raw: Buffer): ParsedMessage {
  const whole = splitPart(raw.toString("latin1"));
  const leaves = leavesOf(whole, 0);
  const first = (type: string): string | null => {
    const leaf = leaves.find((part) => contentType(part).type === type);
    return leaf ? decodedBody(leaf) : null;
  };
  const headers = Object.fromEntries(
    Object.entries(whole.headers).map(([name, value]) => [name, decodedWords(value)]),
  );
  return { headers, text: first("text/plain"), html: first("text/html") };
}

/** Where the headers of an incomplete message end, -1 while they have not. */
export function endOfHeaders(raw: Buffer): number {
  return raw.indexOf("\r\n\r\n");
}

function splitPart(source: string): Part {
  const end = source.startsWith("\r\n") ? 0 : source.indexOf("\r\n\r\n");
  const head = end === -1 ? source : source.slice(0, end);
  const headers: Record<string, string> = {};
  for (const line of head.replaceAll(/\r\n(?=[ \t])/g, "").split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { headers, body: end === -1 ? "" : source.slice(end).replace(/^(\r\n){1,2}/, "") };
}

const deepestNesting = 10;

function leavesOf(part: Part, depth: number): Part[] {
  const { type, parameters } = contentType(part);
  const boundary = parameters.get("boundary");
  if (!type.startsWith("multipart/") || boundary === undefined || depth > deepestNesting) return [part];
  const [, ...pieces] = `\r\n${part.body}`.split(`\r\n--${boundary}`);
  return pieces
    .filter((piece) => !piece.startsWith("--"))
    .flatMap((piece) => leavesOf(splitPart(piece.replace(/^[ \t]*\r\n/, "")), depth + 1));
}

function contentType(part: Part): { type: string; parameters: Map<string, string> } {
  const [type = "", ...rest] = (part.headers["content-type"] ?? "text/plain").split(";");
  const parameters = new Map<string, string>();
  for (const piece of rest) {
    const [name = "", ...value] = piece.split("=");
    const text = value.join("=").trim();
    parameters.set(name.trim().toLowerCase(), text.replaceAll(/^"|"$/g, ""));
  }
  return { type: type.trim().toLowerCase(), parameters };
}

function decodedBody(part: Part): string {
  const encoding = (part.headers["content-transfer-encoding"] ?? "7bit").toLowerCase();
  const charset = contentType(part).parameters.get("charset") ?? "utf-8";
  if (encoding === "base64") return fromBytes(Buffer.from(part.body, "base64"), charset);
  if (encoding === "quoted-printable") return fromBytes(fromQuotedPrintable(part.body), charset);
  return fromBytes(Buffer.from(part.body, "latin1"), charset);
}

function fromQuotedPrintable(text: string): Buffer {
  const joined = text.replaceAll(/=\r\n/g, "");
  const bytes = joined.replaceAll(/=([0-9A-Fa-f]{2})/g, (_match, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1");
}

/** Encoded words of RFC 2047; white space between two of them is not part of the text. */
function decodedWords(value: string): string {
  const joined = value.replaceAll(/\?=\s+=\?/g, "?==?");
  const decoded = joined.replaceAll(
    /=\?([^?]+)\?([bq])\?([^?]*)\?=/gi,
    (_match, charset: string, encoding: string, text: string) =>
      encoding.toLowerCase() === "b"
        ? fromBytes(Buffer.from(text, "base64"), charset)
        : fromBytes(fromQuotedPrintable(text.replaceAll("_", " ")), charset),
  );
  return decoded === value ? fromBytes(Buffer.from(value, "latin1"), "utf-8") : decoded;
}

function fromBytes(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return bytes.toString("utf8");
  }
}
