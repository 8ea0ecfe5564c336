import { List, Modal, NativeSelect, Stack, Text } from "@mantine/core";
import type { Answer } from "../../api/client.ts";
import { useChange, useRead } from "../../api/queries.ts";

export type User = Answer<"listUsers">[number];
export type Role = Answer<"listRoles">[number]["role"];

/** The choice of no environment in particular. */
export const EVERYWHERE = { value: "", label: "Every environment" };

/** One role for every environment, and one for each; whoever has several may do what the sum of them allows. */
export function RolesDialog({ user, onClose }: { readonly user: User; readonly onClose: () => void }) {
  const { data: roles = [] } = useRead("listRoles", {});
  const { data: environments = [] } = useRead("listEnvironments", {});
  return (
    <Modal opened onClose={onClose} title={`Roles of ${user.email}`}>
      <Stack>
        <Place user={user} environment={null} roles={roles} />
        {environments.map(({ name }) => (
          <Place key={name} user={user} environment={name} roles={roles} />
        ))}
        <List size="sm" spacing={4}>
          {roles.map(({ role, words }) => (
            <List.Item key={role}>
              <b>{role}</b> {words}
            </List.Item>
          ))}
        </List>
        <Text size="sm" c="dimmed">
          A role in one environment adds to the one for all. Each change counts at once.
        </Text>
      </Stack>
    </Modal>
  );
}

function Place(props: {
  readonly user: User;
  readonly environment: string | null;
  readonly roles: Answer<"listRoles">;
}) {
  const { user, environment, roles } = props;
  const give = useChange("setRole", "Their role was changed");
  const role = user.roles.find((one) => one.environment === environment)?.role ?? "";
  return (
    <NativeSelect
      label={environment ?? EVERYWHERE.label}
      data={[{ value: "", label: "no role" }, ...roles.map((one) => one.role)]}
      value={role}
      disabled={give.isPending}
      onChange={(event) => {
        const chosen = event.currentTarget.value;
        const asked = { environment, role: chosen === "" ? null : (chosen as Role) };
        give.mutate({ path: { user: user.id }, body: asked });
      }}
    />
  );
}
