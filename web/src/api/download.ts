/** Files that the service makes: fetched with whatever lets the caller in, and kept by the browser. */
import { answer, type Asked } from "./client.ts";

export type Export =
  | "exportHandoffs"
  | "exportChosenHandoffs"
  | "exportConversations"
  | "exportChosenConversations"
  | "exportLabels"
  | "exportTraining"
  | "auditPage";

export async function download<O extends Export>(operation: O, asked: Asked<O>): Promise<void> {
  const response = await answer(operation, asked);
  const [, name = "export.csv"] =
    /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "") ?? [];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
