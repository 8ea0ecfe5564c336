/** `/services/Soap/m/66.0`: the two metadata calls an installer needs. Other calls answer UNKNOWN_METHOD. */
import type { EmulatorAnswer } from "../core/routes.ts";
import type { Service } from "./api.ts";
import { deploy, type DeployResult } from "./metadata.ts";
import type { DeployMessage } from "./metadata-files.ts";
import type { Sessions } from "./oauth.ts";
import { child, childText, escapedXml, parseXml, type XmlElement } from "./xml.ts";

const namespace = "http://soap.sforce.com/2006/04/metadata";

/** Answers one SOAP envelope. */
export function answerSoap(service: Service, sessions: Sessions, envelope: string): EmulatorAnswer {
  let root: XmlElement;
  try {
    root = parseXml(envelope);
  } catch (error) {
    return fault("sf:SOAP_PARSE_ERROR", error instanceof Error ? error.message : "not readable");
  }
  const token = childText(child(child(root, "Header"), "SessionHeader"), "sessionId") ?? "";
  if (sessions.userOf(token) === undefined) {
    return fault(
      "sf:INVALID_SESSION_ID",
      "INVALID_SESSION_ID: Invalid Session ID found in SessionHeader: Illegal Session",
    );
  }
  const [call] = child(root, "Body")?.children ?? [];
  switch (call?.name) {
    case "deploy": {
      const zip = Buffer.from(childText(call, "ZipFile") ?? "", "base64");
      const checkOnly = childText(child(call, "DeployOptions"), "checkOnly") === "true";
      const result = deploy(service, zip, { checkOnly });
      const body = `<result><done>false</done><id>${result.id}</id><state>Queued</state></result>`;
      return { ...answer("deploy", body), committed: result.success && !checkOnly };
    }
    case "checkDeployStatus": {
      const result = service.deploys.get(childText(call, "asyncProcessId") ?? "");
      if (result === undefined) return fault("sf:INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id");
      return answer("checkDeployStatus", `<result>${resultXml(result as DeployResult)}</result>`);
    }
    default:
      return fault("sf:UNKNOWN_METHOD", `the emulator has no SOAP call ${call?.name ?? ""}`);
  }
}

function resultXml(result: DeployResult): string {
  const { details, ...facts } = result;
  const plain = Object.entries(facts).map(
    ([name, value]) => `<${name}>${escapedXml(String(value))}</${name}>`,
  );
  const messages = [
    ...details.componentSuccesses.map((one) => messageXml("componentSuccesses", one, true)),
    ...details.componentFailures.map((one) => messageXml("componentFailures", one, false)),
  ];
  return `${plain.join("")}<details>${messages.join("")}</details>`;
}

function messageXml(name: string, message: DeployMessage, success: boolean): string {
  const facts = { ...message, success, ...(!success && { problemType: "Error" }) };
  const inner = Object.entries(facts).map(([key, value]) => `<${key}>${escapedXml(String(value))}</${key}>`);
  return `<${name}>${inner.join("")}</${name}>`;
}

function answer(call: string, body: string): EmulatorAnswer {
  return xmlAnswer(200, `<${call}Response xmlns="${namespace}">${body}</${call}Response>`);
}

function fault(code: string, message: string): EmulatorAnswer {
  return xmlAnswer(
    500,
    `<soapenv:Fault><faultcode>${code}</faultcode><faultstring>${escapedXml(message)}</faultstring></soapenv:Fault>`,
  );
}

function xmlAnswer(status: number, inner: string): EmulatorAnswer {
  return {
    status,
    headers: { "Content-Type": "text/xml; charset=utf-8" },
    body:
      '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">' +
      `<soapenv:Body>${inner}</soapenv:Body></soapenv:Envelope>`,
  };
}
