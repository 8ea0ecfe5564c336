import { Anchor, PasswordInput, Text, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { call, keepToken } from "../api/client.ts";
import { signIn } from "../api/session.ts";
import { CodeForm, Door, EntryForm, useAttempt } from "./entry.tsx";

/** By password, then a one-time code where it is asked for; or by a token, which may stand behind "#token=". */
export function SignIn() {
  const given = useGivenToken();
  const [chosen, setWay] = useState<"password" | "code" | "token" | null>(null);
  const way = chosen ?? (given === null ? "password" : "token");
  if (way === "code")
    return (
      <Door title="One more step">
        <CodeForm />
      </Door>
    );
  const isToken = way === "token";
  return (
    <Door title="Sign in to Baton">
      {isToken ? <TokenForm given={given} /> : <PasswordForm onCode={() => setWay("code")} />}
      <Anchor
        component="button"
        type="button"
        size="sm"
        onClick={() => setWay(isToken ? "password" : "token")}
      >
        {isToken ? "I have a password" : "I have an API token"}
      </Anchor>
    </Door>
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
