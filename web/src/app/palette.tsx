import "@mantine/spotlight/styles.css";
import { createSpotlight, Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { useNavigate } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { call } from "../api/client.ts";
import { useScopes } from "../api/may.ts";
import { useRead } from "../api/queries.ts";

const [store, spotlight] = createSpotlight();

/** So much must be typed before handoffs and conversations are looked through. */
const LEAST_TYPED = 3;

/** Handoffs and conversations that what was typed stands for: an address, any id, part of a name or company. */
function useFound(environment: string, typed: string): readonly SpotlightActionData[] {
  const [q] = useDebouncedValue(typed.trim(), 250);
  const navigate = useNavigate();
  const asked = { path: { environment }, query: { q, limit: 5 } };
  const enabled = q.length >= LEAST_TYPED;
  const handoffs = useQuery({
    queryKey: ["listHandoffs", asked],
    queryFn: () => call("listHandoffs", asked),
    enabled,
  });
  const conversations = useQuery({
    queryKey: ["listConversations", asked],
    queryFn: () => call("listConversations", asked),
    enabled,
    // Not everybody may read them.
    retry: false,
  });
  if (!enabled) return [];
  // What was found by an id need not have it in its words; the palette looks for what was typed in all of them.
  const keywords = [typed];
  const person = (line: { readonly person: string | null; readonly email: string | null }): string =>
    line.person ?? line.email ?? "Somebody";
  return [
    ...(handoffs.data?.rows ?? []).map((line) => ({
      id: line.id,
      label: `Handoff: ${person(line)}`,
      description: [line.company, line.recipe, line.owner?.name].filter((word) => word != null).join(", "),
      keywords,
      onClick: () =>
        void navigate({ to: "/e/$environment/handoffs/$handoff", params: { environment, handoff: line.id } }),
    })),
    ...(conversations.data?.rows ?? []).map((line) => ({
      id: `conversation:${line.id}`,
      label: `Conversation: ${person(line)}`,
      description: [line.company, line.bucket, line.id].filter((word) => word !== null).join(", "),
      keywords,
      onClick: () =>
        void navigate({
          to: "/e/$environment/conversations/$conversation",
          params: { environment, conversation: line.id },
        }),
    })),
  ];
}

const SCREENS = [
  { to: "/e/$environment", label: "Overview", scope: null },
  { to: "/e/$environment/handoffs", label: "Handoffs", scope: null },
  { to: "/e/$environment/conversations", label: "Conversations", scope: "conversations:read" },
  { to: "/e/$environment/review", label: "Review", scope: "conversations:read" },
  { to: "/e/$environment/metrics", label: "Metrics", scope: null },
  { to: "/e/$environment/operations", label: "Operations", scope: null },
  { to: "/e/$environment/policy", label: "Policy", scope: null },
  { to: "/e/$environment/policy/hindsight", label: "What deals say", scope: null },
  { to: "/e/$environment/routing", label: "Routing", scope: null },
  { to: "/e/$environment/audit", label: "Leakage audit", scope: "conversations:read" },
  { to: "/e/$environment/connections", label: "Connections", scope: null },
  { to: "/e/$environment/start", label: "Getting started", scope: "environments:write" },
  { to: "/e/$environment/users", label: "Users", scope: "users:read" },
  { to: "/e/$environment/audit-log", label: "Audit log", scope: "audit:read" },
  { to: "/e/$environment/account", label: "My account", scope: null },
] as const;

/** What Ctrl+K opens: screens, handoffs and conversations by any id or address, issues by id or code. */
export function Palette(props: { readonly environment: string; readonly onClose: () => void }) {
  const { environment, onClose } = props;
  useEffect(spotlight.open, []);
  const navigate = useNavigate();
  const { data: issues = [] } = useRead("listIssues", { environment }, { all: "true" });
  const [typed, setTyped] = useState("");
  const found = useFound(environment, typed);
  const may = useScopes(environment);
  const params = { environment };
  const actions: SpotlightActionData[] = [
    ...SCREENS.filter(({ scope }) => scope === null || may(scope)).map(({ to, label }) => ({
      id: to,
      label,
      onClick: () => void navigate({ to, params }),
    })),
    ...(may("environments:write")
      ? [{ id: "/start", label: "New environment", onClick: () => void navigate({ to: "/start" }) }]
      : []),
    ...issues.map((issue) => ({
      id: issue.id,
      label: `${issue.destination}: ${issue.code}`,
      description: issue.id,
      onClick: () =>
        void navigate({ to: "/e/$environment/operations/$issue", params: { environment, issue: issue.id } }),
    })),
    ...found,
  ];
  return (
    <Spotlight
      store={store}
      onSpotlightClose={onClose}
      actions={actions}
      query={typed}
      onQueryChange={setTyped}
      shortcut={null}
      limit={12}
      scrollable
      nothingFound="Nothing here has this name or id"
      searchProps={{ placeholder: "A screen, an id, an e-mail address", "aria-label": "Search" }}
    />
  );
}
