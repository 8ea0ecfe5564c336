import {
  ActionIcon,
  AppShell,
  Badge,
  Burger,
  Button,
  Group,
  NavLink,
  NativeSelect,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import {
  IconAlertTriangle,
  IconFileText,
  IconGauge,
  IconMoon,
  IconScale,
  IconSearch,
  IconSun,
} from "@tabler/icons-react";
import { Link, Navigate, Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { ApiProblem, keepToken } from "../api/client.ts";
import { queryClient, useRead } from "../api/queries.ts";
import { lazy, Suspense } from "react";

/** Loaded when somebody first asks for it. */
const Palette = lazy(async () => ({ default: (await import("./palette.tsx")).Palette }));

const ROOMS = [
  { to: "/e/$environment", label: "Overview", icon: IconGauge },
  { to: "/e/$environment/operations", label: "Operations", icon: IconAlertTriangle },
  { to: "/e/$environment/policy", label: "Policy", icon: IconFileText },
  { to: "/e/$environment/routing", label: "Routing", icon: IconScale },
] as const;

/** Navigation, the environment and its badge around every screen. */
export function Shell() {
  const { environment } = useParams({ from: "/e/$environment" });
  const [isOpen, { toggle, close }] = useDisclosure();
  const [isSearching, search] = useDisclosure();
  useHotkeys([
    ["mod+K", search.open],
    ["/", search.open],
  ]);
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
        <SignOut />
      </AppShell.Navbar>
      <AppShell.Main id="content">
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

function Rooms({ environment, onGo }: { readonly environment: string; readonly onGo: () => void }) {
  return ROOMS.map(({ to, label, icon: Icon }) => (
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

function SignOut() {
  const navigate = useNavigate();
  return (
    <Button
      mt="auto"
      variant="default"
      size="xs"
      onClick={() => {
        keepToken(null);
        queryClient.clear();
        void navigate({ to: "/sign-in" });
      }}
    >
      Sign out
    </Button>
  );
}
