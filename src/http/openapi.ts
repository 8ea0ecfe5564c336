/** The words of an OpenAPI 3.1 document: operations, and the answers they give. */

export interface Answer {
  readonly description: string;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly object[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, Answer>>;
}

export type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

export const problem = (description: string): Answer => ({
  description,
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
});
export const json = (description: string, schema: object): Answer => ({
  description,
  content: { "application/json": { schema } },
});
export const plain = (description: string, type: string): Answer => ({
  description,
  content: { [type]: { schema: { type: "string" } } },
});
