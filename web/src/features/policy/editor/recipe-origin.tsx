import { Text } from "@mantine/core";
import { originOf } from "../../../../../src/policy/recipes/origin.ts";
import { useEditing } from "./editing.tsx";
import { at, type Path } from "./tree.ts";

/** From which of the wizard's recipes this one comes, and whether it says something else by now. */
export function RecipeOrigin({ path }: { readonly path: Path }) {
  const { content } = useEditing();
  const origin = originOf(content, at(content, path));
  if (origin === null) return null;
  return (
    <Text size="xs" c="dimmed">
      from recipe {origin.from}
      {origin.isChanged && ", changed"}
    </Text>
  );
}
