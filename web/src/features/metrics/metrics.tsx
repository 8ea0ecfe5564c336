/** What live handoffs came to: every figure with its interval and its definition, over a range that the address holds. */
import { Button, Group, NativeSelect, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { IconPrinter } from "@tabler/icons-react";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { Operations } from "../../api/operations.ts";
import { useRead } from "../../api/queries.ts";
import { Loaded, Nothing, Page } from "../../components/states.tsx";
import { CensusCard } from "./census.tsx";
import { FigureCard } from "./parts.tsx";
import { BaselineTable, Calibration, Completeness, People, Within } from "./tables.tsx";
import { type Metrics, quantileText, rateText, sureness, timingSureness } from "./words.ts";

const WINDOWS = {
  "7d": "Last 7 days",
  "30d": "Last 30 days",
  "90d": "Last 90 days",
  "365d": "Last 365 days",
} as const;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const DEFAULT_WINDOW = "30d";
/** A year of handoffs is no small question. */
const RENEW_MS = 300_000;

interface RangeSearch {
  readonly window?: string;
  readonly from?: string;
  readonly to?: string;
  readonly within?: string;
}

/** The question that the address asks; whole days in the reader's zone where it names days. */
function queryOf({ window, from, to, within }: RangeSearch, now: number): Operations["readMetrics"]["query"] {
  const days = Number.parseInt(window ?? DEFAULT_WINDOW, 10) || 30;
  const begin = from === undefined ? Number.NaN : Date.parse(`${from}T00:00:00`);
  const end = to === undefined ? Number.NaN : Date.parse(`${to}T00:00:00`) + DAY_MS;
  return {
    since: Number.isNaN(begin) ? Math.floor((now - days * DAY_MS) / MINUTE_MS) * MINUTE_MS : begin,
    ...(!Number.isNaN(end) && { until: end }),
    ...(within !== undefined && { within }),
  };
}

export function MetricsPage() {
  const { environment } = useParams({ from: "/e/$environment/metrics" });
  const search: RangeSearch = useSearch({ from: "/e/$environment/metrics" });
  const [now] = useState(Date.now);
  const found = useRead("readMetrics", { environment }, queryOf(search, now), RENEW_MS);
  return (
    <Page
      title="Metrics"
      says="What live handoffs came to. Each share and time has its 95 % interval and says what it means."
      actions={
        <Button
          className="no-print"
          variant="default"
          leftSection={<IconPrinter size={16} />}
          onClick={() => globalThis.print()}
        >
          Print
        </Button>
      }
    >
      <RangeForm environment={environment} search={search} />
      <Loaded of={found}>
        {(metrics) =>
          metrics.handoffs === 0 ? (
            <Nothing title="Nothing was handed off live in this time">
              Choose a longer time above. In shadow mode Baton writes nothing, so there is nothing to measure:
              what it would do stands under Handoffs, and the overview switches it to live.
            </Nothing>
          ) : (
            <Stack>
              <KeyFigures metrics={metrics} />
              <Within metrics={metrics} />
              <Calibration metrics={metrics} />
              <People metrics={metrics} />
              <Completeness metrics={metrics} />
              <BaselineTable metrics={metrics} />
            </Stack>
          )
        }
      </Loaded>
      <CensusCard environment={environment} />
    </Page>
  );
}

function RangeForm({ environment, search }: { readonly environment: string; readonly search: RangeSearch }) {
  const navigate = useNavigate();
  const set = (change: RangeSearch): void => {
    const next = Object.entries({ ...search, ...change }).filter(([, value]) => value !== "");
    void navigate({
      to: "/e/$environment/metrics",
      params: { environment },
      search: Object.fromEntries(next),
      replace: true,
    });
  };
  const { window = DEFAULT_WINDOW, from = "", to = "", within = "24h" } = search;
  return (
    <Group align="end" gap="xs">
      <NativeSelect
        label="Time"
        value={from === "" && to === "" ? window : ""}
        data={[
          ...Object.entries(WINDOWS).map(([value, label]) => ({ value, label })),
          { value: "", label: "From and to", disabled: true },
        ]}
        onChange={(event) => set({ window: event.currentTarget.value, from: "", to: "" })}
      />
      <TextInput
        type="date"
        label="From"
        value={from}
        onChange={(event) => set({ from: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label="To"
        value={to}
        onChange={(event) => set({ to: event.currentTarget.value })}
      />
      <NativeSelect
        label="In time means within"
        value={within}
        data={["30m", "1h", "4h", "24h", "3d"]}
        onChange={(event) => set({ within: event.currentTarget.value })}
      />
    </Group>
  );
}

function KeyFigures({ metrics }: { readonly metrics: Metrics }) {
  const { signalToAlert, responseTime } = metrics;
  const rates = [
    ["Leakage", metrics.leakage],
    ["SLA breaches", metrics.slaBreaches],
    ["Conversation to Opportunity", metrics.toOpportunity],
    ["Trial to paid", metrics.trialToPaid],
    ["Owner corrected", metrics.corrections],
    ["Won", { definition: metrics.winRate.definition, value: metrics.winRate.value.all }],
  ] as const;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
      <FigureCard
        label="Response time, half within"
        value={quantileText(responseTime.value.p50Ms)}
        sure={timingSureness(responseTime.value)}
        definition={responseTime.definition}
      />
      <FigureCard
        label="Signal to alert, half within"
        value={quantileText(signalToAlert.value.p50Ms)}
        sure={timingSureness(signalToAlert.value)}
        definition={signalToAlert.definition}
      />
      {rates.map(([label, { value, definition }]) => (
        <FigureCard
          key={label}
          label={label}
          value={rateText(value)}
          sure={sureness(value)}
          definition={definition}
        />
      ))}
    </SimpleGrid>
  );
}
