import { Badge, Button, Card, Group, Modal, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { tellDone, useChange } from "../../api/queries.ts";
import { Confirm } from "../../components/confirm.tsx";
import { SYSTEM_NAMES } from "../../components/systems.ts";
import { When } from "../../components/time.tsx";
import { CopyField, Door } from "./door.tsx";
import { type Account, bodyOf, FIELDS, WORDS } from "./fields.ts";
import { Findings, worstOf } from "./findings.tsx";
import { AccountForm, type Entered } from "./form.tsx";
import { OrgSetup } from "./org.tsx";

interface CardProps {
  readonly environment: string;
  readonly account: Account;
  readonly mayTest: boolean;
  readonly mayChange: boolean;
}
type Doing = "changing" | "removing" | "door";

/** One account: whether it is set and works, and what can be done about it. */
export function AccountCard(props: CardProps) {
  const { environment, account, mayChange } = props;
  const [doing, setDoing] = useState<Doing | null>(null);
  const name = SYSTEM_NAMES[account.kind];
  const isSet = account.id !== null;
  const close = (): void => setDoing(null);
  return (
    <Card withBorder component="section" aria-label={name}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            {name}
          </Title>
          <State account={account} />
        </Group>
        <Text size="sm" c="dimmed">
          {WORDS[account.kind]}
        </Text>
        {isSet && <Facts account={account} />}
        {account.kind === "slack" && account.webhook !== null && (
          <CopyField label="Request URL under Interactivity" value={account.webhook} />
        )}
        <Actions {...props} onDo={setDoing} />
        {account.checked !== null && <Findings of={account.checked.findings} />}
        {account.kind === "salesforce" && isSet && mayChange && needsMetadata(account) && (
          <OrgSetup environment={environment} />
        )}
      </Stack>
      <Modal opened={doing === "changing"} onClose={close} title={name} size="lg">
        <ChangeForm environment={environment} account={account} onDone={close} />
      </Modal>
      <Modal opened={doing === "door"} onClose={close} title="What Intercom sends" size="lg">
        <Door environment={environment} />
      </Modal>
      <RemoveDialog
        environment={environment}
        account={account}
        isOpen={doing === "removing"}
        onClose={close}
      />
    </Card>
  );
}

function Actions(props: CardProps & { readonly onDo: (doing: Doing) => void }) {
  const { environment, account, mayTest, mayChange, onDo } = props;
  const name = SYSTEM_NAMES[account.kind];
  const isSet = account.id !== null;
  const isIntercom = account.kind === "intercom";
  const word = isSet ? "Change" : "Connect";
  return (
    <Group gap="xs">
      {isSet && mayTest && <TestButton environment={environment} kind={account.kind} />}
      {mayChange && (
        <Button
          size="xs"
          variant={isSet ? "default" : "filled"}
          onClick={() => onDo("changing")}
          aria-label={`${word} ${name}`}
        >
          {word}
        </Button>
      )}
      {isIntercom && isSet && (
        <Button size="xs" variant="default" onClick={() => onDo("door")}>
          Webhook
        </Button>
      )}
      {isSet && mayChange && !isIntercom && (
        <Button size="xs" variant="default" onClick={() => onDo("removing")} aria-label={`Remove ${name}`}>
          Remove
        </Button>
      )}
    </Group>
  );
}

const needsMetadata = ({ settings, checked }: Account): boolean =>
  settings["metadata"] !== "none" &&
  (checked?.findings.some(({ fix }) => fix?.includes("salesforce install")) ?? false);

const STATES = {
  ok: ["teal", "works"],
  warning: ["yellow", "works, look at it"],
  missing: ["red", "something is missing"],
} as const;

function State({ account: { id, checked } }: { readonly account: Account }) {
  const worst = worstOf(checked);
  const [colour, word] =
    id === null
      ? (["gray", "not connected"] as const)
      : worst === null
        ? (["gray", "not tested"] as const)
        : STATES[worst];
  return (
    <Badge variant="light" color={colour}>
      {word}
    </Badge>
  );
}

function Facts({
  account: { settings, secrets, checked, lastSuccessAt, lastError },
}: {
  readonly account: Account;
}) {
  const where = ["workspace", "loginUrl", "host", "kind"]
    .map((name) => settings[name])
    .find((one) => one !== undefined);
  return (
    <Stack gap={2}>
      {typeof where === "string" && (
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {where}
        </Text>
      )}
      {Object.entries(secrets).map(([name, { setAt, setBy, ends }]) => (
        <Text key={name} size="sm" c="dimmed">
          {name} set <When at={setAt} /> by {setBy}
          {ends === null ? "" : `, ends ..${ends}`}
        </Text>
      ))}
      <Text size="sm" c="dimmed">
        {lastSuccessAt === null ? (
          "nothing went through yet"
        ) : (
          <>
            last went well <When at={lastSuccessAt} />
          </>
        )}
        {checked !== null && (
          <>
            , tested <When at={checked.at} /> by {checked.by}
          </>
        )}
      </Text>
      {lastError !== null && (
        <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          last failure <When at={lastError.at} />: {lastError.message}
        </Text>
      )}
    </Stack>
  );
}

function TestButton({ environment, kind }: { readonly environment: string; readonly kind: Account["kind"] }) {
  const check = useChange("checkConnection", "Tested");
  return (
    <Button
      size="xs"
      variant="default"
      loading={check.isPending}
      aria-label={`Test now: ${SYSTEM_NAMES[kind]}`}
      onClick={() => check.mutate({ path: { environment, kind } })}
    >
      Test now
    </Button>
  );
}

/** Sets the account and tests it at once. */
export function ChangeForm(props: {
  readonly environment: string;
  readonly account: Account;
  readonly onDone: () => void;
}) {
  const { environment, account, onDone } = props;
  const path = { environment, kind: account.kind };
  const client = useQueryClient();
  const store = useMutation({
    mutationFn: async ({ settings, secrets }: Entered) => {
      await call("setConnection", { path, body: bodyOf(settings, secrets) });
      await call("checkConnection", { path });
    },
    onSuccess: async () => {
      onDone();
      await tellDone("Stored and tested");
      await client.invalidateQueries();
    },
  });
  return (
    <AccountForm
      fields={FIELDS[account.kind]}
      account={account}
      submit="Store and test"
      isBusy={store.isPending}
      fault={store.error}
      onSubmit={store.mutate}
    />
  );
}

function RemoveDialog(props: {
  readonly environment: string;
  readonly account: Account;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const { environment, account, isOpen, onClose } = props;
  const remove = useChange("removeConnection", "Removed, with its secrets");
  const name = SYSTEM_NAMES[account.kind];
  return (
    <Confirm
      isOpen={isOpen}
      title={`Remove ${name} from ${environment}?`}
      act={`Remove ${name}`}
      leave="Keep it"
      isHarsh
      isBusy={remove.isPending}
      onGo={() => remove.mutate({ path: { environment, kind: account.kind } }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <Text size="sm">
        Its secrets are forgotten. What would have gone to {name} fails from now on, until it is connected
        again.
      </Text>
    </Confirm>
  );
}
