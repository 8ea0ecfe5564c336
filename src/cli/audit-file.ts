/** The bytes of an uploaded export, plain or packed with gzip, as conversations; in the memory of one piece at a time. */
import { pipeline, Readable, Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Snapshot } from "../conversation/snapshot.ts";
import type { AuditItem } from "../insights/audit/count.ts";
import { UserError } from "../kernel/failure.ts";
import type { EpochMs } from "../kernel/time.ts";
import { auditItems } from "./audit-input.ts";

const MEGABYTE = 1024 * 1024;
/** A packed file may grow so much; a larger export is for the command. */
const MOST_UNPACKED = 512 * MEGABYTE;
const PIECE = 64 * 1024;

/** Throws a UserError for what cannot be unpacked. */
export async function* fileItems(
  file: Uint8Array,
  deps: { readonly fromIntercom: (value: unknown) => Snapshot | null; readonly now: EpochMs },
): AsyncIterable<AuditItem> {
  const isPacked = file[0] === 0x1f && file[1] === 0x8b;
  const pieces = Readable.from(piecesOf(file));
  // What goes wrong in one of the three is thrown to whoever reads the last.
  const input = isPacked ? pipeline(pieces, createGunzip(), noLargerThan(MOST_UNPACKED), () => {}) : pieces;
  try {
    yield* auditItems(input, { ...deps, columns: {} });
  } catch (error) {
    if (error instanceof UserError || !isPacked) throw error;
    throw new UserError("The file is packed with gzip and cannot be unpacked: it may have been cut off.", {
      cause: error,
    });
  }
}

function* piecesOf(file: Uint8Array): Iterable<Buffer> {
  for (let at = 0; at < file.length; at += PIECE) yield Buffer.from(file.subarray(at, at + PIECE));
}

function noLargerThan(most: number): Transform {
  let size = 0;
  return new Transform({
    transform(piece: Buffer, _, done) {
      size += piece.length;
      if (size <= most) done(null, piece);
      else
        done(
          new UserError(
            `Unpacked the file is larger than ${most / MEGABYTE} MB: audit it with \`baton audit\`.`,
          ),
        );
    },
  });
}
