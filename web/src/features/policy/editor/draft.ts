/** A draft in the browser: what is edited, what is stored, and who else saved meanwhile. */
import { useCallback, useEffect, useRef, useState } from "react";
import { type Answer, ApiProblem, call } from "../../../api/client.ts";
import { type Path, withAt } from "./tree.ts";

export type Draft = Answer<"readDraft">;

export type Trouble =
  /** Somebody else saved this draft; nothing of ours was written. */
  | { readonly kind: "conflict"; readonly theirs: Draft; readonly words: string }
  | { readonly kind: "failed"; readonly words: string };

export interface DraftEditing {
  readonly content: unknown;
  /** As it is stored. */
  readonly saved: Draft;
  readonly isSaved: boolean;
  readonly trouble: Trouble | null;
  readonly change: (path: Path, value: unknown) => void;
  readonly undo: (() => void) | null;
  /** Stores what is not stored yet; true when nothing is left to store. */
  readonly flush: () => Promise<boolean>;
  readonly saveText: (document: string) => Promise<void>;
  /** Ends a conflict: ours over theirs, or theirs. */
  readonly settle: (whose: "ours" | "theirs") => Promise<void>;
}

const QUIET_MS = 700;
const MOST_STEPS = 100;

interface Standing {
  readonly content: unknown;
  /** The content that is stored: the very same one when nothing is to be stored. */
  readonly stored: unknown;
  readonly saved: Draft;
  readonly past: readonly unknown[];
}

type Body = { readonly document: string } | { readonly content: unknown };

/** Keeps a draft and stores each change a moment after the last one. */
export function useDraft(environment: string, loaded: Draft): DraftEditing {
  const { standing, latest, put, trouble, setTrouble, store } = useStored(environment, loaded);
  const saving = useRef<Promise<boolean> | null>(null);
  const flush = useCallback(async (): Promise<boolean> => {
    await saving.current;
    const { content, stored } = latest.current;
    if (content === stored) return true;
    saving.current = store({ content });
    const isDone = await saving.current;
    saving.current = null;
    return isDone && latest.current.content === latest.current.stored;
  }, [latest, store]);

  const { content, saved, past } = standing;
  const isSaved = content === standing.stored;
  useEffect(() => {
    if (isSaved || trouble !== null) return;
    const timer = setTimeout(() => void flush(), QUIET_MS);
    return () => clearTimeout(timer);
  }, [standing, isSaved, trouble, flush]);

  const back = (): void => put({ ...latest.current, content: past.at(-1), past: past.slice(0, -1) });
  return {
    content,
    saved,
    isSaved,
    trouble,
    flush,
    change: (path, value) => {
      const { content, past } = latest.current;
      // What could not be stored is tried again with what was written since.
      setTrouble((known) => (known?.kind === "failed" ? null : known));
      const steps = [...past, content].slice(-MOST_STEPS);
      put({ ...latest.current, content: withAt(content, path, value), past: steps });
    },
    undo: past.length === 0 ? null : back,
    saveText: async (document) => {
      if (await flush()) await store({ document });
    },
    settle: async (whose) => {
      if (trouble?.kind !== "conflict") return;
      const { theirs } = trouble;
      if (whose === "ours") await store({ content: latest.current.content }, theirs);
      else {
        put(fresh(await call("readDraft", { path: { environment, draft: theirs.name } })));
        setTrouble(null);
      }
    },
  };
}

/** The draft as it stands here, and the call that stores it: true when it did. */
function useStored(environment: string, loaded: Draft) {
  const [standing, setStanding] = useState<Standing>(() => fresh(loaded));
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const latest = useRef(standing);
  const put = useCallback((next: Standing): void => {
    latest.current = next;
    setStanding(next);
  }, []);
  const store = useCallback(
    async (body: Body, over?: Draft): Promise<boolean> => {
      const { saved } = latest.current;
      try {
        const answer = await call("saveDraft", {
          path: { environment, draft: saved.name },
          body: body as { readonly document?: string; readonly content?: Record<string, unknown> },
          headers: { "if-match": `"${(over ?? saved).revision}"` },
        });
        setTrouble(null);
        put("document" in body ? fresh(answer) : { ...latest.current, saved: answer, stored: body.content });
        return true;
      } catch (error) {
        setTrouble(troubleOf(error));
        return false;
      }
    },
    [environment, put],
  );
  return { standing, latest, put, trouble, setTrouble, store };
}

function fresh(saved: Draft): Standing {
  return { content: saved.content, stored: saved.content, saved, past: [] };
}

function troubleOf(error: unknown): Trouble {
  const words = error instanceof Error ? error.message : String(error);
  const theirs = error instanceof ApiProblem && error.status === 412 ? error.more["theirs"] : undefined;
  return theirs === undefined
    ? { kind: "failed", words }
    : { kind: "conflict", words, theirs: theirs as Draft };
}
