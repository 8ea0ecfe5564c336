/** The text models that environments have learnt, made ready to read with. */
import { type CompiledPolicy, withModel } from "../qualify/compile.ts";
import { compileModel, modelSchema } from "../qualify/meaning/model.ts";
import type { Db } from "../store/database.ts";
import { textModelOf } from "./queries.ts";

/** `policy` as an environment with this text model reads it; null is the model that comes with Baton. */
export async function readBy(
  db: Db,
  policy: CompiledPolicy,
  textModel: number | null,
): Promise<CompiledPolicy> {
  if (textModel === null || policy.model === null) return policy;
  return withModel(policy, compileModel(modelSchema.parse(JSON.parse(await textModelOf(db, textModel)))));
}
