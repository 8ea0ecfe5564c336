/** The review queue: one conversation at a time, judged by keys. */
import { Button, Group, Progress, Stack } from "@mantine/core";
import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { type Answer, call } from "../../api/client.ts";
import { useMay } from "../../api/may.ts";
import { tellRefusal, useRead } from "../../api/queries.ts";
import { Loaded, Nothing, Page } from "../../components/states.tsx";
import { type Ballot, BallotCard, type Guess, type Item } from "./ballot.tsx";
import { Decided, Words } from "./item.tsx";
import { useMarks } from "./marks.tsx";
import "./review.css";

type Queue = Answer<"readReviewQueue">;
type Act =
  | { readonly kind: "vote"; readonly ballot: Ballot }
  | { readonly kind: "guess"; readonly guess: Guess }
  | { readonly kind: "skip" }
  | { readonly kind: "undo" };

export function QueuePage() {
  const { environment, round } = useParams({ from: "/e/$environment/review/$round" });
  const path = { environment, round: Number(round) };
  const queue = useRead("readReviewQueue", path, {}, false);
  return (
    <Page
      title={`Review round ${round}`}
      says={queue.data === undefined ? "" : <Standing queue={queue.data} />}
      actions={
        <Button
          variant="default"
          renderRoot={(props) => (
            <Link {...props} to="/e/$environment/review/$round/results" params={{ environment, round }} />
          )}
        >
          Results
        </Button>
      }
    >
      <Loaded of={queue}>{(found) => <Judging path={path} queue={found} />}</Loaded>
    </Page>
  );
}

/** "12 of 60 judged, 38 more labels until the interval is under 10 points". */
function Standing({ queue: { progress, more } }: { readonly queue: Queue }) {
  const { mine, conversations, setAside } = progress;
  return (
    <span aria-live="polite">
      {mine} of {conversations} judged
      {setAside > 0 && `, ${setAside} set aside`}
      {more === 0
        ? "; the precision is known within 10 points"
        : `; ${more.toLocaleString()} more labels of what qualified until the interval is under 10 points`}
    </span>
  );
}

interface Path {
  readonly environment: string;
  readonly round: number;
}

/** Carries out what the reviewer does; the answer is what comes next. */
function useAct(
  path: Path,
): UseMutationResult<Queue, Error, { readonly act: Act; readonly position: number }> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ act, position }) => {
      switch (act.kind) {
        case "vote":
          return call("castVote", { path, body: { position, ...act.ballot } });
        case "guess":
          return call("castGuess", { path, body: { position, guess: act.guess } });
        case "skip":
          return call("skipReviewItem", { path, body: { position } });
        case "undo":
          return call("undoVote", { path });
      }
    },
    onSuccess: (next) => {
      client.setQueryData(["readReviewQueue", path, {}], next);
      globalThis.scrollTo({ top: 0 });
    },
    onError: async (error) => {
      await tellRefusal(error);
      await client.invalidateQueries({ queryKey: ["readReviewQueue", path] });
    },
  });
}

function Judging({ path, queue }: { readonly path: Path; readonly queue: Queue }) {
  const act = useAct(path);
  const [turn, setTurn] = useState(0);
  const mayVote = useMay(path.environment, "reviews:vote");
  const { item, progress, canUndo } = queue;
  const go = (one: Act): void =>
    act.mutate({ act: one, position: item?.position ?? 1 }, { onSettled: () => setTurn((n) => n + 1) });
  const { mine, conversations } = progress;
  const bar = (
    <Progress value={conversations === 0 ? 0 : (mine / conversations) * 100} aria-label="Judged by you" />
  );
  if (item === null)
    return (
      <Stack>
        {bar}
        <Nothing title="You have judged everything">
          {conversations === 0
            ? "The words of this round's conversations are erased."
            : "The results say what the labels mean."}
        </Nothing>
        {canUndo && (
          <Group justify="center">
            <Button variant="default" loading={act.isPending} onClick={() => go({ kind: "undo" })}>
              Undo the last vote
            </Button>
          </Group>
        )}
      </Stack>
    );
  return (
    <Stack>
      {bar}
      <div className="review">
        <Judged
          {...{ item, mayVote, canUndo, go }}
          turn={`${turn} ${item.position}`}
          isBusy={act.isPending}
        />
        <Decided environment={path.environment} item={item} />
      </div>
    </Stack>
  );
}

/** The words, and the ballot about them. */
function Judged(props: {
  readonly item: Item;
  readonly turn: string;
  readonly isBusy: boolean;
  readonly mayVote: boolean;
  readonly canUndo: boolean;
  readonly go: (act: Act) => void;
}) {
  const { item, turn, isBusy, mayVote, canUndo, go } = props;
  const marks = useMarks(item.marking, turn);
  const answers = useRef<HTMLDivElement>(null);
  const endMarking = (): void => {
    marks.turnOver(false);
    answers.current?.querySelector("button")?.focus();
  };
  return (
    <>
      <Words item={item} marks={marks} onEscape={endMarking} />
      {mayVote && (
        <BallotCard
          {...{ item, turn, isBusy, canUndo, marks, answers }}
          onVote={(ballot) => go({ kind: "vote", ballot })}
          onGuess={(guess) => go({ kind: "guess", guess })}
          onSkip={() => go({ kind: "skip" })}
          onUndo={() => go({ kind: "undo" })}
        />
      )}
    </>
  );
}
