/**
 * Custom attributes of a person or company. Intercom refuses one that was never declared (2.0 changelog), so what is missing is
 * declared first; declaring one that exists is refused and changes nothing.
 */
import { PermanentFailure } from "../../kernel/failure.ts";
import type { createClient } from "./client.ts";
import { oddBody } from "./errors.ts";
import * as schema from "./schema.ts";

type Sdk = Awaited<ReturnType<ReturnType<typeof createClient>>>;
export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface AttributeDesk {
  readonly sdk: () => Promise<Sdk>;
  readonly model: "contact" | "company";
  /** Names of the declared attributes of the model. */
  readonly listed: () => Promise<readonly string[]>;
  /** Names known to be declared; grows. */
  readonly known: Set<string>;
}

/** The custom attributes of people or companies of one workspace. */
export function attributesOf(
  sdk: AttributeDesk["sdk"],
  apiUrl: string,
  model: AttributeDesk["model"],
): AttributeDesk {
  const listed = async (): Promise<readonly string[]> => {
    const api = await sdk();
    const listing = schema.DataAttributes.safeParse(await api.dataAttributes.list({ model }));
    if (listing.success) return listing.data;
    throw oddBody({ method: "GET", url: `${apiUrl}/data_attributes` }, listing.error);
  };
  return { sdk, model, known: new Set<string>(), listed };
}

/** Sets attributes of a contact by id; a repeat changes nothing. */
export async function setContactAttributes(
  desk: AttributeDesk,
  contact: string,
  attributes: Attributes,
): Promise<void> {
  await declareAttributes(desk, attributes);
  const sdk = await desk.sdk();
  await sdk.contacts.update({ contact_id: contact, custom_attributes: { ...attributes } });
}

/** Declares those of the attributes that are not, with the type of their value. */
export async function declareAttributes(desk: AttributeDesk, attributes: Attributes): Promise<void> {
  const unknown = (): readonly string[] => Object.keys(attributes).filter((name) => !desk.known.has(name));
  if (unknown().length > 0) for (const name of await desk.listed()) desk.known.add(name);
  for (const name of unknown()) {
    await declare(desk, name, attributes[name]);
    desk.known.add(name);
  }
}

async function declare(
  desk: AttributeDesk,
  name: string,
  value: Attributes[string] | undefined,
): Promise<void> {
  const sdk = await desk.sdk();
  try {
    // The SDK's type leaves out name and model, which the API requires (OpenAPI, createDataAttribute).
    const request = { name, model: desk.model, data_type: typeOf(value) };
    await sdk.dataAttributes.create(request);
  } catch (error) {
    // Another process declared it between the list and this call.
    if (!(error instanceof PermanentFailure) || !(await desk.listed()).includes(name)) throw error;
  }
}

function typeOf(value: Attributes[string] | undefined): "string" | "integer" | "float" | "boolean" {
  switch (typeof value) {
    case "boolean":
      return "boolean";
    case "number":
      return Number.isInteger(value) ? "integer" : "float";
    default:
      return "string";
  }
}
