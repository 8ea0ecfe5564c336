import { List, Text, ThemeIcon } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconX } from "@tabler/icons-react";
import type { Account } from "./fields.ts";

type Checked = NonNullable<Account["checked"]>;
type Finding = Checked["findings"][number];

const MARKS = {
  ok: { colour: "teal", icon: IconCheck, word: "well" },
  warning: { colour: "yellow", icon: IconAlertTriangle, word: "look at it" },
  missing: { colour: "red", icon: IconX, word: "missing" },
} as const;

/** The numbered checks of a test: what was asked, what was found, and what to do about it. */
export function Findings({ of }: { readonly of: readonly Finding[] }) {
  return (
    <List
      type="ordered"
      listStyleType="none"
      spacing={6}
      size="sm"
      styles={{ itemWrapper: { alignItems: "flex-start" } }}
    >
      {of.map(({ level, what, fix }) => {
        const { colour, icon: Icon, word } = MARKS[level];
        return (
          <List.Item
            key={what}
            icon={
              <ThemeIcon size={18} radius="xl" variant="light" color={colour} role="img" aria-label={word}>
                <Icon size={12} />
              </ThemeIcon>
            }
          >
            <Text size="sm" style={{ overflowWrap: "anywhere" }}>
              {what}
            </Text>
            {fix !== null && (
              <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                {fix}
              </Text>
            )}
          </List.Item>
        );
      })}
    </List>
  );
}

/** The worst of what was found; null where nothing was asked. */
export function worstOf(checked: Checked | null): Finding["level"] | null {
  const levels = new Set(checked?.findings.map(({ level }) => level));
  return (["missing", "warning", "ok"] as const).find((level) => levels.has(level)) ?? null;
}
