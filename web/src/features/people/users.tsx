import { Badge, Button, Card, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useChange, useRead, useWays } from "../../api/queries.ts";
import { Loaded, Page } from "../../components/states.tsx";
import { When } from "../../components/time.tsx";
import { InviteDialog, type Invitation, LinkDialog } from "./invite.tsx";
import { RolesDialog, type User } from "./roles.tsx";

/** What is being done: inviting, showing a link that is not shown again, or giving roles. */
type Doing =
  | { readonly kind: "inviting" }
  | { readonly kind: "linked"; readonly invitation: Invitation }
  | { readonly kind: "roles"; readonly user: string };

/** Everybody who may sign in, and what they may do where. */
export function Users() {
  const users = useRead("listUsers", {});
  const [doing, setDoing] = useState<Doing | null>(null);
  const onLink = (invitation: Invitation): void => setDoing({ kind: "linked", invitation });
  const close = (): void => setDoing(null);
  const chosen = users.data?.find(({ id }) => doing?.kind === "roles" && doing.user === id);
  return (
    <Page
      title="Users"
      says="Who may sign in, and what they may do where."
      actions={<Button onClick={() => setDoing({ kind: "inviting" })}>Invite</Button>}
    >
      <Loaded of={users}>
        {(found) => (
          <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
            {found.map((user) => (
              <Row
                key={user.id}
                user={user}
                onLink={onLink}
                onRoles={() => setDoing({ kind: "roles", user: user.id })}
              />
            ))}
          </Stack>
        )}
      </Loaded>
      {doing?.kind === "inviting" && <InviteDialog onLink={onLink} onClose={close} />}
      {doing?.kind === "linked" && <LinkDialog invitation={doing.invitation} onClose={close} />}
      {chosen !== undefined && <RolesDialog user={chosen} onClose={close} />}
    </Page>
  );
}

function Row(props: {
  readonly user: User;
  readonly onLink: (invitation: Invitation) => void;
  readonly onRoles: () => void;
}) {
  const { user, onLink, onRoles } = props;
  const path = { user: user.id };
  const invite = useChange("inviteUser", "Links from before stopped working");
  const { data: ways } = useWays();
  const isDisabled = user.disabledAt !== null;
  const change = useChange("changeUser", isDisabled ? "Let in again" : "Signed out everywhere, and kept out");
  return (
    <Card withBorder component="li">
      <Group justify="space-between" align="start">
        <Who user={user} />
        <Group gap="xs">
          <Button size="xs" variant="default" aria-label={`Roles of ${user.email}`} onClick={onRoles}>
            Roles
          </Button>
          {!isDisabled && ways?.password !== false && (
            <Button
              size="xs"
              variant="default"
              aria-label={`New link for ${user.email}`}
              loading={invite.isPending}
              onClick={() => invite.mutate({ path }, { onSuccess: onLink })}
            >
              New link
            </Button>
          )}
          <Button
            size="xs"
            variant="default"
            aria-label={`${isDisabled ? "Let in" : "Deactivate"} ${user.email}`}
            loading={change.isPending}
            onClick={() => change.mutate({ path, body: { disabled: !isDisabled } })}
          >
            {isDisabled ? "Let in again" : "Deactivate"}
          </Button>
        </Group>
      </Group>
    </Card>
  );
}

function Who({ user }: { readonly user: User }) {
  return (
    <Stack gap={4} style={{ flex: "1 1 280px" }}>
      <Group gap="xs">
        <Text fw={600} style={{ overflowWrap: "anywhere" }}>
          {user.name}
        </Text>
        <State of={user} />
      </Group>
      {user.name !== user.email && (
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {user.email}
        </Text>
      )}
      <Text size="sm">{rolesIn(user)}</Text>
      <Text size="sm" c="dimmed">
        {user.lastSeenAt === null ? (
          <>
            invited <When at={user.createdAt} />, never seen
          </>
        ) : (
          <>
            seen <When at={user.lastSeenAt} />
          </>
        )}
        {user.twoFactor && ", with one-time codes"}
      </Text>
    </Stack>
  );
}

function State({ of }: { readonly of: User }) {
  const [colour, word] =
    of.disabledAt !== null
      ? (["gray", "deactivated"] as const)
      : of.isSetUp
        ? (["teal", "active"] as const)
        : (["yellow", "invited"] as const);
  return (
    <Badge variant="light" color={colour}>
      {word}
    </Badge>
  );
}

/** "editor everywhere, publisher in sandbox". */
function rolesIn({ roles }: User): string {
  if (roles.length === 0) return "no role: they may sign in and see nothing";
  return roles
    .map(({ environment, role }) => `${role} ${environment === null ? "everywhere" : `in ${environment}`}`)
    .join(", ");
}
