import { Alert, Button, Center, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { call, keepToken } from "../api/client.ts";
import { queryClient } from "../api/queries.ts";

/** Takes a token from the form, or from the address behind "#token=", which never leaves the browser. */
export function SignIn() {
  const [token, setToken] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const navigate = useNavigate();

  const enter = async (given: string): Promise<void> => {
    setBusy(true);
    keepToken(given.trim());
    try {
      await call("listEnvironments", { path: {} });
      queryClient.clear();
      await navigate({ to: "/", replace: true });
    } catch (error) {
      keepToken(null);
      setFault(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };

  useEffect(() => {
    const given = new URLSearchParams(location.hash.slice(1)).get("token");
    if (given === null) return;
    history.replaceState(null, "", location.pathname);
    void enter(given);
  }, []);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void enter(token);
  };
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="xl" w="100%" maw={420}>
        <form onSubmit={submit}>
          <Stack>
            <Title order={1} size="h2">
              Sign in to Baton
            </Title>
            <Text c="dimmed" size="sm">
              <code>baton token create</code> makes a token where Baton runs. It is kept until this tab
              closes.
            </Text>
            <Fault says={fault} />
            <PasswordInput
              label="API token"
              autoComplete="current-password"
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
              required
              visibilityToggleButtonProps={{ "aria-label": "Show the token" }}
            />
            <Button type="submit" loading={isBusy}>
              Sign in
            </Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}

function Fault({ says }: { readonly says: string | null }) {
  if (says === null) return null;
  return (
    <Alert color="red" title="Not signed in" role="alert">
      {says}
    </Alert>
  );
}
