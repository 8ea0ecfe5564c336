/** The tabs that are forms of the format alone: which parts of the policy stand in each. */
import { Button, Card, Stack, Title } from "@mantine/core";
import { lazy, Suspense, useRef, useState } from "react";
import { FindingsAt, useEditing } from "./editing.tsx";
import { Field, insideOf, Parts } from "./form.tsx";
import { ListField } from "./list-field.tsx";
import { entryOf, plain, type Shape, wordsOf } from "./shape.ts";
import { at, isFields } from "./tree.ts";

const RecipeOrigin = lazy(async () => ({ default: (await import("./recipe-origin.tsx")).RecipeOrigin }));
/** Loaded when somebody adds a recipe. */
const RecipeWizard = lazy(async () => ({ default: (await import("./recipe-wizard.tsx")).RecipeWizard }));

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
  if (name === "recipes") return <Recipes shape={shape} />;
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

/** Each says from which recipe it comes; a new one is asked for by the wizard. */
function Recipes({ shape }: { readonly shape: Shape }) {
  return (
    <ListField
      path={["recipes"]}
      label="Recipes"
      description={plain(shape.description)}
      of={shape.items ?? {}}
      inside={insideOf}
      mark={(path) => (
        <Suspense>
          <RecipeOrigin path={path} />
        </Suspense>
      )}
      add={<AddRecipe />}
    />
  );
}

function AddRecipe() {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <>
      <Button
        ref={button}
        size="xs"
        variant="default"
        style={{ alignSelf: "start" }}
        onClick={() => setOpen(true)}
      >
        Add a recipe
      </Button>
      {isOpen && (
        <Suspense>
          <RecipeWizard onClose={close} />
        </Suspense>
      )}
    </>
  );
}
