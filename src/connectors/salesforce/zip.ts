/** A zip archive with stored entries: what a metadata deploy wants (PKWARE APPNOTE 4.3). Pure. */
import { crc32 } from "node:zlib";

const LOCAL_HEADER = 0x04034b50;
const DIRECTORY_ENTRY = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const VERSION = 20;
/** Names are UTF-8. */
const FLAGS = 0x0800;
/** 1980-01-01, the format's zero: the same files always give the same archive. */
const DATE = 0x0021;

/** The fields that a local header and a directory entry share, from version to the length of the extra field. */
function common(name: Buffer, bytes: Buffer): Buffer {
  const head = Buffer.alloc(26);
  head.writeUInt16LE(VERSION, 0);
  head.writeUInt16LE(FLAGS, 2);
  head.writeUInt16LE(DATE, 8);
  head.writeUInt32LE(crc32(bytes), 10);
  head.writeUInt32LE(bytes.length, 14);
  head.writeUInt32LE(bytes.length, 18);
  head.writeUInt16LE(name.length, 22);
  return head;
}

function uint32(value: number): Buffer {
  const four = Buffer.alloc(4);
  four.writeUInt32LE(value);
  return four;
}

/** The archive of these files, in their order. */
export function zipOf(files: ReadonlyMap<string, string>): Buffer {
  const contents: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of files) {
    const name = Buffer.from(path);
    const bytes = Buffer.from(text);
    const head = common(name, bytes);
    const local = Buffer.concat([uint32(LOCAL_HEADER), head, name, bytes]);
    const madeBy = Buffer.from([VERSION, 0]);
    // Comment length, disk, internal and external attributes are zero.
    directory.push(
      Buffer.concat([uint32(DIRECTORY_ENTRY), madeBy, head, Buffer.alloc(10), uint32(offset), name]),
    );
    contents.push(local);
    offset += local.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END_OF_DIRECTORY, 0);
  end.writeUInt16LE(files.size, 8);
  end.writeUInt16LE(files.size, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...contents, entries, end]);
}
