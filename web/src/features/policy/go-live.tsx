/** Makes a draft or an earlier version live: what changes, what lint says, what it would have done, why, and yes. */
import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type Answer, ApiProblem, call } from "../../api/client.ts";
import { useChange } from "../../api/queries.ts";
import { Confirm } from "../../components/confirm.tsx";
import { DraftEffect } from "./draft-effect.tsx";
import { Difference } from "./difference.tsx";
import { Findings } from "./findings.tsx";

type Version = Answer<"policyHistory">[number];
type Draft = Pick<Answer<"listDrafts">[number], "name" | "revision" | "comment">;
export type Asked =
  | { readonly kind: "publish"; readonly draft: Draft }
  | { readonly kind: "rollback"; readonly version: Version };

interface Props<A> {
  readonly environment: string;
  readonly asked: A;
  readonly onClose: () => void;
  /** Goes where nothing of the draft stands any more. */
  readonly onDone?: () => Promise<void>;
}

export function GoLive({ asked, ...rest }: Props<Asked>) {
  return asked.kind === "publish" ? (
    <Publish asked={asked} {...rest} />
  ) : (
    <RollBack asked={asked} {...rest} />
  );
}

function Publish({ environment, asked, onClose, onDone }: Props<Extract<Asked, { kind: "publish" }>>) {
  const { name, revision, comment } = asked.draft;
  const publish = useChange("publishDraft", "Published: the next decision rests on it", async () => {
    onClose();
    await onDone?.();
  });
  const rebase = useChange("rebaseDraft", "The draft holds what became live meanwhile; look at it again");
  const path = { environment, draft: name };
  const findings = useQuery({
    queryKey: ["lintDraft", environment, name, revision],
    queryFn: () => call("lintDraft", { path }),
    refetchInterval: false,
  });
  const isBehind = publish.error instanceof ApiProblem && publish.error.more["reason"] === "stale";
  const client = useQueryClient();
  const go = (comment: string): void => {
    publish.mutate({ path, body: { comment, revision } });
    void client.cancelQueries({ queryKey: ["effect", environment, name] });
  };
  return (
    <Confirm
      isWide
      title={`Make ${name} live in ${environment}?`}
      act="Publish"
      why={comment}
      isBusy={publish.isPending}
      onGo={go}
      onClose={onClose}
      {...(isBehind && {
        instead: (
          <Button
            variant="default"
            loading={rebase.isPending}
            onClick={() => rebase.mutate({ path }, { onSuccess: onClose })}
          >
            Take what became live into the draft
          </Button>
        ),
      })}
    >
      <Difference environment={environment} from="live" to={`draft:${name}`} />
      {findings.data !== undefined && findings.data.length > 0 && <Findings found={findings.data} names />}
      <DraftEffect environment={environment} draft={name} revision={revision} />
    </Confirm>
  );
}

function RollBack({ environment, asked, onClose }: Props<Extract<Asked, { kind: "rollback" }>>) {
  const { number } = asked.version;
  const rollBack = useChange("rollBackPolicy", "Rolled back: the next decision rests on it");
  return (
    <Confirm
      isWide
      title={`Make v${number} live in ${environment} again?`}
      act="Roll back"
      why=""
      isBusy={rollBack.isPending}
      onGo={(comment) =>
        rollBack.mutate({ path: { environment }, body: { number, comment } }, { onSuccess: onClose })
      }
      onClose={onClose}
    >
      <Difference environment={environment} from="live" to={String(number)} />
    </Confirm>
  );
}
