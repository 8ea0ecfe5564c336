import { Badge, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useMay } from "../../api/may.ts";
import { useRead } from "../../api/queries.ts";
import { Loaded, Nothing, Page } from "../../components/states.tsx";
import { When } from "../../components/time.tsx";
import { Difference } from "./difference.tsx";
import { Discard } from "./discard.tsx";
import { Environments } from "./environments.tsx";
import { type Asked, GoLive } from "./go-live.tsx";
import { NewDraft } from "./new-draft.tsx";

/** What is live, what was, what is in work; and what differs, in words. */
export function Versions() {
  const { environment } = useParams({ from: "/e/$environment/policy" });
  const { from = "live", to } = useSearch({ from: "/e/$environment/policy" });
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Asked | null>(null);
  const compare = (from: string, to: string): void =>
    void navigate({ to: "/e/$environment/policy", params: { environment }, search: { from, to } });
  return (
    <Page
      title="Policy"
      says="Every version that was ever live, and the drafts in work."
      actions={
        <Button
          size="xs"
          variant="default"
          renderRoot={(props) => (
            <Link {...props} to="/e/$environment/policy/hindsight" params={{ environment }} />
          )}
        >
          What deals say
        </Button>
      }
    >
      {to !== undefined && <Difference environment={environment} from={from} to={to} />}
      <Drafts environment={environment} compare={compare} ask={setAsked} />
      <Environments environment={environment} />
      <History environment={environment} compare={compare} ask={setAsked} />
      {asked !== null && (
        <GoLive
          environment={environment}
          asked={asked}
          onClose={() => setAsked(null)}
          onDone={() => navigate({ to: "/e/$environment/policy", params: { environment } })}
        />
      )}
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
                more={mayEdit ? <Discard environment={environment} draft={draft} /> : null}
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
  readonly more?: ReactNode;
  readonly act?: string;
  readonly onAct?: () => void;
}) {
  const { title, badge, comment, by, at, onCompare, onOpen, opens, more, act, onAct } = props;
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
          {more}
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
