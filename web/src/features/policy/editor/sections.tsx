/** The tabs that are forms of the format alone: which parts of the policy stand in each. */
import { Card, Stack, Title } from "@mantine/core";
import { FindingsAt, useEditing } from "./editing.tsx";
import { Field, Parts } from "./form.tsx";
import { entryOf, type Shape, wordsOf } from "./shape.ts";
import { at, isFields } from "./tree.ts";

export const SECTIONS = [
  { tab: "bonuses", label: "Bonuses & multipliers", parts: [] },
  { tab: "exclusions", label: "Exclusions", parts: ["exclusions"] },
  { tab: "recipes", label: "Recipes", parts: ["recipes", "handoff"] },
  { tab: "records", label: "Record rules", parts: ["records"] },
  { tab: "routing", label: "Routing", parts: ["routing"] },
  { tab: "feedback", label: "Feedback", parts: ["feedback"] },
  { tab: "mapping", label: "Mapping", parts: ["mapping"] },
] as const;

type Tab = (typeof SECTIONS)[number]["tab"];

export function SectionTab({ tab, shape }: { readonly tab: Tab; readonly shape: Shape }) {
  if (tab === "bonuses") return <Bonuses shape={shape.properties?.["scores"] ?? {}} />;
  const section = SECTIONS.find((one) => one.tab === tab);
  return (
    <Stack>
      {(section?.parts ?? []).map((part) => (
        <Section key={part} name={part} shape={shape.properties?.[part] ?? {}} />
      ))}
    </Stack>
  );
}

/** A part with fields of its own has its heading here, a list brings its own. */
function Section({ name, shape }: { readonly name: string; readonly shape: Shape }) {
  if (entryOf(shape).kind !== "group") return <Field shape={shape} path={[name]} label={wordsOf(name)} />;
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        {wordsOf(name)}
      </Title>
      <FindingsAt path={[name]} />
      <Parts shape={shape} path={[name]} />
    </section>
  );
}

function Bonuses({ shape }: { readonly shape: Shape }) {
  const scores = at(useEditing().content, ["scores"]);
  const of = typeof shape.additionalProperties === "object" ? shape.additionalProperties : {};
  return (
    <Stack>
      {Object.keys(isFields(scores) ? scores : {}).map((name) => (
        <Card withBorder key={name}>
          <Stack>
            <Title order={2} size="h4">
              {wordsOf(name)}
            </Title>
            {(["bonus", "multiply"] as const).map((part) => (
              <Field
                key={part}
                shape={of.properties?.[part] ?? {}}
                path={["scores", name, part]}
                label={part === "bonus" ? "Bonuses" : "Multipliers"}
              />
            ))}
          </Stack>
        </Card>
      ))}
    </Stack>
  );
}
