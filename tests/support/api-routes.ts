/** The routes of /api/v1 without a service behind them, and calls of them with made-up content. */
import { z } from "zod";
import type { ApiRoute } from "../../src/http/api/route.ts";
import { apiOf, type ServiceOptions } from "../../src/service.ts";

/** Routes are data; what they would ask is not asked for their description. */
export function routesAsData(): readonly ApiRoute[] {
  const nothing: unknown = new Proxy({}, { get: () => nothing });
  return apiOf(nothing as ServiceOptions, nothing as never, nothing as never, nothing as never).routes;
}

interface Shape {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly minLength?: number;
}

/** The least that a schema takes. Patterns are not looked at: what they refuse is answered with 400. */
export function leastOf(schema: z.ZodType | undefined): unknown {
  return schema === undefined ? undefined : least(z.toJSONSchema(schema, { io: "input" }) as Shape);
}

function least(shape: Shape): unknown {
  const [choice] = shape.anyOf ?? shape.oneOf ?? [];
  if (shape.const !== undefined) return shape.const;
  if (shape.enum !== undefined) return shape.enum[0];
  if (choice !== undefined) return least(choice);
  switch (shape.type) {
    case "string":
      return "x".repeat(shape.minLength ?? 1);
    case "boolean":
      return true;
    case "integer":
    case "number":
      return Math.max(shape.minimum ?? 1, 1);
    case "array":
      return Array.from({ length: shape.minItems ?? 0 }, () => least(shape.items ?? {}));
    case "object":
      return Object.fromEntries(
        (shape.required ?? []).map((name) => [name, least(shape.properties?.[name] ?? {})]),
      );
    default:
      return null;
  }
}
