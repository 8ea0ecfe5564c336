/** What the pages before the door share: their frame, why it stays shut, and the question for a one-time code. */
import { Alert, Anchor, Button, Center, Paper, Stack, Text, TextInput, Title } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { queryClient } from "../api/queries.ts";
import { enterCode } from "../api/session.ts";

export function Door({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="xl" w="100%" maw={420}>
        <Stack>
          <Title order={1} size="h2">
            {title}
          </Title>
          {children}
        </Stack>
      </Paper>
    </Center>
  );
}

interface Attempt {
  readonly isBusy: boolean;
  /** Why the last try failed, in the service's words. */
  readonly fault: string | null;
  /** Does what is tried; goes into the admin when it answers "in". */
  readonly attempt: (tried: () => Promise<"in" | "code">) => Promise<void>;
}

/** One try after the other at the door. */
export function useAttempt(): Attempt {
  const [fault, setFault] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const navigate = useNavigate();
  const attempt = async (tried: () => Promise<"in" | "code">): Promise<void> => {
    setBusy(true);
    setFault(null);
    try {
      if ((await tried()) === "code") return;
      queryClient.clear();
      await navigate({ to: "/", replace: true });
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, fault, attempt };
}

/** A form of a page before the door: what went wrong stands above its fields. */
export function EntryForm(props: {
  readonly attempt: Attempt;
  readonly submit: string;
  readonly onSubmit: () => void;
  readonly children: ReactNode;
}) {
  const { attempt, submit, onSubmit, children } = props;
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <Stack>
        {attempt.fault !== null && (
          <Alert color="red" title="Not signed in" role="alert">
            {attempt.fault}
          </Alert>
        )}
        {children}
        <Button type="submit" loading={attempt.isBusy}>
          {submit}
        </Button>
      </Stack>
    </form>
  );
}

/** Asked of those who turned one-time codes on, after their password. */
export function CodeForm() {
  const [kind, setKind] = useState<"totp" | "backup-code">("totp");
  const [code, setCode] = useState("");
  const entering = useAttempt();
  const isApp = kind === "totp";
  return (
    <>
      <EntryForm
        attempt={entering}
        submit="Sign in"
        onSubmit={() =>
          void entering.attempt(async () => {
            await enterCode(kind, code.trim());
            return "in";
          })
        }
      >
        <Text c="dimmed" size="sm">
          {isApp
            ? "Your authenticator app shows it; it changes every 30 seconds."
            : "Each of the backup codes works once."}
        </Text>
        <TextInput
          label={isApp ? "One-time code" : "Backup code"}
          autoComplete="one-time-code"
          inputMode={isApp ? "numeric" : "text"}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          required
          autoFocus
        />
      </EntryForm>
      <Anchor
        component="button"
        type="button"
        size="sm"
        onClick={() => {
          setKind(isApp ? "backup-code" : "totp");
          setCode("");
        }}
      >
        {isApp ? "I have a backup code" : "I have the app"}
      </Anchor>
    </>
  );
}
