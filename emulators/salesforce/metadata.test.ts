import { deflateRawSync } from "node:zlib";
import "jsforce/lib/api/metadata.js";
import { Connection } from "jsforce/lib/connection.js";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type SalesforceEmulator, startSalesforceEmulator } from "./emulator.ts";

let emulator: SalesforceEmulator;
let conn: Connection;

beforeAll(async () => {
  emulator = await startSalesforceEmulator({
    port: 0,
    clientId: "id",
    clientSecret: "secret",
    settings: { metadata: "none" },
  });
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  await fetch(`${emulator.url}/__emulator/reset`, { method: "POST" });
  conn = new Connection({
    instanceUrl: emulator.url,
    accessToken: emulator.accessToken(),
    version: "66.0",
  });
  conn.metadata.pollInterval = 10;
});

/** An archive with deflated entries; check sums are left at zero, which no reader here looks at. */
function zipOf(files: Readonly<Record<string, string>>): Buffer {
  const local: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const bytes = deflateRawSync(Buffer.from(text));
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt16LE(8, 8);
    header.writeUInt32LE(bytes.length, 18);
    header.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(bytes.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    local.push(header, Buffer.from(name), bytes);
    directory.push(entry, Buffer.from(name));
    at += 30 + name.length + bytes.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(directory.length / 2, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...local, ...directory, end]);
}

const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
const xmlns = 'xmlns="http://soap.sforce.com/2006/04/metadata"';
const key =
  "<fields><fullName>Baton_Key__c</fullName><label>Baton Key</label><type>Text</type><length>80</length><unique>true</unique><externalId>true</externalId><caseSensitive>true</caseSensitive></fields>";
const files = {
  "package.xml": `${head}<Package ${xmlns}><version>66.0</version></Package>`,
  "objects/Lead.object": `${head}<CustomObject ${xmlns}>${key}</CustomObject>`,
  "objects/Activity.object": `${head}<CustomObject ${xmlns}>${key}</CustomObject>`,
  "objects/Baton_Conversation__c.object": `${head}<CustomObject ${xmlns}><label>Conversation &amp; more</label>
    <nameField><label>No.</label><type>AutoNumber</type></nameField>${key}
    <fields><fullName>Transcript__c</fullName><type>Html</type><length>131072</length></fields>
    <fields><fullName>Lead__c</fullName><type>Lookup</type><referenceTo>Lead</referenceTo><relationshipName>Talks</relationshipName></fields></CustomObject>`,
  "permissionsets/Baton_Integration.permissionset": `${head}<PermissionSet ${xmlns}><label>Baton Integration</label></PermissionSet>`,
};

async function expectInstalled() {
  const lead = await conn.sobject("Lead").create({ LastName: "Doe", Company: "A", Baton_Key__c: "l" });
  await conn.sobject("Task").create({ Subject: "x", Baton_Key__c: "t" });
  await conn
    .sobject("Baton_Conversation__c")
    .create({ Lead__c: lead.id, Transcript__c: "<p>Hi</p>", Baton_Key__c: "c" });
  const found = await conn.query("SELECT Name, Lead__r.LastName FROM Baton_Conversation__c");
  expect(found.records).toMatchObject([{ Lead__r: { LastName: "Doe" } }]);
  const described = await conn.sobject("Lead").describe();
  expect(described.fields.find((one) => one.name === "Baton_Key__c")).toMatchObject({
    unique: true,
    externalId: true,
    idLookup: true,
    caseSensitive: true,
    length: 80,
  });
}

describe("a deploy", () => {
  test("by SOAP switches the package on", async () => {
    const result = await conn.metadata
      .deploy(zipOf(files), { singlePackage: true, rollbackOnError: true })
      .complete(true);
    expect(result).toMatchObject({
      success: true,
      status: "Succeeded",
      numberComponentErrors: 0,
      numberComponentsDeployed: 4,
    });
    await expectInstalled();
    const sets = await conn.query("SELECT Id FROM PermissionSet WHERE Name = 'Baton_Integration'");
    expect(sets.totalSize).toBe(1);
  });

  test("by REST switches the package on", async () => {
    const job = await conn.metadata.deployRest(zipOf(files), { rollbackOnError: true });
    const result = await conn.metadata.checkDeployStatus(job.id, true, true);
    expect(result).toMatchObject({ done: true, success: true });
    await expectInstalled();
  });

  test("that only checks changes nothing", async () => {
    const result = await conn.metadata.deploy(zipOf(files), { checkOnly: true }).complete();
    expect(result).toMatchObject({ success: true, checkOnly: true });
    await expect(
      conn.sobject("Lead").create({ LastName: "D", Company: "A", Baton_Key__c: "l" }),
    ).rejects.toThrow("No such column");
  });

  test.for([
    ["No package.xml found", { "objects/Lead.object": "<CustomObject/>" }],
    ["Nothing", { ...files, "objects/Nothing.object": `<CustomObject>${key}</CustomObject>` }],
    [
      "Weird",
      {
        ...files,
        "objects/Lead.object":
          "<CustomObject><fields><fullName>X__c</fullName><type>Weird</type></fields></CustomObject>",
      },
    ],
  ] as const)("with a fault in it fails whole and says: %s", async ([words, broken]) => {
    const result = await conn.metadata.deploy(zipOf(broken), {}).complete(true);
    expect(result).toMatchObject({ success: false, status: "Failed" });
    expect(JSON.stringify(result.details?.componentFailures)).toContain(words);
    await expect(
      conn.sobject("Lead").create({ LastName: "D", Company: "A", Baton_Key__c: "l" }),
    ).rejects.toThrow("No such column");
  });
});
