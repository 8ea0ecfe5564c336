/** Sends the bytes of a file, packed where the browser can: an export is a tenth of itself then. */
import { addressed, answered } from "../../api/client.ts";

const MEGABYTE = 1024 * 1024;
/** What the service takes as sent. */
const MOST_MB = 16;

export async function sendFile(
  path: { readonly environment: string; readonly audit: string },
  file: File,
): Promise<void> {
  const packed = await new Response(file.stream().pipeThrough(new CompressionStream("gzip"))).blob();
  if (packed.size > MOST_MB * MEGABYTE)
    throw new Error(
      `Even packed the file has ${Math.ceil(packed.size / MEGABYTE)} MB, and ${MOST_MB} MB can be sent: audit it with “baton audit FILE”.`,
    );
  const { method, address, headers } = addressed("sendAuditFile", { path });
  await answered(address, {
    method,
    headers: { ...headers, "content-type": "application/gzip" },
    body: packed,
  });
}
