/** Files that the service makes: fetched with whatever lets the caller in, and kept by the browser. */
import { addressed, answered } from "./client.ts";
import type { Operations } from "./operations.ts";

type Export = "exportHandoffs" | "exportConversations" | "exportLabels" | "exportTraining" | "auditPage";

export async function download<O extends Export>(
  operation: O,
  asked: { readonly path: Operations[O]["path"]; readonly query: Operations[O]["query"] },
): Promise<void> {
  const { address, method, headers } = addressed(operation, asked);
  const response = await answered(address, { method, headers });
  const [, name = "export.csv"] =
    /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "") ?? [];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
