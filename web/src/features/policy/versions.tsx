import { Badge, Button, Card, Group, Modal, Stack, Text, TextInput, Title } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { Answer } from "../../api/client.ts";
import { useMay } from "../../api/may.ts";
import { useChange, useRead } from "../../api/queries.ts";
import { Loaded, Nothing, Page } from "../../components/states.tsx";
import { When } from "../../components/time.tsx";
import { Difference } from "./difference.tsx";
import { NewDraft } from "./new-draft.tsx";

type Version = Answer<"policyHistory">[number];
type Draft = Answer<"listDrafts">[number];
type Asked =
  | { readonly kind: "publish"; readonly draft: Draft }
  | { readonly kind: "rollback"; readonly version: Version };

/** What is live, what was, what is in work; and what differs, in words. */
export function Versions() {
  const { environment } = useParams({ from: "/e/$environment/policy" });
  const { from = "live", to } = useSearch({ from: "/e/$environment/policy" });
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Asked | null>(null);
  const compare = (from: string, to: string): void =>
    void navigate({ to: "/e/$environment/policy", params: { environment }, search: { from, to } });
  return (
    <Page title="Policy" says="Every version that was ever live, and the drafts in work.">
      {to !== undefined && <Difference environment={environment} from={from} to={to} />}
      <Drafts environment={environment} compare={compare} ask={setAsked} />
      <History environment={environment} compare={compare} ask={setAsked} />
      {asked !== null && <GoLive environment={environment} asked={asked} onClose={() => setAsked(null)} />}
    </Page>
  );
}

interface Lists {
  readonly environment: string;
  readonly compare: (from: string, to: string) => void;
  readonly ask: (asked: Asked) => void;
}

function Drafts({ environment, compare, ask }: Lists) {
  const drafts = useRead("listDrafts", { environment });
  const navigate = useNavigate();
  const mayEdit = useMay(environment, "policy:write");
  const mayPublish = useMay(environment, "policy:publish");
  const open = (draft: string): void =>
    void navigate({ to: "/e/$environment/policy/drafts/$draft", params: { environment, draft } });
  return (
    <>
      <Group justify="space-between">
        <Title order={2} size="h4">
          Drafts
        </Title>
        {mayEdit && <NewDraft environment={environment} onMade={open} />}
      </Group>
      <Loaded of={drafts}>
        {(found) =>
          found.length === 0 ? (
            <Text c="dimmed">
              None. A draft begins with what is live, and stands here until it is published or discarded.
            </Text>
          ) : (
            found.map((draft) => (
              <Row
                key={draft.name}
                title={draft.name}
                badge={`draft, revision ${draft.revision}`}
                comment={draft.comment}
                by={draft.authors.join(", ")}
                at={draft.savedAt}
                onCompare={() => compare("live", `draft:${draft.name}`)}
                onOpen={() => open(draft.name)}
                opens={mayEdit ? "Edit" : "Open"}
                {...(mayPublish && { act: "Publish", onAct: () => ask({ kind: "publish", draft }) })}
              />
            ))
          )
        }
      </Loaded>
    </>
  );
}

function History({ environment, compare, ask }: Lists) {
  const history = useRead("policyHistory", { environment });
  const mayPublish = useMay(environment, "policy:publish");
  return (
    <>
      <Title order={2} size="h4">
        Versions
      </Title>
      <Loaded of={history}>
        {(found) =>
          found.length === 0 ? (
            <Nothing title="Nothing was published yet">
              Publish a draft: until then Baton decides nothing here.
            </Nothing>
          ) : (
            found.map((version, i) => (
              <Row
                key={version.number}
                title={`v${version.number}`}
                badge={i === 0 ? "live" : version.kind}
                comment={version.comment}
                by={version.publisher}
                at={version.publishedAt}
                {...(version.base !== null && {
                  onCompare: () => compare(String(version.base), String(version.number)),
                })}
                {...(i > 0 &&
                  mayPublish && { act: "Roll back", onAct: () => ask({ kind: "rollback", version }) })}
              />
            ))
          )
        }
      </Loaded>
    </>
  );
}

function Row(props: {
  readonly title: string;
  readonly badge: string;
  readonly comment: string;
  readonly by: string;
  readonly at: number;
  readonly onCompare?: () => void;
  readonly onOpen?: () => void;
  readonly opens?: string;
  readonly act?: string;
  readonly onAct?: () => void;
}) {
  const { title, badge, comment, by, at, onCompare, onOpen, opens, act, onAct } = props;
  return (
    <Card withBorder>
      <Group justify="space-between">
        <Stack gap={2} style={{ flex: "1 1 260px" }}>
          <Group gap="xs">
            <Text fw={600}>{title}</Text>
            <Badge variant="light" color={badge === "live" ? "teal" : "gray"}>
              {badge}
            </Badge>
          </Group>
          {comment !== "" && <Text size="sm">{comment}</Text>}
          <Text size="sm" c="dimmed">
            {by}, <When at={at} />
          </Text>
        </Stack>
        <Group gap="xs">
          {onCompare !== undefined && (
            <Button size="xs" variant="default" onClick={onCompare} aria-label={`What changes with ${title}`}>
              What changes
            </Button>
          )}
          {onOpen !== undefined && (
            <Button size="xs" variant="default" onClick={onOpen} aria-label={`${opens} ${title}`}>
              {opens}
            </Button>
          )}
          {act !== undefined && (
            <Button size="xs" variant="default" onClick={onAct} aria-label={`${act} ${title}`}>
              {act}
            </Button>
          )}
        </Group>
      </Group>
    </Card>
  );
}

function GoLive(props: {
  readonly environment: string;
  readonly asked: Asked;
  readonly onClose: () => void;
}) {
  const { environment, asked, onClose } = props;
  const [comment, setComment] = useState(asked.kind === "publish" ? asked.draft.comment : "");
  const publish = useChange("publishDraft", "Published: the next decision rests on it");
  const rollBack = useChange("rollBackPolicy", "Rolled back: the next decision rests on it");
  const name = asked.kind === "publish" ? asked.draft.name : `v${asked.version.number}`;
  const to = asked.kind === "publish" ? `draft:${name}` : String(asked.version.number);
  const go = (): void => {
    if (asked.kind === "publish")
      publish.mutate(
        { path: { environment, draft: name }, body: { comment, revision: asked.draft.revision } },
        { onSuccess: onClose },
      );
    else
      rollBack.mutate(
        { path: { environment }, body: { number: asked.version.number, comment } },
        { onSuccess: onClose },
      );
  };
  return (
    <Modal opened onClose={onClose} size="lg" title={`Make ${name} live in ${environment}?`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          go();
        }}
      >
        <Stack>
          <Difference environment={environment} from="live" to={to} />
          <TextInput
            label="Why"
            required
            data-autofocus
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
          />
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              Leave it
            </Button>
            <Button type="submit" loading={publish.isPending || rollBack.isPending}>
              {asked.kind === "publish" ? "Publish" : "Roll back"}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
