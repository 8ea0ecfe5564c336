import {
  ActionIcon,
  AppShell,
  Badge,
  Burger,
  Button,
  Group,
  NavLink,
  NativeSelect,
  Stack,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import {
  IconAlertTriangle,
  IconArrowsRight,
  IconChecklist,
  IconChartBar,
  IconFileText,
  IconGauge,
  IconHistory,
  IconMessages,
  IconMoon,
  IconPlug,
  IconScale,
  IconSearch,
  IconSun,
  IconUsers,
} from "@tabler/icons-react";
import { Link, Navigate, Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { ApiProblem } from "../api/client.ts";
import { queryClient, tellRefusal, useRead } from "../api/queries.ts";
import { signOut } from "../api/session.ts";
import { lazy, Suspense, useEffect } from "react";

/** Loaded when somebody first asks for it. */
const Palette = lazy(async () => ({ default: (await import("./palette.tsx")).Palette }));

const ROOMS = [
  { to: "/e/$environment", label: "Overview", icon: IconGauge },
  { to: "/e/$environment/handoffs", label: "Handoffs", icon: IconArrowsRight },
  { to: "/e/$environment/conversations", label: "Conversations", icon: IconMessages },
  { to: "/e/$environment/review", label: "Review", icon: IconChecklist },
  { to: "/e/$environment/metrics", label: "Metrics", icon: IconChartBar },
  { to: "/e/$environment/operations", label: "Operations", icon: IconAlertTriangle },
  { to: "/e/$environment/policy", label: "Policy", icon: IconFileText },
  { to: "/e/$environment/routing", label: "Routing", icon: IconScale },
  { to: "/e/$environment/audit", label: "Leakage audit", icon: IconSearch },
  { to: "/e/$environment/connections", label: "Connections", icon: IconPlug },
] as const;

/** Rooms of the whole service, for those who may enter them in every environment. */
const ADMIN_ROOMS = [
  { to: "/e/$environment/users", label: "Users", icon: IconUsers, scope: "users:read" },
  { to: "/e/$environment/audit-log", label: "Audit log", icon: IconHistory, scope: "audit:read" },
] as const;

/** The search box of the screen, where it has one. */
function searchBox(): HTMLElement | null {
  return document.querySelector<HTMLElement>("[data-search]");
}

/** Navigation, the environment and its badge around every screen. */
export function Shell() {
  const { environment } = useParams({ from: "/e/$environment" });
  const [isOpen, { toggle, close }] = useDisclosure();
  const [isSearching, search] = useDisclosure();
  useHotkeys([
    ["mod+K", search.open],
    ["/", () => (searchBox() ?? { focus: search.open }).focus()],
  ]);
  useNews(environment);
  const { error } = useRead("listEnvironments", {});
  if (error instanceof ApiProblem && error.status === 401) return <Navigate to="/sign-in" replace />;
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: "sm", collapsed: { mobile: !isOpen } }}
      padding="md"
    >
      <a href="#content" className="skip">
        Skip to the content
      </a>
      {isSearching && (
        <Suspense>
          <Palette environment={environment} onClose={search.close} />
        </Suspense>
      )}
      <AppShell.Header>
        <Group h="100%" px="sm" gap="xs" wrap="nowrap">
          <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Navigation" />
          <Text fw={700} visibleFrom="sm">
            Baton
          </Text>
          <EnvironmentSwitch environment={environment} />
          <Group gap="xs" ml="auto" wrap="nowrap">
            <ActionIcon variant="default" size="lg" aria-label="Search (Ctrl+K)" onClick={search.open}>
              <IconSearch size={18} />
            </ActionIcon>
            <SchemeSwitch />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Main">
        <Rooms environment={environment} onGo={close} />
        <Me environment={environment} onGo={close} />
      </AppShell.Navbar>
      <AppShell.Main id="content">
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

/** Screens of the environment are told what changes. */
function useNews(environment: string): void {
  useEffect(() => {
    const listening = import("../api/live.ts").then(({ listen }) => listen(environment));
    return () => void listening.then((stop) => stop());
  }, [environment]);
}

function Rooms({ environment, onGo }: { readonly environment: string; readonly onGo: () => void }) {
  const { data: me } = useRead("readMe", {});
  const mine = ADMIN_ROOMS.filter(({ scope }) =>
    me?.grants.some((grant) => grant.environment === null && grant.scopes.includes(scope)),
  );
  return [...ROOMS, ...mine].map(({ to, label, icon: Icon }) => (
    <NavLink
      key={to}
      renderRoot={(props) => (
        <Link
          {...props}
          to={to}
          params={{ environment }}
          activeOptions={{ exact: to === "/e/$environment" }}
          activeProps={{ "data-active": true }}
          onClick={onGo}
        />
      )}
      label={label}
      leftSection={<Icon size={18} />}
    />
  ));
}

function EnvironmentSwitch({ environment }: { readonly environment: string }) {
  const { data = [] } = useRead("listEnvironments", {});
  const navigate = useNavigate();
  const mode = data.find(({ name }) => name === environment)?.mode;
  return (
    <Group gap="xs" wrap="nowrap">
      <NativeSelect
        aria-label="Environment"
        size="xs"
        w={150}
        data={data.map(({ name }) => name)}
        value={environment}
        onChange={(event) =>
          void navigate({ to: "/e/$environment", params: { environment: event.currentTarget.value } })
        }
      />
      {mode !== undefined && (
        <Badge
          variant="light"
          color={mode === "live" ? "teal" : "yellow"}
          title={
            mode === "live" ? "Baton writes to both systems" : "Baton decides, and writes nothing outside"
          }
        >
          {mode}
        </Badge>
      )}
    </Group>
  );
}

function SchemeSwitch() {
  const scheme = useComputedColorScheme("light");
  const { setColorScheme } = useMantineColorScheme();
  const other = scheme === "dark" ? "light" : "dark";
  return (
    <ActionIcon
      variant="default"
      size="lg"
      aria-label={`Switch to ${other} colours`}
      onClick={() => setColorScheme(other)}
    >
      {scheme === "dark" ? <IconSun size={18} /> : <IconMoon size={18} />}
    </ActionIcon>
  );
}

/** Who is here, with a way to their account and out. */
function Me({ environment, onGo }: { readonly environment: string; readonly onGo: () => void }) {
  const navigate = useNavigate();
  const { data: me } = useRead("readMe", {});
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: async () => {
      queryClient.clear();
      await navigate({ to: "/sign-in" });
    },
    onError: tellRefusal,
  });
  return (
    <Stack mt="auto" gap={4}>
      <Link to="/e/$environment/account" params={{ environment }} onClick={onGo} className="me">
        {me?.person?.email ?? me?.name ?? "My account"}
      </Link>
      <Button variant="default" size="xs" loading={leave.isPending} onClick={() => leave.mutate()}>
        Sign out
      </Button>
    </Stack>
  );
}
