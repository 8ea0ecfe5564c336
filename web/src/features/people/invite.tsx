import { Button, CopyButton, Group, Modal, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Answer } from "../../api/client.ts";
import { useChange, useRead, useWays } from "../../api/queries.ts";
import { absolute } from "../../components/time.tsx";
import { EVERYWHERE, type Role } from "./roles.tsx";

export type Invitation = Answer<"createUser">;

/** Asks who is to come and what they may do where. */
export function InviteDialog(props: {
  readonly onLink: (invitation: Invitation) => void;
  readonly onClose: () => void;
}) {
  const { data: roles = [] } = useRead("listRoles", {});
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [environment, setEnvironment] = useState("");
  const { data: ways } = useWays();
  const create = useChange("createUser", "Invited");
  const submit = (): void => {
    const given = name.trim();
    const body = { email: email.trim(), role, environment: environment === "" ? null : environment };
    create.mutate(
      { path: {}, body: given === "" ? body : { ...body, name: given } },
      { onSuccess: props.onLink },
    );
  };
  return (
    <Modal opened onClose={props.onClose} title="Invite somebody">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack>
          <TextInput
            label="E-mail"
            type="email"
            required
            data-autofocus
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <TextInput label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <NativeSelect
            label="Role"
            description={roles.find((one) => one.role === role)?.words}
            data={roles.map((one) => one.role)}
            value={role}
            onChange={(event) => setRole(event.currentTarget.value as Role)}
          />
          <Where chosen={environment} choose={setEnvironment} />
          <Group justify="end">
            <Button variant="default" onClick={props.onClose}>
              Leave it
            </Button>
            <Button type="submit" loading={create.isPending}>
              {ways?.password === false ? "Add them" : "Make the link"}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Where(props: { readonly chosen: string; readonly choose: (environment: string) => void }) {
  const { data: environments = [] } = useRead("listEnvironments", {});
  return (
    <NativeSelect
      label="Where"
      data={[EVERYWHERE, ...environments.map((one) => ({ value: one.name, label: one.name }))]}
      value={props.chosen}
      onChange={(event) => props.choose(event.currentTarget.value)}
    />
  );
}

/** A link that is told once. */
export function LinkDialog(props: { readonly invitation: Invitation; readonly onClose: () => void }) {
  const { email, link, expiresAt } = props.invitation;
  const { data: ways } = useWays();
  if (ways?.password === false)
    return (
      <Modal opened onClose={props.onClose} title={`${email} may come in`}>
        <Text size="sm">
          They sign in with {ways.provider?.name}, with this address. There is no link, since passwords are
          off.
        </Text>
      </Modal>
    );
  return (
    <Modal opened onClose={props.onClose} title={`A link for ${email}`}>
      <Stack>
        <Text size="sm">
          Give it to them yourself. It sets their password, works once, until {absolute.format(expiresAt)},
          and is not shown again.
        </Text>
        <TextInput label="Link" readOnly value={link} onFocus={(event) => event.currentTarget.select()} />
        <Group justify="end">
          <Button variant="default" onClick={props.onClose}>
            Done
          </Button>
          <CopyButton value={link}>
            {({ copied, copy }) => (
              <Button data-autofocus onClick={copy}>
                {copied ? "Copied" : "Copy the link"}
              </Button>
            )}
          </CopyButton>
        </Group>
      </Stack>
    </Modal>
  );
}
