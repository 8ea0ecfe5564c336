/** The questions about one conversation, answered one after the other with the keys 1, 2 and 3. */
import { Badge, Button, Card, Group, Kbd, Stack, Text, Textarea } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { type RefObject, useState } from "react";
import type { Answer } from "../../api/client.ts";
import type { Operations } from "../../api/operations.ts";
import { focusMarks, type Marks } from "./marks.tsx";

export type Item = NonNullable<Answer<"readReviewQueue">["item"]>;
export type Ballot = Omit<Operations["castVote"]["body"], "position">;
export type Guess = Operations["castGuess"]["body"]["guess"];
type Vote = Ballot["qualified"];

const VOTES: readonly (readonly [Vote, string])[] = [
  ["yes", "Yes"],
  ["no", "No"],
  ["cannot-say", "Cannot say"],
];
const GUESSES: readonly (readonly [Guess, string])[] = [
  ["hand-off", "Hand it off"],
  ["leave", "Leave it"],
  ["cannot-say", "Cannot say"],
];
const SHORT = { qualified: "Qualified", routed: "Routed", complete: "Context" } as const;
type Question = keyof typeof SHORT;

const WORDS: Readonly<Record<Question, string>> = {
  qualified: "Was it right to hand it off?",
  routed: "Did it go to the right person?",
  complete: "Do they have what they need to act?",
};

interface Props {
  readonly item: Item;
  /** Another one for each answer of the service: nothing that was given before is left over. */
  readonly turn: string;
  readonly isBusy: boolean;
  readonly canUndo: boolean;
  readonly marks: Marks;
  /** Holds the answers: whoever notes or marks is led back to them. */
  readonly answers: RefObject<HTMLDivElement | null>;
  readonly onVote: (ballot: Ballot) => void;
  readonly onGuess: (guess: Guess) => void;
  readonly onSkip: () => void;
  readonly onUndo: () => void;
}

interface Said {
  readonly turn: string;
  readonly given: Partial<Record<Question, Vote>>;
  readonly note: string;
  readonly isNoting: boolean;
}

/** Something to press, with its key. */
interface Choice {
  readonly hotkey: string;
  readonly label: string;
  readonly choose: () => void;
  readonly isOff?: boolean;
}

/** What was said of this turn so far, what can be said next, and what else can be done. */
function useBallot(props: Props) {
  const { item, turn, isBusy, canUndo, marks, onVote, onGuess, onSkip, onUndo } = props;
  const { decision } = item;
  const isHandoff = decision?.kind === "handoff";
  const questions: readonly Question[] = isHandoff ? ["qualified", "routed", "complete"] : ["qualified"];
  const fresh: Said = { turn, given: {}, note: "", isNoting: false };
  const [last, setLast] = useState(fresh);
  const said = last.turn === turn ? last : fresh;
  const say = (more: Partial<Said>): void => setLast({ ...said, ...more });
  const current = questions.find((one) => said.given[one] === undefined) ?? "qualified";
  const answer = (vote: Vote): void => {
    const given = { ...said.given, [current]: vote };
    say({ given });
    if (questions.some((one) => given[one] === undefined)) return;
    const { qualified = vote, routed = null, complete = null } = given;
    onVote({ qualified, routed, complete, note: said.note, meanings: [...marks.said] });
  };
  const choices: readonly Choice[] = (
    decision === null
      ? GUESSES.map(([guess, label]) => ({ label, choose: () => onGuess(guess) }))
      : VOTES.map(([vote, label]) => ({ label, choose: () => answer(vote) }))
  ).map((one, i) => ({ ...one, hotkey: String(i + 1) }));
  const turnMarks = (): void => {
    marks.turnOver(!marks.isOpen);
    if (!marks.isOpen) focusMarks();
  };
  const acts: readonly Choice[] = [
    { hotkey: "S", label: "Skip", choose: onSkip },
    { hotkey: "U", label: "Undo", choose: onUndo, isOff: !canUndo },
    { hotkey: "M", label: "Note", choose: () => say({ isNoting: true }), isOff: decision === null },
    { hotkey: "G", label: "Signals", choose: turnMarks, isOff: !marks.canOpen },
  ];
  useHotkeys([
    ...[...choices, ...acts].map(({ hotkey, choose, isOff = false }): [string, () => void] => [
      hotkey.toLowerCase(),
      () => !isBusy && !isOff && choose(),
    ]),
    [
      "Backspace",
      () => {
        say({ given: {} });
        marks.reset();
      },
    ],
  ]);
  return { questions, current, said, say, choices, acts };
}

export function BallotCard(props: Props) {
  const { item, isBusy, marks, answers } = props;
  const { questions, current, said, say, choices, acts } = useBallot(props);
  return (
    <Card withBorder className="ballot" component="section" aria-label="Ballot">
      <Stack gap="xs">
        {questions.length > 1 && (
          <Group gap={6}>
            {questions.map((one) => (
              <Badge key={one} variant="light" color={one === current ? "indigo" : "gray"}>
                {SHORT[one]}: {said.given[one] ?? "?"}
              </Badge>
            ))}
          </Group>
        )}
        <Text fw={600} id="question" role="status">
          {questionOf(item, current)}
        </Text>
        <Group grow gap="xs" role="group" aria-labelledby="question" ref={answers}>
          {choices.map((choice) => (
            <Key key={choice.label} choice={choice} isBusy={isBusy} variant="light" />
          ))}
        </Group>
        <Group grow gap="xs">
          {acts.map((choice) => (
            <Key key={choice.label} choice={choice} isBusy={isBusy} variant="default" />
          ))}
        </Group>
        <MarkingSays marks={marks} />
        {said.isNoting && (
          <Textarea
            label="Note"
            description="Kept with your vote. Escape leads back to the keys."
            autosize
            maxRows={4}
            maxLength={2_000}
            autoFocus
            value={said.note}
            onChange={(event) => say({ note: event.currentTarget.value })}
            onKeyDown={(event) => {
              if (event.key === "Escape") answers.current?.querySelector("button")?.focus();
            }}
          />
        )}
      </Stack>
    </Card>
  );
}

/** How to mark while marking is open; else how much goes along with the vote. */
function MarkingSays({ marks: { isOpen, said } }: { readonly marks: Marks }) {
  if (isOpen)
    return (
      <Text size="sm">
        Below each message is what Baton found in it: correct what is wrong, mark what is missing. What is
        ticked goes along with your vote. Arrows lead on, space marks, Escape leads back to the keys.
      </Text>
    );
  if (said.length === 0) return null;
  return (
    <Text size="sm" c="dimmed">
      {said.length === 1 ? "1 message goes" : `${said.length} messages go`} along with your vote, with what
      you ticked.
    </Text>
  );
}

/** A button that says its key; it keeps the focus while the service answers. */
function Key(props: { readonly choice: Choice; readonly isBusy: boolean; readonly variant: string }) {
  const { choice, isBusy, variant } = props;
  const { hotkey, label, choose, isOff = false } = choice;
  return (
    <Button
      h={44}
      px={6}
      variant={variant}
      aria-keyshortcuts={hotkey}
      disabled={isOff}
      onClick={() => !isBusy && choose()}
    >
      <Kbd mr={6} visibleFrom="sm" aria-hidden>
        {hotkey}
      </Kbd>
      {label}
    </Button>
  );
}

function questionOf({ decision }: Item, current: Question): string {
  if (decision === null) return "What would you do with this conversation?";
  if (current !== "qualified" || decision.kind === "handoff") return WORDS[current];
  return decision.kind === "held" ? "Was it right to qualify it?" : "Was it right not to hand it off?";
}
