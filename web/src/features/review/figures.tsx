/** Estimates as people read them, and tables of them. */
import { Card, Table, Text, Title } from "@mantine/core";
import type { Answer } from "../../api/client.ts";

export type Results = Answer<"reviewResults">;
type Estimate = Results["routed"];

const whole = new Intl.NumberFormat(undefined, { style: "percent" });

export function percent(value: number): string {
  return whole.format(value);
}

/** "86% (79% to 91%, 40 labels)". */
export function words({ value, low, high, labels }: Estimate): string {
  if (value === null) return labels === 0 ? "not known yet" : `not known yet (${labels} labels)`;
  return `${percent(value)} (${percent(low)} to ${percent(high)}, ${labels} labels)`;
}

/** One figure with its interval as a bar. */
export function Figure(props: { readonly title: string; readonly says: string; readonly of: Estimate }) {
  const { title, says, of } = props;
  const { value, low, high, labels } = of;
  return (
    <Card withBorder>
      <Title order={2} size="h5">
        {title}
      </Title>
      <Text fz={28} fw={700} style={{ fontVariantNumeric: "tabular-nums" }}>
        {value === null ? "?" : percent(value)}
      </Text>
      <svg
        role="img"
        aria-label={value === null ? "no interval yet" : `between ${percent(low)} and ${percent(high)}`}
        viewBox="0 0 100 8"
        preserveAspectRatio="none"
        style={{ display: "block", width: "100%", height: 8 }}
      >
        <rect width={100} height={8} fill="var(--mantine-color-default-border)" />
        {value !== null && (
          <>
            <rect x={low * 100} width={(high - low) * 100} height={8} fill="var(--mantine-color-indigo-4)" />
            <rect x={Math.min(98.5, value * 100)} width={1.5} height={8} fill="var(--mantine-color-text)" />
          </>
        )}
      </svg>
      <Text size="sm" mt={4}>
        {value === null ? "not known yet" : `${percent(low)} to ${percent(high)}`}
      </Text>
      <Text size="sm" c="dimmed">
        {says}, by {labels} labels
      </Text>
    </Card>
  );
}

/** A table whose first column names what the others measure. */
export function Figures(props: {
  readonly title?: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}) {
  const { title, head, rows } = props;
  if (rows.length === 0) return null;
  return (
    <div>
      {title !== undefined && (
        <Title order={2} size="h4" mb={4}>
          {title}
        </Title>
      )}
      <Table.ScrollContainer minWidth={head.length * 80} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              {head.map((word) => (
                <Table.Th key={word}>{word}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody style={{ fontVariantNumeric: "tabular-nums" }}>
            {rows.map(([name, ...rest]) => (
              <Table.Tr key={name}>
                <Table.Td style={{ overflowWrap: "anywhere" }}>{name}</Table.Td>
                {rest.map((cell, i) => (
                  <Table.Td key={head[i + 1]}>{cell}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}
