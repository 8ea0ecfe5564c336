/** What every form of the editor works on: the content, who may change it, and what was found about it. */
import { Alert, List } from "@mantine/core";
import { createContext, type ReactNode, useContext } from "react";
import type { Answer } from "../../../api/client.ts";
import { at, isFields, isWithin, type Path, pathText } from "./tree.ts";

export type Finding = Answer<"lintDraft">[number];

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

const COLORS = { fault: "red", warning: "yellow", note: "gray" } as const;

export function Findings({ found, names }: { readonly found: readonly Finding[]; readonly names: boolean }) {
  const worst = (["fault", "warning", "note"] as const).find((severity) =>
    found.some((one) => one.severity === severity),
  );
  return (
    <Alert color={COLORS[worst ?? "note"]} p="xs">
      <List size="sm" listStyleType={found.length === 1 ? "none" : "disc"}>
        {found.map(({ severity, rule, path, message, next }) => (
          <List.Item key={`${rule} ${path} ${message}`} style={{ overflowWrap: "anywhere" }}>
            {severity}: {names && path !== "" && <code>{path}</code>} {message}
            {next !== null && `: ${next}`}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
