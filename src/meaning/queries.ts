/** SQL of the text models that environments have learnt. */
import { sql } from "kysely";
import type { ModelFile } from "../qualify/meaning/model.ts";
import type { Db } from "../store/database.ts";

export interface NewTextModel {
  readonly environment: string;
  /** The model file. */
  readonly model: string;
  readonly labels: number;
  readonly figures: readonly Pick<ModelFile["signals"][number], "name" | "atLeast" | "crossValidated">[];
  readonly trainedBy: string;
}

/** The model reads for its environment from now on; returns its id. */
export async function insertTextModel(db: Db, model: NewTextModel): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into text_models (environment, model, labels, figures, trained_by)
    values (${model.environment}, ${model.model}, ${model.labels}, ${JSON.stringify(model.figures)}::jsonb, ${model.trainedBy})
    returning id::int as id`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error("an insert that returned nothing");
  return row.id;
}

/** The file of a stored model. */
export async function textModelOf(db: Db, id: number): Promise<string> {
  const { rows } = await sql<{ model: string }>`select model from text_models where id = ${id}`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error(`text model ${id} is named but not stored`);
  return row.model;
}
