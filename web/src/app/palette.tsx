import "@mantine/spotlight/styles.css";
import { createSpotlight, Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useRead } from "../api/queries.ts";

const [store, spotlight] = createSpotlight();

/** What Ctrl+K opens: screens, issues by id or code, and members of pools by id or e-mail. */
export function Palette(props: { readonly environment: string; readonly onClose: () => void }) {
  const { environment, onClose } = props;
  useEffect(spotlight.open, []);
  const navigate = useNavigate();
  const { data: issues = [] } = useRead("listIssues", { environment }, { all: "true" });
  const { data: ledger } = useRead("routingLedger", { environment });
  const params = { environment };
  const actions: SpotlightActionData[] = [
    { id: "overview", label: "Overview", onClick: () => void navigate({ to: "/e/$environment", params }) },
    {
      id: "operations",
      label: "Operations",
      onClick: () => void navigate({ to: "/e/$environment/operations", params }),
    },
    { id: "policy", label: "Policy", onClick: () => void navigate({ to: "/e/$environment/policy", params }) },
    {
      id: "routing",
      label: "Routing",
      onClick: () => void navigate({ to: "/e/$environment/routing", params }),
    },
    ...issues.map((issue) => ({
      id: issue.id,
      label: `${issue.destination}: ${issue.code}`,
      description: issue.id,
      onClick: () =>
        void navigate({ to: "/e/$environment/operations/$issue", params: { environment, issue: issue.id } }),
    })),
    ...(ledger?.lines ?? []).map((line) => ({
      id: line.handoff,
      label: line.owner,
      description: line.handoff,
      onClick: () => void navigate({ to: "/e/$environment/routing", params, hash: line.handoff }),
    })),
  ];
  return (
    <Spotlight
      store={store}
      onSpotlightClose={onClose}
      actions={actions}
      shortcut={null}
      limit={12}
      scrollable
      nothingFound="Nothing here has this name or id"
      searchProps={{ placeholder: "A screen, an id, an e-mail address", "aria-label": "Search" }}
    />
  );
}
