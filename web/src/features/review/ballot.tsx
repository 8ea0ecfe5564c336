/** The questions about one conversation, answered one after the other with the keys 1, 2 and 3. */
import { Badge, Button, Card, Group, Kbd, Stack, Text, Textarea } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useRef, useState } from "react";
import type { Answer } from "../../api/client.ts";
import type { Operations } from "../../api/operations.ts";

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
  const { item, turn, isBusy, canUndo, onVote, onGuess, onSkip, onUndo } = props;
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
    onVote({ qualified, routed, complete, note: said.note });
  };
  const choices: readonly Choice[] = (
    decision === null
      ? GUESSES.map(([guess, label]) => ({ label, choose: () => onGuess(guess) }))
      : VOTES.map(([vote, label]) => ({ label, choose: () => answer(vote) }))
  ).map((one, i) => ({ ...one, hotkey: String(i + 1) }));
  const acts: readonly Choice[] = [
    { hotkey: "S", label: "Set aside", choose: onSkip },
    { hotkey: "U", label: "Undo", choose: onUndo, isOff: !canUndo },
    { hotkey: "M", label: "Note", choose: () => say({ isNoting: true }), isOff: decision === null },
  ];
  useHotkeys([
    ...[...choices, ...acts].map(({ hotkey, choose, isOff = false }): [string, () => void] => [
      hotkey.toLowerCase(),
      () => !isBusy && !isOff && choose(),
    ]),
    ["Backspace", () => say({ given: {} })],
  ]);
  return { questions, current, said, say, choices, acts };
}

export function BallotCard(props: Props) {
  const { item, isBusy } = props;
  const { questions, current, said, say, choices, acts } = useBallot(props);
  const group = useRef<HTMLDivElement>(null);
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
        <Group grow gap="xs" role="group" aria-labelledby="question" ref={group}>
          {choices.map((choice) => (
            <Key key={choice.label} choice={choice} isBusy={isBusy} variant="light" />
          ))}
        </Group>
        <Group grow gap="xs">
          {acts.map((choice) => (
            <Key key={choice.label} choice={choice} isBusy={isBusy} variant="default" />
          ))}
        </Group>
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
              if (event.key === "Escape") group.current?.querySelector("button")?.focus();
            }}
          />
        )}
      </Stack>
    </Card>
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
