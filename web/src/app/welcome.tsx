import { Anchor, PasswordInput, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { acceptInvitation, signIn } from "../api/session.ts";
import { CodeForm, Door, EntryForm, useAttempt } from "./entry.tsx";

const SHORTEST_PASSWORD = 12;

/** Where a one-time link leads: its holder sets a password and is in. */
export function Welcome() {
  const [token] = useState(() => location.hash.slice(1));
  const [isAskedForCode, askForCode] = useState(false);
  if (isAskedForCode)
    return (
      <Door title="One more step">
        <CodeForm />
      </Door>
    );
  if (token === "")
    return (
      <Door title="This link is not whole">
        <Text>
          What it needs stands behind a “#” at its end. Open it again from the message, or ask an admin for
          another one.
        </Text>
        <Anchor renderRoot={(props) => <Link {...props} to="/sign-in" />}>Sign in</Anchor>
      </Door>
    );
  return (
    <Door title="Welcome to Baton">
      <PasswordForm token={token} onCode={() => askForCode(true)} />
    </Door>
  );
}

function PasswordForm({ token, onCode }: { readonly token: string; readonly onCode: () => void }) {
  const [password, setPassword] = useState("");
  /** Whose link it was; from then on it is used up, and only signing in may have to be tried again. */
  const [email, setEmail] = useState<string | null>(null);
  const entering = useAttempt();
  return (
    <EntryForm
      attempt={entering}
      submit="Set the password and sign in"
      onSubmit={() =>
        void entering.attempt(async () => {
          const holder = email ?? (await acceptInvitation(token, password));
          setEmail(holder);
          const entered = await signIn(holder, password);
          if (entered === "code") onCode();
          return entered;
        })
      }
    >
      <Text c="dimmed" size="sm">
        Choose the password with which you sign in from now on. This link works once.
      </Text>
      <PasswordInput
        label="New password"
        description={`At least ${SHORTEST_PASSWORD} characters; a few words are easier to keep than signs.`}
        autoComplete="new-password"
        minLength={SHORTEST_PASSWORD}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        required
        visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
      />
    </EntryForm>
  );
}
