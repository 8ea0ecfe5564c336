/** The policy editor: a draft by forms, its effect beside it, a box to try a message in. */
import { Alert, Badge, Button, Grid, Group, Stack, Tabs, Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useBlocker, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useRef, useState } from "react";
import { call, send } from "../../../api/client.ts";
import { useMay } from "../../../api/may.ts";
import { useRead } from "../../../api/queries.ts";
import { Loaded, Page } from "../../../components/states.tsx";
import { DocumentTab } from "./document-tab.tsx";
import { type Draft, type DraftEditing, useDraft } from "./draft.ts";
import { EditingProvider } from "./editing.tsx";
import { ScoresTab } from "./scores-tab.tsx";
import { SignalsTab } from "./signals-tab.tsx";
import type { Shape } from "./shape.ts";
import { SECTIONS, SectionTab } from "./sections.tsx";

/** Loaded when somebody is about to publish. */
const GoLive = lazy(async () => ({ default: (await import("../go-live.tsx")).GoLive }));

/** Loaded beneath the forms of the tab Routing. */
const Simulate = lazy(async () => ({ default: (await import("./simulate.tsx")).Simulate }));
/** Stand beside the forms; those come first. */
const DraftEffect = lazy(async () => ({ default: (await import("../draft-effect.tsx")).DraftEffect }));
const TestBox = lazy(async () => ({ default: (await import("./test-box.tsx")).TestBox }));
/** Loaded when two people saved the same draft. */
const Conflict = lazy(async () => ({ default: (await import("./conflict.tsx")).Conflict }));

const PLACE = "/e/$environment/policy/drafts/$draft";

export function DraftPage() {
  const { environment, draft } = useParams({ from: PLACE });
  const loaded = useQuery({
    queryKey: ["draft", environment, draft],
    queryFn: () => call("readDraft", { path: { environment, draft } }),
    // What is edited here is not read over.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchInterval: false,
    refetchOnWindowFocus: false,
  });
  const format = useQuery({
    queryKey: ["format"],
    queryFn: () => send<Shape>("GET", "/schemas/baton-policy-1.json"),
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
  });
  return (
    <Loaded of={loaded}>
      {(found) => (
        <Loaded of={format}>
          {(shape) => (
            <Editor key={`${environment} ${draft}`} environment={environment} loaded={found} shape={shape} />
          )}
        </Loaded>
      )}
    </Loaded>
  );
}

function Editor(props: { readonly environment: string; readonly loaded: Draft; readonly shape: Shape }) {
  const { environment, loaded, shape } = props;
  const editing = useDraft(environment, loaded);
  const { saved, content, change, trouble } = editing;
  const canEdit = useMay(environment, "policy:write");
  const findings = useFindings(environment, saved);
  const live = useLiveContent(environment);
  useUnsavedGuard(editing);
  const forms = useRef<HTMLDivElement>(null);
  useHotkeys([["e", () => forms.current?.querySelector<HTMLElement>("input, textarea, button")?.focus()]]);
  const place = { environment, draft: saved.name, revision: saved.revision };
  return (
    <EditingProvider
      editing={{ content, canEdit: canEdit && trouble?.kind !== "conflict", findings, change }}
    >
      <Page
        title={`Draft ${saved.name}`}
        says={saved.base === null ? "Made from nothing" : `Made from v${saved.base}`}
        actions={<Actions environment={environment} editing={editing} canEdit={canEdit} />}
      >
        {!canEdit && (
          <Alert color="gray">You may look at this draft, and try messages; editors change it.</Alert>
        )}
        {trouble !== null && (
          <Suspense>
            <Conflict trouble={trouble} editing={editing} />
          </Suspense>
        )}
        <Grid>
          <Grid.Col span={{ base: 12, md: 8 }} ref={forms}>
            <EditorTabs editing={editing} shape={shape} live={live} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 4 }}>
            <div style={BESIDE} tabIndex={0}>
              <Stack>
                <Suspense>
                  <DraftEffect {...place} />
                  <TestBox {...place} />
                </Suspense>
              </Stack>
            </div>
          </Grid.Col>
        </Grid>
      </Page>
    </EditingProvider>
  );
}

const BESIDE = { position: "sticky", top: 72, maxHeight: "calc(100vh - 88px)", overflowY: "auto" } as const;

function useFindings(environment: string, { name, revision }: Draft) {
  const { data = [] } = useQuery({
    queryKey: ["lintDraft", environment, name, revision],
    queryFn: ({ signal }) => call("lintDraft", { path: { environment, draft: name }, signal }),
    placeholderData: (known) => known,
    refetchInterval: false,
    retry: false,
  });
  return data;
}

/** The live policy as data; null where nothing is live. */
function useLiveContent(environment: string): unknown {
  const { data } = useRead("livePolicy", { environment }, {}, false);
  return data?.content ?? null;
}

/** Leaving stores what is not stored yet, and asks only when that fails. */
function useUnsavedGuard({ isSaved, flush }: DraftEditing): void {
  useBlocker({
    shouldBlockFn: async () => {
      if (isSaved || (await flush())) return false;
      return !globalThis.confirm("The last changes are not saved. Leave all the same?");
    },
    enableBeforeUnload: () => !isSaved,
  });
}

function Actions(props: {
  readonly environment: string;
  readonly editing: DraftEditing;
  readonly canEdit: boolean;
}) {
  const { environment, editing, canEdit } = props;
  const { isSaved, trouble, undo, saved } = editing;
  useHotkeys([["mod+Z", () => undo?.()]]);
  const says = trouble !== null ? "Not saved" : isSaved ? `Saved, revision ${saved.revision}` : "Saving…";
  return (
    <Group gap="xs">
      {canEdit ? (
        <>
          <Text size="sm" c="dimmed" role="status">
            {says}
          </Text>
          <Button size="xs" variant="default" disabled={undo === null} onClick={() => undo?.()}>
            Undo
          </Button>
        </>
      ) : (
        <Badge variant="default">Read only</Badge>
      )}
      <PublishButton environment={environment} editing={editing} />
    </Group>
  );
}

/** Publishes what is stored: what is not yet, is stored first. */
function PublishButton({
  environment,
  editing,
}: {
  readonly environment: string;
  readonly editing: DraftEditing;
}) {
  const mayPublish = useMay(environment, "policy:publish");
  const [isAsked, setAsked] = useState(false);
  const navigate = useNavigate();
  if (!mayPublish) return null;
  return (
    <>
      <Button size="xs" onClick={() => void editing.flush().then(setAsked)}>
        Publish…
      </Button>
      {isAsked && (
        <Suspense>
          {" "}
          <GoLive
            environment={environment}
            asked={{ kind: "publish", draft: editing.saved }}
            onClose={() => setAsked(false)}
            onDone={() => navigate({ to: "/e/$environment/policy", params: { environment } })}
          />
        </Suspense>
      )}
    </>
  );
}

interface TabParts {
  readonly editing: DraftEditing;
  readonly shape: Shape;
  readonly live: unknown;
}

function EditorTabs({ editing, shape, live }: TabParts) {
  const { tab = "scores" } = useSearch({ from: PLACE });
  const params = useParams({ from: PLACE });
  const navigate = useNavigate();
  const tabs: readonly (readonly [string, string, () => ReactNode])[] = [
    [
      "scores",
      "Threshold & scores",
      () => <ScoresTab shape={shape.properties?.["scores"] ?? {}} live={live} />,
    ],
    ["signals", "Signals", () => <SignalsTab shape={shape.properties?.["signals"] ?? {}} />],
    ...SECTIONS.map(
      ({ tab, label }) =>
        [
          tab,
          label,
          () => (
            <Stack>
              <SectionTab tab={tab} shape={shape} />
              {tab === "routing" && (
                <Suspense>
                  <Simulate environment={params.environment} saved={editing.saved} />
                </Suspense>
              )}
            </Stack>
          ),
        ] as const,
    ),
    [
      "document",
      "Document",
      () => <DocumentTab document={editing.saved.document} onSave={editing.saveText} />,
    ],
  ];
  const isReadable = editing.content !== null;
  const shown = isReadable ? tab : "document";
  return (
    <Tabs
      value={shown}
      keepMounted={false}
      onChange={(next) =>
        void navigate({ to: PLACE, params, search: { tab: next ?? "scores" }, replace: true })
      }
    >
      <Tabs.List mb="md">
        {tabs.map(([value, label]) => (
          <Tabs.Tab key={value} value={value} disabled={!isReadable && value !== "document"}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map(([value, , render]) => (
        <Tabs.Panel key={value} value={value}>
          {value === shown && render()}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
