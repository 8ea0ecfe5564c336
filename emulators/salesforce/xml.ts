/** XML as far as metadata files and SOAP envelopes use it: elements and text. Attributes are left out. */

export interface XmlElement {
  /** Without the namespace prefix. */
  readonly name: string;
  readonly children: readonly XmlElement[];
  /** The text directly inside, entities decoded. */
  readonly text: string;
}

const token =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([\w.:-]+)([^>]*?)(\/?)>|([^<]+)/g;
const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

interface Open {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

/** The root element. Throws an Error when tags don't pair. */
export function parseXml(source: string): XmlElement {
  const root: Open = { name: "", children: [], text: "" };
  const stack: Open[] = [root];
  for (const [, cdata, slash, rawName, , selfClosing, text] of source.matchAll(token)) {
    const top = stack.at(-1) ?? root;
    if (cdata !== undefined) top.text += cdata;
    else if (text !== undefined) top.text += decodedText(text);
    else if (rawName !== undefined) {
      const name = rawName.replace(/^.*:/, "");
      if (slash === "/") {
        if (top.name !== name || stack.length < 2) throw new Error(`unexpected </${name}>`);
        stack.pop();
        top.text = top.text.trim();
      } else {
        const element: Open = { name, children: [], text: "" };
        top.children.push(element);
        if (selfClosing !== "/") stack.push(element);
      }
    }
  }
  const [only] = root.children;
  if (only === undefined || stack.length !== 1) throw new Error("the XML ends too early");
  return only;
}

/** The first child of that name. */
export function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((one) => one.name === name);
}

/** The text of the first child of that name; undefined when there is none. */
export function childText(element: XmlElement | undefined, name: string): string | undefined {
  return child(element, name)?.text;
}

/** Every child of that name. */
export function childrenOf(element: XmlElement | undefined, name: string): XmlElement[] {
  return element?.children.filter((one) => one.name === name) ?? [];
}

/** Text for an element's inside. */
export function escapedXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function decodedText(text: string): string {
  return text.replace(/&(#x[0-9a-fA-F]+|#\d+|\w+);/g, (whole, code: string) => {
    if (code.startsWith("#x")) return String.fromCodePoint(Number.parseInt(code.slice(2), 16));
    if (code.startsWith("#")) return String.fromCodePoint(Number(code.slice(1)));
    return entities[code] ?? whole;
  });
}
