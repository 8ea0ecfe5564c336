/** Deploys Baton's metadata to an org through the REST Metadata API. An admin's act: the integration user may not. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { RetryableFailure, UserError } from "../../kernel/failure.ts";
import type { Ms } from "../../kernel/time.ts";
import { API_PATH, type SalesforceClient } from "./client.ts";
import { packageZip } from "./package.ts";

const FOLDER = fileURLToPath(new URL("../../../salesforce/", import.meta.url));
const BOUNDARY = "baton-metadata-package";
const POLL_MS: Ms = 2_000;
/** Small packages take seconds; an org that is busy queues deploys for minutes. */
const POLLS = 300;

const Started = z.object({ id: z.string() });
const Failure = z.object({ fullName: z.string().nullish(), problem: z.string().nullish() });
const Status = z.object({
  deployResult: z.object({
    done: z.boolean(),
    success: z.boolean().nullish(),
    status: z.string(),
    errorMessage: z.string().nullish(),
    numberComponentsDeployed: z.number().nullish(),
    details: z
      .object({ componentFailures: z.union([z.array(Failure), Failure.transform((one) => [one])]).nullish() })
      .nullish(),
  }),
});

export interface Installed {
  /** How many components the org took. */
  readonly components: number;
  /** One line for each component that was refused; then nothing at all was deployed. */
  readonly problems: readonly string[];
}

async function readSources(): Promise<{ readonly sources: Map<string, string>; readonly manifest: string }> {
  const base = join(FOLDER, "force-app", "main", "default");
  const entries = await readdir(base, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new UserError(`Baton's Salesforce metadata is missing: ${base} cannot be read`, { cause });
  });
  const sources = new Map<string, string>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    sources.set(path.slice(base.length + 1).replaceAll("\\", "/"), await readFile(path, "utf8"));
  }
  return { sources, manifest: await readFile(join(FOLDER, "package.xml"), "utf8") };
}

/** The multipart body that POST /metadata/deployRequest takes: the options as JSON, then the archive. */
function deployBody(zip: Buffer, checkOnly: boolean): Buffer {
  const options = { deployOptions: { singlePackage: true, rollbackOnError: true, checkOnly } };
  const head = [
    `--${BOUNDARY}`,
    'Content-Disposition: form-data; name="json"',
    "Content-Type: application/json",
    "",
    JSON.stringify(options),
    `--${BOUNDARY}`,
    'Content-Disposition: form-data; name="file"; filename="package.zip"',
    "Content-Type: application/zip",
    "",
    "",
  ].join("\r\n");
  return Buffer.concat([Buffer.from(head), zip, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
}

function odd(cause: unknown): RetryableFailure {
  const message = "Salesforce answered a metadata deploy with a body of another shape than documented.";
  return new RetryableFailure({ target: "salesforce", code: "odd_body", message, cause }, "unknown");
}

/**
 * Deploys all or nothing and waits for the end. `checkOnly` validates without changing anything. Deploying again what is
 * there already changes nothing.
 */
export async function installMetadata(
  client: SalesforceClient,
  options: { readonly checkOnly: boolean; readonly sleep: (ms: Ms) => Promise<void> },
): Promise<Installed> {
  const { sources, manifest } = await readSources();
  const path = `${API_PATH}/metadata/deployRequest`;
  const headers = { "content-type": `multipart/form-data; boundary=${BOUNDARY}` };
  const body = deployBody(packageZip(sources, manifest), options.checkOnly);
  const started = Started.safeParse(
    await client.call({ method: "POST", path, body, headers, effect: "write" }),
  );
  if (!started.success) throw odd(started.error);
  const statusPath = `${path}/${encodeURIComponent(started.data.id)}?includeDetails=true`;
  for (let poll = 0; poll < POLLS; poll += 1) {
    const status = Status.safeParse(await client.call({ method: "GET", path: statusPath, effect: "read" }));
    if (!status.success) throw odd(status.error);
    const result = status.data.deployResult;
    if (result.done) return installed(result);
    await options.sleep(POLL_MS);
  }
  const message = "The metadata deploy has not ended after ten minutes: see Deployment Status in Setup.";
  throw new RetryableFailure({ target: "salesforce", code: "deploy_pending", message }, "unknown");
}

function installed(result: z.infer<typeof Status>["deployResult"]): Installed {
  const failures = result.details?.componentFailures ?? [];
  const problems = failures.map(
    ({ fullName, problem }) => `${fullName ?? "package"}: ${problem ?? result.status}`,
  );
  const isGood = result.success === true || result.status === "Succeeded";
  if (!isGood && problems.length === 0) problems.push(result.errorMessage ?? result.status);
  return {
    components: isGood ? (result.numberComponentsDeployed ?? 0) : 0,
    problems: isGood ? [] : problems,
  };
}
