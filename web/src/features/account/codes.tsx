import { Alert, Anchor, Button, Code, Group, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { tellDone, tellRefusal } from "../../api/queries.ts";
import { beginCodes, type Codes, endCodes, enterCode } from "../../api/session.ts";
import { QrCode } from "./qr.tsx";

/** Turns one-time codes on and off; each asks for the password. */
export function OneTimeCodes({ isOn }: { readonly isOn: boolean }) {
  const client = useQueryClient();
  const [codes, setCodes] = useState<Codes | null>(null);
  const end = useMutation({
    mutationFn: endCodes,
    onSuccess: async () => {
      await tellDone("One-time codes are off");
      await client.invalidateQueries();
    },
    onError: tellRefusal,
  });
  const begin = useMutation({ mutationFn: beginCodes, onSuccess: setCodes, onError: tellRefusal });
  if (codes !== null) return <Confirm codes={codes} onDone={() => setCodes(null)} />;
  return (
    <Stack>
      <Text size="sm">
        {isOn
          ? "They are on: after your password you are asked for the code of your authenticator app."
          : "With them nobody comes in by your password alone."}
      </Text>
      <PasswordAsked
        submit={isOn ? "Turn off" : "Turn on"}
        isBusy={begin.isPending || end.isPending}
        onSubmit={(password) => (isOn ? end : begin).mutate(password)}
      />
    </Stack>
  );
}

function PasswordAsked(props: {
  readonly submit: string;
  readonly isBusy: boolean;
  readonly onSubmit: (password: string) => void;
}) {
  const { submit, isBusy, onSubmit } = props;
  const [password, setPassword] = useState("");
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        onSubmit(password);
        setPassword("");
      }}
    >
      <Group align="end">
        <PasswordInput
          label="Your password"
          autoComplete="current-password"
          required
          style={{ flex: "1 1 200px" }}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": "Show your password" }}
        />
        <Button type="submit" loading={isBusy} aria-label={`${submit} one-time codes`}>
          {submit}
        </Button>
      </Group>
    </form>
  );
}

/** They count once the app has shown a right code. */
function Confirm({ codes, onDone }: { readonly codes: Codes; readonly onDone: () => void }) {
  const client = useQueryClient();
  const [code, setCode] = useState("");
  const confirm = useMutation({
    mutationFn: () => enterCode("totp", code.trim()),
    onSuccess: async () => {
      await tellDone("One-time codes are on");
      await client.invalidateQueries();
      onDone();
    },
    onError: tellRefusal,
  });
  const secret = new URL(codes.totpURI).searchParams.get("secret") ?? "";
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        confirm.mutate();
      }}
    >
      <Stack>
        <Text size="sm">
          Point your authenticator app&apos;s camera here,{" "}
          <Anchor href={codes.totpURI} underline="always">
            open it
          </Anchor>{" "}
          on this device, or enter the key below (time-based, 6 digits).
        </Text>
        <QrCode text={codes.totpURI} label="Code for the camera of an authenticator app" />
        <Code block style={{ whiteSpace: "pre-wrap" }} tabIndex={0}>
          {secret.match(/.{1,4}/g)?.join(" ")}
        </Code>
        <Alert color="yellow" title="Keep these backup codes">
          <Text size="sm">Each lets you in once, when the app is not at hand. They are not shown again.</Text>
          <Code block mt="xs" tabIndex={0}>
            {codes.backupCodes.join("\n")}
          </Code>
        </Alert>
        <TextInput
          label="Code of the app"
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Group justify="end">
          <Button variant="default" onClick={onDone}>
            Leave it
          </Button>
          <Button type="submit" loading={confirm.isPending}>
            They work
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
