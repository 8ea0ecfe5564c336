import {
  Alert,
  Anchor,
  Container,
  NativeSelect,
  NumberInput,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { Link, Navigate, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ApiProblem } from "../../api/client.ts";
import { useMay } from "../../api/may.ts";
import { useChange, useRead } from "../../api/queries.ts";
import { Loaded, Nothing } from "../../components/states.tsx";
import { bodyOf, INTERCOM_FIELDS } from "../connections/fields.ts";
import { AccountForm, type Entered } from "../connections/form.tsx";

/** Where who signs in lands as long as there is no environment: the first question of the wizard. */
export function Begin() {
  const me = useRead("readMe", {});
  const environments = useRead("listEnvironments", {});
  const mayMake = useMay("", "environments:write");
  if (me.error instanceof ApiProblem && me.error.status === 401) return <Navigate to="/sign-in" replace />;
  return (
    <Container component="main" size="sm" py="xl">
      <Loaded of={me}>
        {() =>
          mayMake ? (
            <Stack>
              <div>
                <Title order={1} size="h2">
                  {environments.data?.length === 0 ? "Welcome to Baton" : "A new environment"}
                </Title>
                <Text c="dimmed">
                  An environment joins one Intercom workspace and one Salesforce org. It begins in shadow
                  mode: it hears, scores and decides, and sends nothing until you say so.
                </Text>
              </div>
              <BeginForm />
              {environments.data?.length !== 0 && (
                <Anchor renderRoot={(props) => <Link {...props} to="/" />}>Back</Anchor>
              )}
            </Stack>
          ) : (
            <>
              <Title order={1} size="h2">
                Welcome to Baton
              </Title>
              <Nothing title="There is nothing here for you yet">
                An admin makes the first environment, and gives you a role in it.
              </Nothing>
            </>
          )
        }
      </Loaded>
    </Container>
  );
}

const NOTHING_SET = { settings: {}, secrets: {} };

function BeginForm() {
  const navigate = useNavigate();
  const { data: templates = [] } = useRead("listTemplates", {});
  const [name, setName] = useState("production");
  const [template, setTemplate] = useState("saas-default");
  const [days, setDays] = useState(7);
  const create = useChange("createEnvironment", "It is there, in shadow mode");
  const submit = ({ settings, secrets }: Entered): void => {
    const intercom = bodyOf(settings, secrets);
    const chosen = templates.find((one) => one.name === template)?.name as "saas-default";
    create.mutate(
      { path: {}, body: { name: name.trim(), template: chosen, intercom, lookBackDays: days } },
      {
        onSuccess: (made) =>
          void navigate({
            to: "/e/$environment/start",
            params: { environment: made.name },
            search: { step: "webhook" },
          }),
      },
    );
  };
  return (
    <Stack>
      <TextInput
        label="Name"
        description="Lower-case letters, digits and hyphens."
        value={name}
        required
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <NativeSelect
        label="Policy to start from"
        description="Everything in it can be changed later, and tried on what happened before it counts."
        data={templates.map((one) => ({ value: one.name, label: `${one.name}: ${one.about}` }))}
        value={template}
        onChange={(event) => setTemplate(event.currentTarget.value)}
      />
      <NumberInput
        label="Days to look back"
        description="Conversations of these days are read and scored at once, if the workspace is new here."
        min={0}
        max={30}
        value={days}
        onChange={(value) => setDays(Number(value))}
      />
      <AppFirst />
      <AccountForm
        fields={INTERCOM_FIELDS}
        account={NOTHING_SET}
        submit="Connect Intercom"
        isBusy={create.isPending}
        fault={create.error}
        onSubmit={submit}
      />
    </Stack>
  );
}

function AppFirst() {
  return (
    <Alert color="gray" title="An app in Intercom">
      In Intercom&apos;s Developer Hub make an app for your own workspace. It may read and write
      conversations, users and companies, and tags; read admins, events, teams and data attributes.
    </Alert>
  );
}
