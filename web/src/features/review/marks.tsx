/** Which signals the customer's messages mean: offered beside the vote by a key, never asked. */
import { Chip, Group, Text } from "@mantine/core";
import { type KeyboardEvent, useState } from "react";
import type { Answer } from "../../api/client.ts";

type Marking = NonNullable<Answer<"readReviewQueue">["item"]>["marking"];
type Meant = NonNullable<Marking>["found"][number];

export interface Marks {
  readonly isOpen: boolean;
  readonly canOpen: boolean;
  /** Signals that a message can be marked with. */
  readonly signals: readonly string[];
  /** What goes with the vote: what is ticked once the ticks were shown, and what was changed. */
  readonly said: readonly Meant[];
  /** The signals that a message is taken to mean; null where it cannot be marked. */
  readonly of: (message: string) => readonly string[] | null;
  readonly mark: (message: string, signals: string[]) => void;
  readonly turnOver: (isOpen: boolean) => void;
  readonly reset: () => void;
}

interface Said {
  readonly turn: string;
  readonly isOpen: boolean;
  /** Whether the reviewer has seen the ticks. */
  readonly isSeen: boolean;
  readonly marked: ReadonlyMap<string, string[]>;
}

/** What was marked in this turn; another turn begins with what was found. */
export function useMarks(marking: Marking, turn: string): Marks {
  const fresh: Said = { turn, isOpen: false, isSeen: false, marked: new Map() };
  const [last, setLast] = useState(fresh);
  const said = last.turn === turn ? last : fresh;
  const { signals = [], found = [] } = marking ?? {};
  const foundIn = new Map(found.map((one) => [one.message, one.signals]));
  return {
    isOpen: said.isOpen,
    canOpen: found.length > 0 && signals.length > 0,
    signals,
    said: found.flatMap(({ message, signals: before }) => {
      const now = said.marked.get(message) ?? before;
      const isSaid = said.isSeen && (now.length > 0 || !isSame(now, before));
      return isSaid ? [{ message, signals: now }] : [];
    }),
    of: (message) => said.marked.get(message) ?? foundIn.get(message) ?? null,
    mark: (message, now) => setLast({ ...said, marked: new Map(said.marked).set(message, now) }),
    turnOver: (isOpen) => setLast({ ...said, isOpen, isSeen: true }),
    reset: () => setLast(fresh),
  };
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one) => others.includes(one));
}

/** The signals below a message: to mark while marking is open, else what was changed. */
export function MarksOf(props: {
  readonly marks: Marks;
  readonly message: string;
  readonly text: string;
  readonly onEscape: () => void;
}) {
  const { marks, message, text, onEscape } = props;
  const now = marks.of(message);
  if (now === null) return null;
  const isSaid = marks.said.some((one) => one.message === message);
  if (!marks.isOpen)
    return isSaid ? (
      <Text size="sm" c="dimmed" mt={6}>
        You say it means{" "}
        {now.length === 0
          ? "none of the signals"
          : marks.signals.filter((one) => now.includes(one)).join(", ")}
        .
      </Text>
    ) : null;
  return (
    <Chip.Group multiple value={[...now]} onChange={(signals) => marks.mark(message, signals)}>
      <Group
        className="marks"
        gap={6}
        mt={6}
        role="group"
        aria-label={`Signals of “${text.slice(0, 60)}”`}
        onKeyDown={(event) => {
          if (event.key === "Escape") onEscape();
          else moveFocus(event);
        }}
      >
        {marks.signals.map((signal) => (
          <Chip key={signal} value={signal} size="sm">
            {signal}
          </Chip>
        ))}
      </Group>
    </Chip.Group>
  );
}

/** Left and right lead along the signals of a message, up and down to the message above and below. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const here = event.currentTarget;
  const groups = [...document.querySelectorAll<HTMLElement>(".marks")];
  const boxes = (of: HTMLElement | undefined) => [...(of?.querySelectorAll("input") ?? [])];
  const at = boxes(here).findIndex((box) => box === event.target);
  const row = groups.indexOf(here);
  const [down, right] =
    { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key] ?? [];
  if (down === undefined || right === undefined) return;
  event.preventDefault();
  boxes(groups[row + down])[at + right]?.focus();
}

/** The first place that can be marked gets the focus. */
export function focusMarks(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(".marks input")?.focus());
}
