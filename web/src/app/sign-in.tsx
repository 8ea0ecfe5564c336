import { Alert, Anchor, Button, Divider, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { call, keepToken } from "../api/client.ts";
import { useWays } from "../api/queries.ts";
import { beginProviderSignIn, signIn } from "../api/session.ts";
import { CodeForm, Door, EntryForm, useAttempt } from "./entry.tsx";

/** By password or with the provider, then a one-time code where it is asked for; or by a token, which may stand behind "#token=". */
export function SignIn() {
  const given = useGivenToken();
  const { step } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const [isToken, setToken] = useState<boolean | null>(null);
  if (step === "code")
    return (
      <Door title="One more step">
        <CodeForm />
      </Door>
    );
  const byToken = isToken ?? given !== null;
  return (
    <Door title="Sign in to Baton">
      {byToken ? (
        <TokenForm given={given} />
      ) : (
        <People onCode={() => void navigate({ to: "/sign-in", search: { step: "code" }, replace: true })} />
      )}
      <Anchor component="button" type="button" size="sm" onClick={() => setToken(!byToken)}>
        {byToken ? "I have no token" : "I have an API token"}
      </Anchor>
    </Door>
  );
}

/** The ways of people. A service that does not say which there are is asked for the password. */
function People({ onCode }: { readonly onCode: () => void }) {
  const { data: ways, isPending } = useWays();
  if (isPending) return null;
  const provider = ways?.provider ?? null;
  if (provider === null) return <PasswordForm onCode={onCode} />;
  return (
    <Stack>
      <ProviderButton name={provider.name} />
      {ways?.password === true && (
        <>
          <Divider label="or by password" />
          <PasswordForm onCode={onCode} />
        </>
      )}
    </Stack>
  );
}

/** The address says only which of these it was. */
const REFUSALS = new Map<string, (name: string) => string>([
  [
    "unknown",
    (name) =>
      `Nobody of your address may come in here. An admin can add you with the address that ${name} knows.`,
  ],
  [
    "unverified",
    (name) =>
      `${name} does not say that your e-mail address is verified. Have it verified there, then try again.`,
  ],
  ["stale", () => "That took too long, or was begun in another browser. Try again."],
  ["denied", (name) => `${name} did not let you through.`],
  ["unreachable", (name) => `${name} does not answer. Try again in a moment.`],
  [
    "untrusted",
    (name) => `What ${name} answered could not be trusted. Try again; an admin finds more in Baton's log.`,
  ],
]);

function ProviderButton({ name }: { readonly name: string }) {
  const { refused } = useSearch({ from: "/sign-in" });
  const begin = useMutation({
    mutationFn: beginProviderSignIn,
    onSuccess: (url) => location.assign(url),
  });
  const why = begin.error?.message ?? (refused === undefined ? undefined : REFUSALS.get(refused)?.(name));
  return (
    <>
      {why !== undefined && (
        <Alert color="red" title="Not signed in" role="alert">
          {why}
        </Alert>
      )}
      <Button loading={begin.isPending || begin.isSuccess} onClick={() => begin.mutate()}>
        Sign in with {name}
      </Button>
    </>
  );
}

/** The token behind "#token=" of the address, also of one that is opened while this page stands; null without one. */
function useGivenToken(): string | null {
  const [given, setGiven] = useState<string | null>(null);
  useEffect(() => {
    const look = (): void => {
      const token = new URLSearchParams(location.hash.slice(1)).get("token");
      if (token === null) return;
      // The part behind "#" never leaves the browser, and not even there does it stay.
      history.replaceState(history.state, "", location.pathname);
      setGiven(token);
    };
    look();
    addEventListener("hashchange", look);
    return () => removeEventListener("hashchange", look);
  }, []);
  return given;
}

function PasswordForm({ onCode }: { readonly onCode: () => void }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const entering = useAttempt();
  return (
    <EntryForm
      attempt={entering}
      submit="Sign in"
      onSubmit={() =>
        void entering.attempt(async () => {
          const entered = await signIn(email.trim(), password);
          if (entered === "code") onCode();
          return entered;
        })
      }
    >
      <TextInput
        label="E-mail"
        type="email"
        autoComplete="username"
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
        required
      />
      <PasswordInput
        label="Password"
        autoComplete="current-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        required
        visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
      />
      <Text c="dimmed" size="sm">
        Forgotten? An admin makes you another link.
      </Text>
    </EntryForm>
  );
}

function TokenForm({ given }: { readonly given: string | null }) {
  const [token, setToken] = useState("");
  const entering = useAttempt();
  const enter = (given: string): Promise<void> =>
    entering.attempt(async () => {
      keepToken(given.trim());
      try {
        await call("listEnvironments", { path: {} });
        return "in";
      } catch (error) {
        keepToken(null);
        throw error;
      }
    });
  useEffect(() => {
    if (given !== null) void enter(given);
  }, [given]);
  return (
    <EntryForm attempt={entering} submit="Sign in" onSubmit={() => void enter(token)}>
      <Text c="dimmed" size="sm">
        <code>baton token create</code> makes a token where Baton runs. It is kept until this tab closes.
      </Text>
      <PasswordInput
        label="API token"
        autoComplete="off"
        value={token}
        onChange={(event) => setToken(event.currentTarget.value)}
        required
        visibilityToggleButtonProps={{ "aria-label": "Show the token" }}
      />
    </EntryForm>
  );
}
