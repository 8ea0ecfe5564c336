/** Every page and its address. Screens are loaded when somebody goes there. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
} from "@tanstack/react-router";
import { Home } from "./home.tsx";
import { stepOf } from "../features/start/steps.ts";
import { Shell } from "./shell.tsx";

/** Those of the named parts of an address's search that are there. */
function texts<Name extends string>(
  search: Record<string, unknown>,
  ...names: readonly Name[]
): { [N in Name]?: string } {
  const found: { [N in Name]?: string } = {};
  for (const name of names) {
    const value = search[name];
    // The router reads "7" as a number.
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      found[name] = String(value);
  }
  return found;
}

const root = createRootRoute({ component: Outlet });
const home = createRoute({ getParentRoute: () => root, path: "/", component: Home });
const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>) => texts(search, "step", "refused"),
  component: lazyRouteComponent(() => import("./sign-in.tsx"), "SignIn"),
});
const welcome = createRoute({
  getParentRoute: () => root,
  path: "/welcome",
  component: lazyRouteComponent(() => import("./welcome.tsx"), "Welcome"),
});
const begin = createRoute({
  getParentRoute: () => root,
  path: "/start",
  component: lazyRouteComponent(() => import("../features/start/begin.tsx"), "Begin"),
});
const environment = createRoute({ getParentRoute: () => root, path: "/e/$environment", component: Shell });
const start = createRoute({
  getParentRoute: () => environment,
  path: "/start",
  validateSearch: stepOf,
  component: lazyRouteComponent(() => import("../features/start/start.tsx"), "Start"),
});
const connections = createRoute({
  getParentRoute: () => environment,
  path: "/connections",
  component: lazyRouteComponent(() => import("../features/connections/connections.tsx"), "Connections"),
});
const account = createRoute({
  getParentRoute: () => environment,
  path: "/account",
  component: lazyRouteComponent(() => import("../features/account/account.tsx"), "MyAccount"),
});
const overview = createRoute({
  getParentRoute: () => environment,
  path: "/",
  component: lazyRouteComponent(() => import("../features/overview/overview.tsx"), "Overview"),
});
const handoffs = createRoute({
  getParentRoute: () => environment,
  path: "/handoffs",
  validateSearch: (search: Record<string, unknown>) =>
    texts(search, "q", "state", "recipe", "owner", "window", "uncontacted", "order", "page"),
  component: lazyRouteComponent(() => import("../features/handoffs/handoffs.tsx"), "Handoffs"),
});
const handoff = createRoute({
  getParentRoute: () => environment,
  path: "/handoffs/$handoff",
  validateSearch: (search: Record<string, unknown>) => texts(search, "tab", "signal"),
  component: lazyRouteComponent(() => import("../features/handoffs/handoff.tsx"), "HandoffPage"),
});
const conversations = createRoute({
  getParentRoute: () => environment,
  path: "/conversations",
  validateSearch: (search: Record<string, unknown>) => texts(search, "q", "bucket", "window", "page"),
  component: lazyRouteComponent(() => import("../features/conversations/conversations.tsx"), "Conversations"),
});
const conversation = createRoute({
  getParentRoute: () => environment,
  path: "/conversations/$conversation",
  validateSearch: (search: Record<string, unknown>) => texts(search, "decision", "signal"),
  component: lazyRouteComponent(
    () => import("../features/conversations/conversation.tsx"),
    "ConversationPage",
  ),
});
const reviews = createRoute({
  getParentRoute: () => environment,
  path: "/review",
  component: lazyRouteComponent(() => import("../features/review/rounds.tsx"), "Rounds"),
});
const reviewQueue = createRoute({
  getParentRoute: () => environment,
  path: "/review/$round",
  component: lazyRouteComponent(() => import("../features/review/queue.tsx"), "QueuePage"),
});
const reviewResults = createRoute({
  getParentRoute: () => environment,
  path: "/review/$round/results",
  validateSearch: (search: Record<string, unknown>) => texts(search, "score"),
  component: lazyRouteComponent(() => import("../features/review/results.tsx"), "ResultsPage"),
});
const operations = createRoute({
  getParentRoute: () => environment,
  path: "/operations",
  validateSearch: (search: Record<string, unknown>): { all?: true } =>
    search["all"] === true ? { all: true } : {},
  component: lazyRouteComponent(() => import("../features/operations/operations.tsx"), "Operations"),
});
const issue = createRoute({
  getParentRoute: () => environment,
  path: "/operations/$issue",
  component: lazyRouteComponent(() => import("../features/operations/issue.tsx"), "IssuePage"),
});
const policy = createRoute({
  getParentRoute: () => environment,
  path: "/policy",
  validateSearch: (search: Record<string, unknown>) => texts(search, "from", "to"),
  component: lazyRouteComponent(() => import("../features/policy/versions.tsx"), "Versions"),
});
const audit = createRoute({
  getParentRoute: () => environment,
  path: "/audit",
  validateSearch: (search: Record<string, unknown>) => texts(search, "audit"),
  component: lazyRouteComponent(() => import("../features/audit/audits.tsx"), "Audits"),
});
const hindsight = createRoute({
  getParentRoute: () => environment,
  path: "/policy/hindsight",
  component: lazyRouteComponent(() => import("../features/policy/hindsight.tsx"), "Hindsight"),
});
const draft = createRoute({
  getParentRoute: () => environment,
  path: "/policy/drafts/$draft",
  validateSearch: (search: Record<string, unknown>) => texts(search, "tab"),
  component: lazyRouteComponent(() => import("../features/policy/editor/editor.tsx"), "DraftPage"),
});
const routing = createRoute({
  getParentRoute: () => environment,
  path: "/routing",
  component: lazyRouteComponent(() => import("../features/routing/routing.tsx"), "Routing"),
});
const metrics = createRoute({
  getParentRoute: () => environment,
  path: "/metrics",
  validateSearch: (search: Record<string, unknown>) => texts(search, "window", "from", "to", "within"),
  component: lazyRouteComponent(() => import("../features/metrics/metrics.tsx"), "MetricsPage"),
});
const users = createRoute({
  getParentRoute: () => environment,
  path: "/users",
  component: lazyRouteComponent(() => import("../features/people/users.tsx"), "Users"),
});
const auditLog = createRoute({
  getParentRoute: () => environment,
  path: "/audit-log",
  validateSearch: (search: Record<string, unknown>) =>
    texts(search, "actor", "action", "subject", "where", "cursor"),
  component: lazyRouteComponent(() => import("../features/people/audit-log.tsx"), "AuditLog"),
});

const routeTree = root.addChildren([
  home,
  signIn,
  welcome,
  begin,
  environment.addChildren([
    overview,
    handoffs,
    handoff,
    conversations,
    conversation,
    reviews,
    reviewQueue,
    reviewResults,
    operations,
    issue,
    policy,
    audit,
    hindsight,
    draft,
    routing,
    metrics,
    users,
    auditLog,
    start,
    connections,
    account,
  ]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  defaultNotFoundComponent: () => (
    <main>
      <h1>There is no such page</h1>
      <a href="/">To the start</a>
    </main>
  ),
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
