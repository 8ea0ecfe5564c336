/** What every form of the editor works on: the content, who may change it, and what was found about it. */
import { createContext, type ReactNode, useContext } from "react";
import { type Finding, Findings } from "../findings.tsx";
import { at, isFields, isWithin, type Path, pathText } from "./tree.ts";

export interface Editing {
  readonly content: unknown;
  readonly canEdit: boolean;
  readonly findings: readonly Finding[];
  /** Writes a value at a place; undefined takes away what stands there. */
  readonly change: (path: Path, value: unknown) => void;
}

const Context = createContext<Editing | null>(null);

export function EditingProvider(props: { readonly editing: Editing; readonly children: ReactNode }) {
  return <Context value={props.editing}>{props.children}</Context>;
}

export function useEditing(): Editing {
  const editing = useContext(Context);
  if (editing === null) throw new Error("a form stands outside the editor");
  return editing;
}

/** Names of what stands at a place of the content: its signals, its pools. */
export function useNames(path: Path): readonly string[] {
  const fields = at(useEditing().content, path);
  return isFields(fields) ? Object.keys(fields) : [];
}

/** The faults of just this place as one text beneath its input; undefined when there is none. */
export function useFault(path: Path): string | undefined {
  const place = pathText(path);
  const faults = useEditing().findings.filter((one) => one.path === place && one.severity !== "note");
  return faults.length === 0 ? undefined : faults.map(({ message }) => message).join("; ");
}

/** What was found at a place, or with `below` anywhere in it; with `isUrgent` without what is only worth knowing. */
export function FindingsAt(props: {
  readonly path: Path;
  readonly below?: boolean;
  readonly isUrgent?: boolean;
}) {
  const { path, below = false, isUrgent = false } = props;
  const place = pathText(path);
  const found = useEditing().findings.filter(
    (one) =>
      (below ? isWithin(one.path, path) : one.path === place) && !(isUrgent && one.severity === "note"),
  );
  return found.length === 0 ? null : <Findings found={found} names={below} />;
}
