import { Alert, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useRead } from "../../api/queries.ts";
import { Loaded, Page } from "../../components/states.tsx";
import { SYSTEM_NAMES } from "../../components/systems.ts";
import { ChangeForm } from "../connections/account.tsx";
import { CopyField, Door } from "../connections/door.tsx";
import { type Account, type Kind, WORDS } from "../connections/fields.ts";
import { Findings, worstOf } from "../connections/findings.tsx";
import { OrgSetup } from "../connections/org.tsx";
import { FIRST_STEP, STEPS, type Step } from "./steps.ts";
import { Watch } from "./watch.tsx";

/** From a connected Intercom to the first decisions, step by step; each can be left out and done later. */
export function Start() {
  const { environment } = useParams({ from: "/e/$environment" });
  const { step = FIRST_STEP } = useSearch({ from: "/e/$environment/start" });
  const accounts = useRead("listConnections", { environment });
  return (
    <Page title="Getting started" says="Everything here can be left out, and done later under Connections.">
      <Loaded of={accounts}>
        {(found) => (
          <Stack maw={760}>
            <Steps environment={environment} at={step} accounts={found} />
            <Card withBorder>
              <StepBody environment={environment} step={step} accounts={found} />
            </Card>
            <Onwards environment={environment} at={step} />
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

const nameOf = (step: Step): string =>
  step === "webhook" ? "Webhook" : step === "watch" ? "Watch" : SYSTEM_NAMES[step];

function Steps(props: {
  readonly environment: string;
  readonly at: Step;
  readonly accounts: readonly Account[];
}) {
  const { environment, at, accounts } = props;
  const isDone = (step: Step): boolean => accounts.some(({ kind, id }) => kind === step && id !== null);
  return (
    <Group component="ol" gap="xs" p={0} m={0} style={{ listStyle: "none" }}>
      {STEPS.map((step, i) => (
        <li key={step}>
          <Button
            size="xs"
            variant={step === at ? "filled" : "default"}
            leftSection={
              isDone(step) ? <IconCheck size={14} role="img" aria-label="connected" /> : `${i + 1}`
            }
            {...(step === at && { "aria-current": "step" as const })}
            renderRoot={(root) => (
              <Link {...root} to="/e/$environment/start" params={{ environment }} search={{ step }} />
            )}
          >
            {nameOf(step)}
          </Button>
        </li>
      ))}
    </Group>
  );
}

function StepBody(props: {
  readonly environment: string;
  readonly step: Step;
  readonly accounts: readonly Account[];
}) {
  const { environment, step, accounts } = props;
  if (step === "webhook")
    return (
      <Titled
        title="Let Intercom reach Baton"
        says="Without it Baton still finds conversations, minutes late."
      >
        <Door environment={environment} />
      </Titled>
    );
  if (step === "watch") return <Watch environment={environment} />;
  const account = accounts.find(({ kind }) => kind === step);
  if (account === undefined) return null;
  return (
    <Titled title={`Connect ${SYSTEM_NAMES[step]}`} says={WORDS[step]}>
      <Before environment={environment} kind={step} />
      <ChangeForm
        key={`${account.id} ${account.checked?.at}`}
        environment={environment}
        account={account}
        onDone={() => {}}
      />
      {account.checked !== null && <Findings of={account.checked.findings} />}
      {step === "salesforce" && worstOf(account.checked) === "missing" && (
        <Fallback environment={environment} />
      )}
    </Titled>
  );
}

function Titled(props: { readonly title: string; readonly says: string; readonly children: ReactNode }) {
  return (
    <Stack>
      <div>
        <Title order={2} size="h4">
          {props.title}
        </Title>
        <Text c="dimmed" size="sm">
          {props.says}
        </Text>
      </div>
      {props.children}
    </Stack>
  );
}

/** What is made in the other system first. */
function Before({ environment, kind }: { readonly environment: string; readonly kind: Kind }) {
  switch (kind) {
    case "salesforce":
      return (
        <Text size="sm">
          In Salesforce an admin makes an External Client App with the client credentials flow, and an
          integration user as its Run As user.
        </Text>
      );
    case "slack":
      return <Manifest environment={environment} />;
    case "intercom":
    case "email":
    case "enrichment":
      return null;
  }
}

function Manifest({ environment }: { readonly environment: string }) {
  const { data } = useRead("slackManifest", { environment });
  return (
    <>
      <Text size="sm">
        In Slack choose Create New App, From a manifest, paste this, install the app, and invite it to the
        channels that the policy names.
      </Text>
      <CopyField label="Manifest" value={data?.manifest ?? ""} />
    </>
  );
}

function Fallback({ environment }: { readonly environment: string }) {
  return (
    <Alert color="yellow" title="The org lacks something">
      <Stack gap="sm">
        <OrgSetup environment={environment} />
        <Text size="sm">
          Where custom metadata may not be deployed, choose &quot;No custom metadata&quot; above: transcripts
          go into the Task, and a write whose answer is lost may be repeated.
        </Text>
      </Stack>
    </Alert>
  );
}

function Onwards({ environment, at }: { readonly environment: string; readonly at: Step }) {
  const i = STEPS.indexOf(at);
  const [before, next] = [STEPS[i - 1], STEPS[i + 1]];
  const to = (step: Step, variant: "default" | "filled", text: string) => (
    <Button
      variant={variant}
      renderRoot={(root) => (
        <Link {...root} to="/e/$environment/start" params={{ environment }} search={{ step }} />
      )}
    >
      {text}
    </Button>
  );
  return (
    <Group justify="space-between">
      {before === undefined ? <span /> : to(before, "default", "Back")}
      {next === undefined ? (
        <Button renderRoot={(root) => <Link {...root} to="/e/$environment" params={{ environment }} />}>
          To the overview
        </Button>
      ) : (
        to(next, "filled", `Next: ${nameOf(next)}`)
      )}
    </Group>
  );
}
