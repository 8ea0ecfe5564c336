import { Button, Card, Group, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { tellDone, tellRefusal, useRead, useWays } from "../../api/queries.ts";
import { changePassword, endSession, listSessions, type OwnSession } from "../../api/session.ts";
import { Loaded, Nothing, Page } from "../../components/states.tsx";
import { When } from "../../components/time.tsx";
import { OneTimeCodes } from "./codes.tsx";

/** What a person sets for themselves: password, one-time codes, and where they are signed in. */
export function MyAccount() {
  const me = useRead("readMe", {});
  const { data: ways } = useWays();
  return (
    <Page title="My account" says={me.data?.person?.email ?? "Who you are here."}>
      <Loaded of={me}>
        {({ person, name }) =>
          person === null ? (
            <Nothing title={`You are here by the token of ${name}`}>
              A token has no password and no sessions. <code>baton token revoke</code> ends it.
            </Nothing>
          ) : (
            <Stack maw={640}>
              {ways?.password !== false && (
                <Section title="Password">
                  <PasswordForm />
                </Section>
              )}
              <Section title="One-time codes">
                <OneTimeCodes isOn={person.twoFactor} />
              </Section>
              <Section title="Where you are signed in">
                <Sessions />
              </Section>
            </Stack>
          )
        }
      </Loaded>
    </Page>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Card withBorder component="section" aria-label={title}>
      <Stack>
        <Title order={2} size="h4">
          {title}
        </Title>
        {children}
      </Stack>
    </Card>
  );
}

function PasswordForm() {
  const client = useQueryClient();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => changePassword(current, next),
    onSuccess: async () => {
      setCurrent("");
      setNext("");
      await tellDone("The password is changed; other sessions are ended");
      await client.invalidateQueries();
    },
    onError: tellRefusal,
  });
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        change.mutate();
      }}
    >
      <Stack>
        <PasswordInput
          label="Password now"
          autoComplete="current-password"
          required
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": "Show the password now" }}
        />
        <PasswordInput
          label="New password"
          description="12 characters or more."
          autoComplete="new-password"
          required
          minLength={12}
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": "Show the new password" }}
        />
        <Group justify="end">
          <Button type="submit" loading={change.isPending}>
            Change the password
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Sessions() {
  const sessions = useQuery({ queryKey: ["own sessions"], queryFn: listSessions });
  return (
    <Loaded of={sessions}>
      {(found) => (
        <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: "none" }}>
          {found.map((session) => (
            <SessionRow key={session.token} session={session} />
          ))}
        </Stack>
      )}
    </Loaded>
  );
}

function SessionRow({ session }: { readonly session: OwnSession }) {
  const client = useQueryClient();
  const { token, createdAt, ipAddress, userAgent, isThisOne } = session;
  const end = useMutation({
    mutationFn: () => endSession(token),
    onSuccess: () => client.invalidateQueries({ queryKey: ["own sessions"] }),
    onError: tellRefusal,
  });
  return (
    <Group component="li" justify="space-between" align="start">
      <div style={{ flex: "1 1 240px" }}>
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {programOf(userAgent)}
          {isThisOne && " (this one)"}
        </Text>
        <Text size="sm" c="dimmed">
          since <When at={Date.parse(createdAt)} />
          {ipAddress === null || ipAddress === "" ? "" : ` from ${ipAddress}`}
        </Text>
      </div>
      {!isThisOne && (
        <Button size="xs" variant="default" loading={end.isPending} onClick={() => end.mutate()}>
          End
        </Button>
      )}
    </Group>
  );
}

/** "Firefox on Linux", as well as a browser tells. */
function programOf(agent: string | null): string {
  const text = agent ?? "";
  const browser =
    ["Edg", "Firefox", "Chrome", "Safari"].find((name) => text.includes(`${name}/`)) ?? "A browser";
  const system = ["Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux"].find((name) =>
    text.includes(name),
  );
  return `${browser === "Edg" ? "Edge" : browser}${system === undefined ? "" : ` on ${system}`}`;
}
