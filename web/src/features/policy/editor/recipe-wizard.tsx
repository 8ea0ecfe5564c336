/** Three questions in plain words, what they would write in sentences, and a change of the draft like any other. */
import {
  Alert,
  Button,
  Card,
  Checkbox,
  Group,
  List,
  Modal,
  Paper,
  Radio,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { originOf } from "../../../../../src/policy/recipes/origin.ts";
import { type Pattern, patterns } from "../../../../../src/policy/recipes/pattern.ts";
import { type Plan, planRecipe } from "../../../../../src/policy/recipes/plan.ts";
import {
  type Answers,
  peopleIn,
  type Questions,
  questionsOf,
} from "../../../../../src/policy/recipes/questions.ts";
import { tellDone } from "../../../api/queries.ts";
import { useEditing } from "./editing.tsx";
import { at } from "./tree.ts";

export function RecipeWizard({ onClose }: { readonly onClose: () => void }) {
  const [pattern, setPattern] = useState<Pattern | null>(null);
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={pattern === null ? "Add a recipe" : `Add a recipe: ${pattern.name}`}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {pattern === null ? (
        <Cards onChoose={setPattern} />
      ) : (
        <Asked pattern={pattern} onBack={() => setPattern(null)} onClose={onClose} />
      )}
    </Modal>
  );
}

function Cards({ onChoose }: { readonly onChoose: (pattern: Pattern) => void }) {
  const { content } = useEditing();
  const recipes = at(content, ["recipes"]);
  const origins = (Array.isArray(recipes) ? recipes : []).map((recipe) => originOf(content, recipe)?.from);
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      {patterns.map((pattern, i) => (
        <Card key={pattern.id} withBorder p="sm">
          <Stack gap={6} h="100%">
            <Title order={3} size="h5">
              {pattern.name}
            </Title>
            <Text size="sm">{pattern.does}</Text>
            <Text size="sm" c="dimmed">
              For: {pattern.for}.
            </Text>
            <List size="sm" c="dimmed">
              {pattern.touches.map((part) => (
                <List.Item key={part}>{part}</List.Item>
              ))}
            </List>
            {origins.includes(pattern.name) && <Text size="sm">This draft has one already.</Text>}
            <Button
              size="xs"
              mt="auto"
              variant="default"
              style={{ alignSelf: "start" }}
              aria-label={`Choose ${pattern.name}`}
              {...(i === 0 && { "data-autofocus": true })}
              onClick={() => onChoose(pattern)}
            >
              Choose
            </Button>
          </Stack>
        </Card>
      ))}
    </SimpleGrid>
  );
}

interface Asking {
  readonly questions: Questions;
  readonly answers: Answers;
  readonly onAnswer: (answers: Answers) => void;
}

const QUESTIONS: readonly {
  readonly title: string;
  readonly missing: keyof Questions["missing"];
  readonly ask: (asking: Asking) => ReactNode;
}[] = [
  { title: "What starts it?", missing: "signals", ask: (asking) => <WhatStarts {...asking} /> },
  { title: "Who gets it?", missing: "owner", ask: (asking) => <WhoGetsIt {...asking} /> },
  {
    title: "What happens when nobody answers?",
    missing: "after",
    ask: (asking) => <WhenSilent {...asking} />,
  },
];

function isWhole({ signals, owner }: Answers): boolean {
  return signals.length > 0 && (owner.kind !== "people" || owner.users.length > 0);
}

function Asked(props: {
  readonly pattern: Pattern;
  readonly onBack: () => void;
  readonly onClose: () => void;
}) {
  const { pattern, onBack, onClose } = props;
  const { content, change } = useEditing();
  const [questions] = useState(() => questionsOf(content, pattern));
  const [answers, setAnswers] = useState(questions.chosen);
  const [step, setStep] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  // Each question begins at its top, and what is chosen has the focus: Enter says yes to it.
  useEffect(() => {
    form.current?.closest("[role=dialog]")?.scrollTo(0, 0);
    const inputs = [...(form.current?.querySelectorAll("input") ?? [])];
    (inputs.find(({ checked }) => checked) ?? inputs[0])?.focus();
  }, [step]);
  const plan = isWhole(answers) ? planRecipe(content, pattern, answers) : null;
  const isLast = step === QUESTIONS.length - 1;
  const write = ({ kind, content, recipe }: Plan): void => {
    onClose();
    if (kind === "stands") return;
    change([], content);
    void tellDone(`${recipe.name} is ${kind === "adds" ? "in the draft" : "changed"}. Undo takes it back.`);
  };
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        if (plan === null) return;
        if (isLast) write(plan);
        else setStep(step + 1);
      }}
    >
      <Stack>
        <Question step={step} questions={questions} answers={answers} onAnswer={setAnswers} />
        <Group justify="space-between">
          <Button variant="default" onClick={() => (step === 0 ? onBack() : setStep(step - 1))}>
            Back
          </Button>
          <Button type="submit" disabled={plan === null}>
            {!isLast ? "Next" : plan?.kind === "stands" ? "Close" : "Write it into the draft"}
          </Button>
        </Group>
        {plan !== null && <Written plan={plan} />}
      </Stack>
    </form>
  );
}

function Question({ step, ...asking }: Asking & { readonly step: number }) {
  const question = QUESTIONS[step];
  if (question === undefined) return null;
  const missing = asking.questions.missing[question.missing];
  return (
    <>
      <div>
        <Text size="sm" c="dimmed">
          Question {step + 1} of {QUESTIONS.length}
        </Text>
        <Title order={3} size="h4">
          {question.title}
        </Title>
      </div>
      {missing !== null && (
        <Alert color="gray" p="xs">
          {missing}
        </Alert>
      )}
      {question.ask(asking)}
    </>
  );
}

const WRITTEN = {
  adds: "This is written: recipe",
  changes: "This is changed: recipe",
  stands: "This is there already: recipe",
} as const;

function Written({ plan }: { readonly plan: Plan }) {
  const { kind, recipe, adds, says } = plan;
  return (
    <Paper component="section" withBorder p="sm" bg="var(--mantine-color-default-hover)">
      <Stack gap="xs">
        <Title order={3} size="h5">
          {WRITTEN[kind]} “{recipe.name}”{kind === "adds" && `, at place ${recipe.at + 1}`}
        </Title>
        <Sentences of={says} />
        {adds.length > 0 && (
          <>
            <Text size="sm" fw={500}>
              New with it
            </Text>
            <Sentences of={adds} />
          </>
        )}
      </Stack>
    </Paper>
  );
}

function Sentences({ of }: { readonly of: readonly string[] }) {
  return (
    <List size="sm" style={{ overflowWrap: "anywhere" }}>
      {of.map((sentence) => (
        <List.Item key={sentence}>{sentence}</List.Item>
      ))}
    </List>
  );
}

function WhatStarts({ questions, answers, onAnswer }: Asking) {
  return (
    <Checkbox.Group
      label="Any of these signals in a conversation"
      value={[...answers.signals]}
      onChange={(signals) => onAnswer({ ...answers, signals })}
      error={answers.signals.length === 0 ? "Choose one at least" : undefined}
    >
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs" mt="xs">
        {questions.signals.map(({ name, label, says, isNew }) => (
          <Checkbox key={name} value={name} label={isNew ? `${label} (new)` : label} description={says} />
        ))}
      </SimpleGrid>
    </Checkbox.Group>
  );
}

function WhoGetsIt({ questions, answers, onAnswer }: Asking) {
  const [people, setPeople] = useState(answers.owner.kind === "people" ? answers.owner.users.join(", ") : "");
  const chosen = questions.owners.findIndex(
    ({ owner }) =>
      (owner.kind === "people" && answers.owner.kind === "people") ||
      JSON.stringify(owner) === JSON.stringify(answers.owner),
  );
  const name = (text: string): void => {
    setPeople(text);
    onAnswer({ ...answers, owner: { kind: "people", users: peopleIn(text) ?? [] } });
  };
  return (
    <>
      <Radio.Group
        label="The first who can take it, takes it"
        value={String(chosen)}
        onChange={(value) => {
          const owner = questions.owners[Number(value)]?.owner;
          if (owner?.kind === "people") name(people);
          else if (owner !== undefined) onAnswer({ ...answers, owner });
        }}
      >
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs" mt="xs">
          {questions.owners.map(({ label, says }, i) => (
            <Radio
              key={label}
              value={String(i)}
              label={label}
              description={says}
              styles={{ description: { overflowWrap: "anywhere" } }}
            />
          ))}
        </SimpleGrid>
      </Radio.Group>
      {answers.owner.kind === "people" && (
        <TextInput
          label="Addresses in Salesforce"
          description="As in ana@ourcompany.example, ben@ourcompany.example"
          error={people !== "" && peopleIn(people) === null ? "These are no addresses yet" : undefined}
          value={people}
          onChange={(event) => name(event.currentTarget.value)}
        />
      )}
    </>
  );
}

const HOURS: Readonly<Record<string, string>> = {
  "4h": "After 4 hours",
  "24h": "After a day",
  "48h": "After two days",
};

function WhenSilent({ questions, answers, onAnswer }: Asking) {
  return (
    <Radio.Group
      label="Counted from the handoff"
      value={answers.after ?? ""}
      onChange={(after) => onAnswer({ ...answers, after: after === "" ? null : after })}
    >
      <Stack gap="xs" mt="xs">
        {questions.afters.map(({ after, says }) => (
          <Radio
            key={after ?? ""}
            value={after ?? ""}
            label={after === null ? "Nothing" : (HOURS[after] ?? after)}
            description={says}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}
