/** Names that the policy itself knows, for fields that name something in it. */
import { fields } from "../../../../../src/policy/fields.ts";
import { useEditing } from "./editing.tsx";
import { at, isFields, type Path } from "./tree.ts";

/** By the last two steps of a place, or the last one: where the names stand that it may take. */
const KNOWN: Readonly<Record<string, Path>> = {
  "score.name": ["scores"],
  route: ["routing", "routes"],
  pool: ["routing", "pools"],
  list: ["routing", "lists"],
  enrol: ["feedback", "sequences"],
  signals: ["signals"],
};

export function useSuggestions(path: Path): readonly string[] {
  const { content } = useEditing();
  const steps = path.filter((step) => typeof step === "string");
  const [last = "", before = ""] = steps.toReversed();
  if (last === "from" && steps[0] === "mapping")
    return [
      ...fields.map(({ name }) => name),
      ...namesAt(content, ["scores"]).map((name) => `score.${name}`),
    ];
  return namesAt(content, KNOWN[`${before}.${last}`] ?? KNOWN[last] ?? []);
}

function namesAt(content: unknown, path: Path): readonly string[] {
  const found = path.length === 0 ? null : at(content, path);
  return isFields(found) ? Object.keys(found) : [];
}
