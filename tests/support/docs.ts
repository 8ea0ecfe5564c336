/** `npm run docs`: docs/policy.md and the JSON Schema beside it from the policy's schema, the web's client from the API's. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generatedDocs } from "./policy-page.ts";

const HOME = join(import.meta.dirname, "..", "..");

for (const [path, text] of Object.entries(await generatedDocs())) {
  await writeFile(join(HOME, path), text);
  console.log(`wrote ${path}`);
}
