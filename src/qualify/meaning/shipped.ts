/** The text model that comes with Baton, learnt by `npm run train` from training/saas-default.jsonl. */
import file from "./saas-default.json" with { type: "json" };
import { compileModel, modelSchema } from "./model.ts";
import type { Model } from "./model.ts";

let compiled: Model | null = null;

/** The shipped model, made ready on the first call. */
export function shippedModel(): Model {
  compiled ??= compileModel(modelSchema.parse(file));
  return compiled;
}
