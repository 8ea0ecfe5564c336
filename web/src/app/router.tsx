/** Every page and its address. Screens are loaded when somebody goes there. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
} from "@tanstack/react-router";
import { Home } from "./home.tsx";
import { Shell } from "./shell.tsx";

const root = createRootRoute({ component: Outlet });
const home = createRoute({ getParentRoute: () => root, path: "/", component: Home });
const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  component: lazyRouteComponent(() => import("./sign-in.tsx"), "SignIn"),
});
const environment = createRoute({ getParentRoute: () => root, path: "/e/$environment", component: Shell });
const overview = createRoute({
  getParentRoute: () => environment,
  path: "/",
  component: lazyRouteComponent(() => import("../features/overview/overview.tsx"), "Overview"),
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
  validateSearch: (search: Record<string, unknown>): { from?: string; to?: string } => ({
    ...(typeof search["from"] === "string" && { from: search["from"] }),
    ...(typeof search["to"] === "string" && { to: search["to"] }),
  }),
  component: lazyRouteComponent(() => import("../features/policy/versions.tsx"), "Versions"),
});
const routing = createRoute({
  getParentRoute: () => environment,
  path: "/routing",
  component: lazyRouteComponent(() => import("../features/routing/routing.tsx"), "Routing"),
});

const routeTree = root.addChildren([
  home,
  signIn,
  environment.addChildren([overview, operations, issue, policy, routing]),
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
