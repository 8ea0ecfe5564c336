/**
 * The ledger: every request an emulator received, in the order in which it was dealt with. An entry is
 * complete before the answer leaves, so a checker may trust it even if the client saw a broken socket.
 */

export interface LedgerEntry {
  /** From 1, without gaps. */
  readonly seq: number;
  /** When the request had arrived, ISO 8601. */
  readonly time: string;
  readonly method: string;
  /** Without the query string. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** What the emulator answered or, for a fault after the commit, would have answered; 0 = no answer was made. */
  status: number;
  /** Lower-case names; secrets are left out. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, or the text, or null for an empty body. */
  readonly body: unknown;
  /** The state changed because of this request. A read, a refusal and a repeat that changed nothing are false. */
  committed: boolean;
  /** The idempotency keys the request carried, as the emulator's README lists them. */
  keys: readonly string[];
  /** The kind of the fault that struck this request. */
  readonly fault?: string;
}

export interface Ledger {
  readonly add: (entry: Omit<LedgerEntry, "seq">) => LedgerEntry;
  /** Entries with `seq` greater than `since` (default 0 = all). */
  readonly entries: (since?: number) => readonly LedgerEntry[];
  readonly clear: () => void;
}

/** An empty ledger in memory. `clear` starts the numbering again. */
export function createLedger(): Ledger {
  let entries: LedgerEntry[] = [];
  return {
    add(entry) {
      const numbered: LedgerEntry = { seq: entries.length + 1, ...entry };
      entries.push(numbered);
      return numbered;
    },
    entries: (since = 0) => entries.slice(Math.max(0, since)),
    clear() {
      entries = [];
    },
  };
}

const secretHeader =
  /^(authorization|proxy-authorization|cookie|set-cookie)$|signature|token|secret|api-?key/;

/** Copies headers (lower-case names) without anything that could be a credential or a signature. */
export function headersWithoutSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !secretHeader.test(name)));
}
