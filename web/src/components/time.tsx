import { Text } from "@mantine/core";

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
export const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

function ago(at: number, now: number): string {
  const span = at - now;
  const [unit, size] = UNITS.find(([, size]) => Math.abs(span) >= size) ?? ["second", 1_000];
  return relative.format(Math.trunc(span / size), unit);
}

/** "4 minutes ago", with the instant itself in the reader's zone on hover. */
export function When({ at }: { readonly at: number }) {
  const date = new Date(at);
  return (
    <Text component="time" inherit dateTime={date.toISOString()} title={absolute.format(date)}>
      {ago(at, Date.now())}
    </Text>
  );
}
