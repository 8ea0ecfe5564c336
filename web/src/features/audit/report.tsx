import { Anchor, Button, Card, Group, Stack, Table, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import type { Answer } from "../../api/client.ts";
import { download } from "../../api/download.ts";
import { tellRefusal } from "../../api/queries.ts";
import { quantileSureness, quantileText } from "../metrics/words.ts";

type Audit = Answer<"readAudit">;
type Found = NonNullable<Audit["report"]>;
type Share = Found["leakage"]["leaked"];
type Money = NonNullable<Found["money"]["ofThese"]>;

/** The report of an audit: the answer first, then what it rests on. */
export function Report({ audit, report }: { readonly audit: Audit; readonly report: Found }) {
  const { source, policy, period, leakage, census, qualified } = report;
  const when = period === null ? "" : `, ${day(period.from)} to ${day(period.to)}`;
  return (
    <Stack>
      <Card withBorder>
        <Stack gap={4}>
          <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {source}
            {when}. Policy: {policy}.
          </Text>
          <Title order={2} size="h1">
            {qualified.n === 0 ? "Nothing qualified" : `${percent(leakage.leaked.share)} leaked`}
          </Title>
          <Text>
            {qualified.n === 0
              ? `None of ${grouped(census.in)} conversations would have qualified under this policy.`
              : `${leakage.leaked.k} of ${leakage.leaked.of} qualified conversations (95 %: ${interval(leakage.leaked)}). ${leakage.definition}`}
          </Text>
          {audit.faults.count > 0 && <Faults faults={audit.faults} />}
          <Downloads audit={audit} report={report} />
        </Stack>
      </Card>
      <Bookings money={report.money} />
      <Rows
        title="What became of the qualified"
        heads={["Fate", "Conversations"]}
        rows={Object.entries(leakage.fates).map(([fate, n]) => [fate, grouped(n)])}
      />
      <Answers report={report} />
      <Groups title="By recipe" groups={qualified.recipes} />
      <Groups title="By signal" groups={qualified.signals.slice(0, 20)} />
      <Samples samples={report.samples} />
      <Rows
        title="Census: every conversation, once"
        heads={["Bucket", "Conversations"]}
        rows={[
          ...Object.entries(census.buckets).map(([name, n]) => [name, grouped(n)]),
          ["in", grouped(census.in)],
        ]}
      />
      <Rows
        title="Every input, and where it comes from"
        heads={["Input", "Value", "Mark", "Source"]}
        rows={report.inputs.map(({ name, value, mark, source: from }) => [name, value, mark, from])}
      />
    </Stack>
  );
}

function day(iso: string): string {
  return iso.slice(0, 10);
}

function percent(share: number | null): string {
  return share === null ? "Not known what" : `${Math.round(share * 1_000) / 10} %`;
}

function interval({ low, high }: Share): string {
  return `${percent(low)} to ${percent(high)}`;
}

function grouped(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 1 });
}

/** "40 minutes", "3.2 hours", "2 days". */
function span(ms: number): string {
  const [n, unit] =
    ms >= 172_800_000
      ? [ms / 86_400_000, "days"]
      : ms >= 3_600_000
        ? [ms / 3_600_000, "hours"]
        : [ms / 60_000, "minutes"];
  return `${Math.round(n * 10) / 10} ${unit}`;
}

function Faults({ faults }: Pick<Audit, "faults">) {
  const [first] = faults.first;
  const where = first === undefined || first.line === 0 ? "" : `line ${first.line} `;
  return (
    <Text size="sm">
      {faults.count} places were no conversation and count as unreadable
      {first !== undefined && `; the first: ${where}${first.message}`}.
    </Text>
  );
}

function Downloads({ audit, report }: { readonly audit: Audit; readonly report: Found }) {
  const { environment, id } = audit;
  const keepJson = (): void => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(
      new Blob([JSON.stringify(report, null, 2)], { type: "application/json" }),
    );
    link.download = "leakage-audit.json";
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const keepPage = (): void => {
    download("auditPage", { path: { environment, audit: id }, query: {} }).catch(tellRefusal);
  };
  return (
    <Group gap="xs" mt="xs">
      <Button size="xs" variant="default" onClick={keepPage}>
        Page for A4
      </Button>
      <Button size="xs" variant="default" onClick={keepJson}>
        JSON
      </Button>
    </Group>
  );
}

function Bookings({ money }: Pick<Found, "money">) {
  const { currency, ofThese, perMonth, perYear, formula } = money;
  if (ofThese === null) return null;
  const row = (over: string, value: Money | null): readonly string[][] =>
    value === null
      ? []
      : [[over, `${grouped(value.expected)} ${currency}`, `${grouped(value.low)} to ${grouped(value.high)}`]];
  return (
    <Rows
      title="Expected bookings that did not come"
      heads={["Over", "Expected", "Range"]}
      rows={[...row("This source", ofThese), ...row("A month", perMonth), ...row("A year", perYear)]}
      note={`${formula}. A bound, not a forecast: it takes leaked leads to close like the others.`}
    />
  );
}

function Answers({ report: { response, records } }: { readonly report: Found }) {
  const { p50Ms, timed, within } = response;
  return (
    <>
      {p50Ms.value !== null && (
        <Rows
          title="Time to the first answer"
          heads={["Answered within", "Share", "95 %"]}
          rows={within.map(({ minutes, answered }) => [
            span(minutes * 60_000),
            percent(answered.share),
            interval(answered),
          ])}
          note={`${timed.toLocaleString()} answers with a time: ${halfAndMost(response)}.`}
        />
      )}
      {records !== null && (
        <Section title="In Salesforce">
          <Text size="sm">
            {records.there.k} of {records.there.of} qualified people have a Lead or Contact (95 %:{" "}
            {interval(records.there)}).
            {records.p50Ms.value !== null && ` From the message to the record: ${halfAndMost(records)}.`}
          </Text>
        </Section>
      )}
    </>
  );
}

/** "half within 4.5 min (95 %: 3 min to 7 min), nine of ten within ..." */
function halfAndMost({ p50Ms, p90Ms }: Pick<Found["response"], "p50Ms" | "p90Ms">): string {
  const [half, most] = [p50Ms, p90Ms].map((one) => `${quantileText(one)} (${quantileSureness(one)})`);
  return `half within ${half}, nine of ten within ${most}`;
}

function Groups(props: { readonly title: string; readonly groups: Found["qualified"]["recipes"] }) {
  const { title, groups } = props;
  if (groups.length === 0) return null;
  return (
    <Rows
      title={title}
      heads={["Name", "Qualified", "Leaked", "Share leaked"]}
      rows={groups.map(({ name, qualified, leaked }) => [
        name,
        grouped(qualified),
        grouped(leaked.k),
        `${percent(leaked.share)} (${interval(leaked)})`,
      ])}
    />
  );
}

function Samples({ samples }: Pick<Found, "samples">) {
  if (samples.length === 0) return null;
  return (
    <Rows
      title="Some that leaked"
      heads={["Conversation", "What they wrote", "Score", "Fate"]}
      rows={samples.map(({ id, url, quote, score, fate }) => [
        url === null || url === "" ? (
          id
        ) : (
          <Anchor href={url} target="_blank" rel="noreferrer" size="sm" key={id}>
            {id}
          </Anchor>
        ),
        quote === null ? "" : `“${quote}”`,
        `${score.value} of ${score.threshold}`,
        fate,
      ])}
    />
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="xs">
        {title}
      </Title>
      {children}
    </Card>
  );
}

function Rows(props: {
  readonly title: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly ReactNode[])[];
  readonly note?: string;
}) {
  const { title, heads, rows, note } = props;
  return (
    <Section title={title}>
      <Table.ScrollContainer
        minWidth={heads.length > 3 ? 560 : 280}
        scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
      >
        <Table verticalSpacing={6} style={{ fontVariantNumeric: "tabular-nums" }}>
          <Table.Thead>
            <Table.Tr>
              {heads.map((head) => (
                <Table.Th key={head}>{head}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row, i) => (
              // oxlint-disable-next-line react/no-array-index-key -- rows never move
              <Table.Tr key={i}>
                {row.map((cell, j) => (
                  // oxlint-disable-next-line react/no-array-index-key -- nor do cells
                  <Table.Td key={j} style={{ overflowWrap: "break-word" }}>
                    {cell}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {note !== undefined && (
        <Text size="sm" c="dimmed" mt="xs">
          {note}
        </Text>
      )}
    </Section>
  );
}
