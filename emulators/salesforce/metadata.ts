/**
 * Metadata deploys: the zip of a package switches its objects, fields and permission sets on. By REST
 * (`/metadata/deployRequest`, multipart) and by SOAP (`/services/Soap/m/66.0`: deploy, checkDeployStatus), as
 * jsforce 3.10.26's `metadata.deployRest` and `metadata.deploy` send them (read in source: api/metadata.ts).
 */
import type { ApiAnswer, ApiCall, Service } from "./api.ts";
import { notFound, refusal } from "./errors.ts";
import { componentsOf, type DeployMessage, type PackageComponents } from "./metadata-files.ts";
import { findObject, setObjects } from "./org.ts";
import { insertRow } from "./records.ts";
import { withFields } from "./schema.ts";
import { unzipped } from "./zip.ts";

export interface DeployOptions {
  readonly checkOnly: boolean;
}

export interface DeployResult {
  readonly id: string;
  readonly status: "Succeeded" | "Failed";
  readonly success: boolean;
  readonly done: true;
  readonly checkOnly: boolean;
  readonly rollbackOnError: true;
  readonly ignoreWarnings: false;
  readonly runTestsEnabled: false;
  readonly createdBy: string;
  readonly createdByName: string;
  readonly createdDate: string;
  readonly completedDate: string;
  readonly numberComponentErrors: number;
  readonly numberComponentsDeployed: number;
  readonly numberComponentsTotal: number;
  readonly numberTestErrors: 0;
  readonly numberTestsCompleted: 0;
  readonly numberTestsTotal: 0;
  readonly details: {
    readonly componentSuccesses: readonly DeployMessage[];
    readonly componentFailures: readonly DeployMessage[];
  };
}

/** `/metadata/deployRequest`. */
export function answerDeployRequest(service: Service, call: ApiCall): ApiAnswer {
  const [, resource, id] = call.path;
  if (resource !== "deployRequest") throw notFound();
  if (call.method === "POST" && id === undefined) {
    const { zip, options } = multipartDeploy(call.body, call.headers["content-type"] ?? "");
    const result = deploy(service, zip, options);
    const body = {
      id: result.id,
      deployOptions: options,
      deployResult: { ...result, status: "Pending", done: false },
    };
    return { status: 201, body, changed: result.success && !options.checkOnly };
  }
  const result = service.deploys.get(id ?? "");
  if (call.method !== "GET" || result === undefined) throw notFound();
  return {
    status: 200,
    body: { id, validatedDeployRequestId: null, deployOptions: null, deployResult: result },
  };
}

/** Deploys an archive at once and remembers the result under its id. */
export function deploy(service: Service, zip: Buffer, options: DeployOptions): DeployResult {
  const { org } = service;
  const components = readComponents(zip);
  const failures = [...components.failures, ...unknownTargets(service, components)];
  const isGood = failures.length === 0;
  if (isGood && !options.checkOnly) install(service, components);
  const at = new Date(org.now()).toISOString();
  const total = components.successes.length + failures.length;
  const result: DeployResult = {
    id: `0AfBt${String(service.deploys.size + 1).padStart(10, "0")}AAA`,
    status: isGood ? "Succeeded" : "Failed",
    success: isGood,
    done: true,
    checkOnly: options.checkOnly,
    rollbackOnError: true,
    ignoreWarnings: false,
    runTestsEnabled: false,
    createdBy: org.userId,
    createdByName: "Integration User",
    createdDate: at,
    completedDate: at,
    numberComponentErrors: failures.length,
    numberComponentsDeployed: isGood ? components.successes.length : 0,
    numberComponentsTotal: total,
    numberTestErrors: 0,
    numberTestsCompleted: 0,
    numberTestsTotal: 0,
    details: { componentSuccesses: isGood ? components.successes : [], componentFailures: failures },
  };
  service.deploys.set(result.id, result);
  return result;
}

function readComponents(zip: Buffer): PackageComponents {
  try {
    return componentsOf(unzipped(zip));
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    const failure = { fullName: "package.xml", componentType: "", fileName: "package.xml", problem };
    return { objects: [], fields: {}, permissionSets: [], successes: [], failures: [failure] };
  }
}

function unknownTargets(service: Service, components: PackageComponents): DeployMessage[] {
  const own = new Set(components.objects.map((one) => one.name));
  return Object.keys(components.fields)
    .filter((name) => name !== "Activity" && !own.has(name) && findObject(service.org, name) === undefined)
    .map((name) => ({
      fullName: name,
      componentType: "CustomObject",
      fileName: `objects/${name}.object`,
      problem: `Entity '${name}' is not available in this organization`,
    }));
}

function install(service: Service, components: PackageComponents): void {
  const { org } = service;
  const { Activity = [], ...fields } = components.fields;
  const added = {
    ...fields,
    Task: [...(fields["Task"] ?? []), ...Activity],
    Event: [...(fields["Event"] ?? []), ...Activity],
  };
  const known = new Set(org.objects.map((one) => one.name));
  const fresh = components.objects.filter((one) => !known.has(one.name));
  setObjects(org, withFields([...org.objects, ...fresh], added));
  const permissionSet = findObject(org, "PermissionSet");
  for (const { name, label } of components.permissionSets) {
    if (permissionSet === undefined) continue;
    const rows = org.tables.get("PermissionSet")?.rows.values() ?? [];
    if ([...rows].some((row) => row["Name"] === name)) continue;
    insertRow(org, permissionSet, { Name: name, Label: label });
  }
}

/** The zip and the options of a multipart body. The parts' bytes arrive as latin1 text. */
function multipartDeploy(body: unknown, contentType: string): { zip: Buffer; options: DeployOptions } {
  const boundary = /boundary="?([^";]+)/.exec(contentType)?.[1];
  if (!Buffer.isBuffer(body) || boundary === undefined) {
    throw refusal(400, "INVALID_MULTIPART_REQUEST", "A deploy request is multipart/form-data");
  }
  const parts = body.toString("latin1").split(`--${boundary}`);
  const content = (name: string): Buffer | undefined => {
    const part = parts.find((one) => one.includes(`name="${name}"`));
    const start = part?.indexOf("\r\n\r\n") ?? -1;
    if (part === undefined || start < 0) return undefined;
    return Buffer.from(part.slice(start + 4).replace(/\r\n$/, ""), "latin1");
  };
  const zip = content("file");
  if (zip === undefined)
    throw refusal(400, "INVALID_MULTIPART_REQUEST", "The part 'file' with the zip is missing");
  const text = (content("entity_content") ?? content("json"))?.toString("utf8") ?? "";
  return { zip, options: { checkOnly: /"checkOnly"\s*:\s*true/.test(text) } };
}
