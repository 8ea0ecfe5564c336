import {
  Alert,
  Button,
  Collapse,
  Fieldset,
  Group,
  NativeSelect,
  NumberInput,
  PasswordInput,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { When } from "../../components/time.tsx";
import { type Account, type Field, isAsked } from "./fields.ts";

export interface Entered {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** The fields of an account. Secrets are only ever written: of one that is set stands who set it when, and how it ends. */
export function AccountForm(props: {
  readonly fields: readonly Field[];
  readonly account: Pick<Account, "settings" | "secrets">;
  readonly submit: string;
  readonly isBusy: boolean;
  /** Why it was not stored. */
  readonly fault: Error | null;
  readonly onSubmit: (entered: Entered) => void;
}) {
  const { fields, account, submit, isBusy, fault, onSubmit } = props;
  const [settings, setSettings] = useState(() => ({ ...firstChoices(fields), ...account.settings }));
  const [secrets, setSecrets] = useState<Readonly<Record<string, string>>>({});
  const shown = (field: Field) => (
    <Input
      key={field.name}
      field={field}
      value={settings[field.name]}
      secret={secrets[field.name]}
      mark={account.secrets[field.name]}
      onChange={(value) => setSettings((before) => ({ ...before, [field.name]: value }))}
      onSecret={(value) => setSecrets((before) => ({ ...before, [field.name]: value }))}
    />
  );
  const asked = fields.filter((field) => isAsked(field, settings));
  const rare = asked.filter(({ isRare }) => isRare === true);
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        const idle = new Set(fields.filter((field) => !asked.includes(field)).map(({ name }) => name));
        onSubmit({ settings: without(settings, idle), secrets: without(secrets, idle) });
      }}
    >
      <Stack>
        {asked.filter(({ isRare }) => isRare !== true).map(shown)}
        {rare.length > 0 && <More>{rare.map(shown)}</More>}
        {fault !== null && (
          <Alert color="red" title="Not stored" role="alert">
            {fault.message}
          </Alert>
        )}
        <Group justify="end">
          <Button type="submit" loading={isBusy}>
            {submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Of a choice that must be made the first one counts until another is. */
function firstChoices(fields: readonly Field[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    fields.flatMap(({ name, kind, isNeeded, choices: [first] = [] }) =>
      kind === "choice" && isNeeded === true && first !== undefined ? [[name, first.value]] : [],
    ),
  );
}

function without<T>(
  values: Readonly<Record<string, T>>,
  names: ReadonlySet<string>,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.has(name)));
}

function More({ children }: { readonly children: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div>
      <Button
        type="button"
        size="compact-sm"
        variant="subtle"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? "Less" : "More settings"}
      </Button>
      <Collapse expanded={isOpen}>
        <Stack mt="sm">{children}</Stack>
      </Collapse>
    </div>
  );
}

interface InputProps {
  readonly field: Field;
  readonly value: unknown;
  readonly secret: string | undefined;
  readonly mark: Account["secrets"][string] | undefined;
  readonly onChange: (value: unknown) => void;
  readonly onSecret: (value: string) => void;
}

function Input({ field, value, secret, mark, onChange, onSecret }: InputProps) {
  const { label, help, kind, choices = [], isNeeded = false } = field;
  const common = { label, description: help ?? null, required: isNeeded };
  const text = typeof value === "string" ? value : "";
  switch (kind) {
    case "text":
      return <TextInput {...common} value={text} onChange={(event) => onChange(event.currentTarget.value)} />;
    case "long":
      return (
        <Textarea
          {...common}
          minRows={4}
          autosize
          maxRows={12}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case "number":
      return (
        <NumberInput
          {...common}
          value={typeof value === "number" ? value : ""}
          onChange={(given) => onChange(given)}
        />
      );
    case "switch":
      return (
        <Switch
          label={label}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case "choice":
      return (
        <NativeSelect
          {...common}
          data={[...choices]}
          value={text === "" ? (choices[0]?.value ?? "") : text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case "texts":
      return <Texts field={field} value={value} onChange={onChange} />;
    case "secret":
    case "long-secret":
      return <SecretInput {...{ field, secret, mark, onSecret }} />;
  }
}

/** One text for each choice, together one setting. */
function Texts({ field, value, onChange }: Pick<InputProps, "field" | "value" | "onChange">) {
  const { label, help, choices = [] } = field;
  const texts = (value ?? {}) as Readonly<Record<string, string>>;
  return (
    <Fieldset legend={label}>
      <Text size="sm" c="dimmed" mb="xs">
        {help}
      </Text>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" verticalSpacing="xs">
        {choices.map((choice) => (
          <TextInput
            key={choice.value}
            size="xs"
            label={choice.label}
            value={texts[choice.value] ?? ""}
            onChange={(event) => {
              const text = event.currentTarget.value;
              const rest = without(texts, new Set([choice.value]));
              onChange(text === "" ? rest : { ...rest, [choice.value]: text });
            }}
          />
        ))}
      </SimpleGrid>
    </Fieldset>
  );
}

function SecretInput({
  field,
  secret,
  mark,
  onSecret,
}: Pick<InputProps, "field" | "secret" | "mark" | "onSecret">) {
  const { label, help, kind, isNeeded = false } = field;
  if (mark !== undefined && secret === undefined)
    return (
      <div>
        <Text size="sm" fw={500}>
          {label}
        </Text>
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            set <When at={mark.setAt} /> by {mark.setBy}
            {mark.ends === null ? "" : `, ends ..${mark.ends}`}
          </Text>
          <Button
            type="button"
            size="compact-xs"
            variant="default"
            aria-label={`Replace ${label}`}
            onClick={() => onSecret("")}
          >
            Replace
          </Button>
        </Group>
      </div>
    );
  const common = {
    label,
    description: help ?? null,
    required: isNeeded,
    value: secret ?? "",
    onChange: (event: { readonly currentTarget: { readonly value: string } }) =>
      onSecret(event.currentTarget.value),
  };
  if (kind === "long-secret") return <Textarea {...common} minRows={3} autosize maxRows={8} />;
  return (
    <PasswordInput
      {...common}
      autoComplete="off"
      visibilityToggleButtonProps={{ "aria-label": `Show ${label}` }}
    />
  );
}
