/** What the screen is made of: a figure with its definition, a table whose shares are drawn, a section. */
import { Card, Stack, Table, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { percent, type Rate, sureness } from "./words.ts";

/** A figure in large, how sure it is, and what it means. */
export function FigureCard(props: {
  readonly label: string;
  readonly value: string;
  readonly sure: string;
  readonly definition: string;
}) {
  const { label, value, sure, definition } = props;
  return (
    <Card withBorder className="unbroken">
      <Text component="h2" fw={600} size="sm" m={0}>
        {label}
      </Text>
      <Text size="xl" fw={700} style={{ fontVariantNumeric: "tabular-nums" }}>
        {value}
      </Text>
      <Text size="sm">{sure}</Text>
      <Text size="sm" c="dimmed" mt={4}>
        {definition}
      </Text>
    </Card>
  );
}

export function Section(props: {
  readonly title: string;
  readonly says?: string;
  readonly children: ReactNode;
}) {
  const { title, says, children } = props;
  return (
    <Card withBorder component="section" className="unbroken">
      <Stack gap="xs">
        <Title order={2} size="h4">
          {title}
        </Title>
        {says !== undefined && (
          <Text size="sm" c="dimmed">
            {says}
          </Text>
        )}
        {children}
      </Stack>
    </Card>
  );
}

/** A table that is scrolled on its own where it is wider than the screen. */
export function Scrolled({
  head,
  children,
}: {
  readonly head: readonly string[];
  readonly children: ReactNode;
}) {
  return (
    <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            {head.map((title) => (
              <Table.Th key={title}>{title}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody style={{ fontVariantNumeric: "tabular-nums" }}>{children}</Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** The share as a bar with the ends of its interval; the words stand beside it. */
function RateBar({ rate, tone = "indigo" }: { readonly rate: Rate; readonly tone?: string }) {
  const { share, low, high } = rate;
  const part = (value: number): string => `${(value * 100).toFixed(2)}%`;
  return (
    <div aria-hidden="true" className="rate-bar">
      {share !== null && (
        <>
          <div
            style={{ width: part(share), height: "100%", background: `var(--mantine-color-${tone}-filled)` }}
          />
          <div className="rate-ends" style={{ left: part(low), width: part(high - low) }} />
        </>
      )}
    </div>
  );
}

/** The cells of a share: its bar, its value, how sure it is. */
export function RateCells({ rate, tone }: { readonly rate: Rate; readonly tone?: string }) {
  return (
    <>
      <Table.Td miw={100} w="30%">
        <RateBar rate={rate} {...(tone !== undefined && { tone })} />
      </Table.Td>
      <Table.Td style={{ whiteSpace: "nowrap" }}>{rate.share === null ? "-" : percent(rate.share)}</Table.Td>
      <Table.Td miw={220}>{sureness(rate)}</Table.Td>
    </>
  );
}
