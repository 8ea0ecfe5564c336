/** Figures that have parts: minutes, bands of the score, recipes and reps, fields, and how it was before. */
import { Badge, Table, Text } from "@mantine/core";
import { RateCells, Scrolled, Section } from "./parts.tsx";
import {
  type Metrics,
  percent,
  pointsText,
  quantileSureness,
  quantileText,
  rateText,
  spanText,
  sureness,
} from "./words.ts";

interface Of {
  readonly metrics: Metrics;
}

export function Within({ metrics }: Of) {
  return (
    <Section
      title="Contacted within"
      says="Of all whose minutes are over, whether anybody was in touch or not."
    >
      <Scrolled head={["Minutes", "Drawn", "Share", "How sure"]}>
        {metrics.responseTime.value.within.map(({ minutes, contacted }) => (
          <Table.Tr key={minutes}>
            <Table.Th scope="row">{minutes}</Table.Th>
            <RateCells rate={contacted} />
          </Table.Tr>
        ))}
      </Scrolled>
    </Section>
  );
}

const VERDICTS = {
  "as predicted": "teal",
  "more than predicted": "indigo",
  "less than predicted": "red",
  "too few": "gray",
} as const;

export function Calibration({ metrics }: Of) {
  const { definition, value } = metrics.calibration;
  return (
    <Section title="Does the score keep its word?" says={definition}>
      <Scrolled head={["Score", "Won", "Drawn", "Share", "How sure", "Verdict"]}>
        {value.flatMap(({ band, predicted, observed, verdict }) => [
          <Table.Tr key={`${band} predicted`}>
            <Table.Th scope="rowgroup" rowSpan={2} style={{ verticalAlign: "top" }}>
              {band}
            </Table.Th>
            <Table.Td>predicted</Table.Td>
            <RateCells rate={predicted} tone="gray" />
            <Table.Td rowSpan={2} miw={180} style={{ verticalAlign: "top" }}>
              <Badge variant="light" miw="max-content" color={VERDICTS[verdict]}>
                {verdict}
              </Badge>
            </Table.Td>
          </Table.Tr>,
          <Table.Tr key={`${band} observed`}>
            <Table.Td>observed</Table.Td>
            <RateCells rate={observed} />
          </Table.Tr>,
        ])}
      </Scrolled>
    </Section>
  );
}

export function People({ metrics }: Of) {
  const values = new Map(metrics.valueByRep.value.map((one) => [one.name, one]));
  const money = (amount: number | undefined): string => (amount ?? 0).toLocaleString();
  return (
    <>
      <Section title="By rep" says={metrics.valueByRep.definition}>
        <Scrolled
          head={["Rep", "Handoffs", "Half within", "Leaked", "Won of ended", "Amount won", "Amount open"]}
        >
          {metrics.byOwner.map(({ name, handoffs, response, leaked }) => {
            const value = values.get(name);
            return (
              <Table.Tr key={name}>
                <Table.Th scope="row">{name}</Table.Th>
                <Table.Td>{handoffs.toLocaleString()}</Table.Td>
                <Table.Td title={quantileSureness(response.p50Ms)}>{quantileText(response.p50Ms)}</Table.Td>
                <Table.Td title={sureness(leaked)}>{briefly(leaked)}</Table.Td>
                <Table.Td>{value === undefined ? "-" : briefly(value.won)}</Table.Td>
                <Table.Td>{money(value?.wonAmount)}</Table.Td>
                <Table.Td>{money(value?.openAmount)}</Table.Td>
              </Table.Tr>
            );
          })}
        </Scrolled>
      </Section>
      <Section title="By recipe">
        <Scrolled head={["Recipe", "Handoffs", "Half within", "Drawn", "Leaked", "How sure"]}>
          {metrics.byRecipe.map(({ name, handoffs, response, leaked }) => (
            <Table.Tr key={name}>
              <Table.Th scope="row">{name}</Table.Th>
              <Table.Td>{handoffs.toLocaleString()}</Table.Td>
              <Table.Td title={quantileSureness(response.p50Ms)}>{quantileText(response.p50Ms)}</Table.Td>
              <RateCells rate={leaked} tone="orange" />
            </Table.Tr>
          ))}
        </Scrolled>
      </Section>
    </>
  );
}

/** "12.5 % (3 of 24)", and whether that is too few. */
function briefly(rate: Metrics["leakage"]["value"]): string {
  if (rate.share === null) return "-";
  return `${rateText(rate)} (${rate.k} of ${rate.of}${rate.isFew ? ", few" : ""})`;
}

export function Completeness({ metrics }: Of) {
  const { definition, value } = metrics.completeness;
  return (
    <Section title="How full the records are" says={definition}>
      {value.length === 0 ? (
        <Text size="sm">The live policy maps no field to Salesforce; the policy's mapping adds some.</Text>
      ) : (
        <Scrolled head={["Field", "Drawn", "Share", "How sure"]}>
          {value.map(({ object, field, filled }) => (
            <Table.Tr key={`${object}.${field}`}>
              <Table.Th scope="row">
                {object}.{field}
              </Table.Th>
              <RateCells rate={filled} />
            </Table.Tr>
          ))}
        </Scrolled>
      )}
    </Section>
  );
}

const CHANGES = { better: "teal", worse: "red", "no clear difference": "gray", "too few": "gray" } as const;

export function BaselineTable({ metrics }: Of) {
  const { baseline } = metrics;
  if (baseline === null)
    return (
      <Section title="Before and after">
        <Text size="sm">
          Nobody has said how it was before. <code>baton metrics --baseline FILE --keep</code> takes a table
          with the minutes to the first answer, or figures in JSON, and the difference stands here.
        </Text>
      </Section>
    );
  const signed = (text: (value: number) => string, value: number): string =>
    `${value > 0 ? "+" : ""}${text(value)}`;
  return (
    <Section
      title="Before and after"
      says={`Against ${baseline.name}; differences with their 95 % intervals.`}
    >
      <Scrolled head={["Figure", "Before", "Now", "Difference", "Verdict"]}>
        {baseline.comparison.map(({ name, unit, before, after, difference, verdict }) => {
          const text = unit === "ms" ? spanText : percent;
          const change = unit === "ms" ? spanText : pointsText;
          return (
            <Table.Tr key={name}>
              <Table.Th scope="row">{name}</Table.Th>
              <Table.Td>{before === null ? "too few" : text(before.value)}</Table.Td>
              <Table.Td>{after === null ? "too few" : text(after.value)}</Table.Td>
              <Table.Td>
                {difference === null
                  ? "-"
                  : `${signed(change, difference.value)} (${signed(change, difference.low)} to ${signed(change, difference.high)})`}
              </Table.Td>
              <Table.Td>
                <Badge variant="light" miw="max-content" color={CHANGES[verdict]}>
                  {verdict}
                </Badge>
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Scrolled>
    </Section>
  );
}
