/** SFDX source files as a package of the Metadata API: one file per object with its fields inside. Pure. */
import { zipOf } from "./zip.ts";

const OBJECT = /^objects\/([A-Za-z0-9_]+)\/\1\.object-meta\.xml$/;
const FIELD = /^objects\/([A-Za-z0-9_]+)\/fields\/[A-Za-z0-9_]+\.field-meta\.xml$/;
const PERMISSION_SET = /^permissionsets\/([A-Za-z0-9_]+)\.permissionset-meta\.xml$/;
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAMESPACE = 'xmlns="http://soap.sforce.com/2006/04/metadata"';

/** What stands inside the file's root element. */
function inside(xml: string, root: string): string {
  const match = new RegExp(`<${root}[^>]*>([\\s\\S]*)</${root}>`).exec(xml);
  if (match?.[1] === undefined) throw new Error(`a metadata file holds no <${root}>`);
  return match[1].trim();
}

/**
 * The package's files by path, package.xml among them. `sources` are SFDX files by path from the package directory's
 * main/default; files of other kinds are left out.
 */
export function packageFiles(sources: ReadonlyMap<string, string>, manifest: string): Map<string, string> {
  const objects = new Map<string, string[]>();
  const files = new Map<string, string>([["package.xml", manifest]]);
  for (const [path, xml] of [...sources].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const object = OBJECT.exec(path)?.[1] ?? FIELD.exec(path)?.[1];
    if (object !== undefined) {
      const isField = FIELD.test(path);
      const part = isField ? `<fields>${inside(xml, "CustomField")}</fields>` : inside(xml, "CustomObject");
      objects.set(object, [...(objects.get(object) ?? []), part]);
    }
    const permissionSet = PERMISSION_SET.exec(path)?.[1];
    if (permissionSet !== undefined) files.set(`permissionsets/${permissionSet}.permissionset`, xml);
  }
  for (const [object, parts] of objects) {
    const xml = `${HEAD}<CustomObject ${NAMESPACE}>\n${parts.join("\n")}\n</CustomObject>\n`;
    files.set(`objects/${object}.object`, xml);
  }
  return files;
}

/** The archive that a deploy takes. */
export function packageZip(sources: ReadonlyMap<string, string>, manifest: string): Buffer {
  return zipOf(packageFiles(sources, manifest));
}
