import { Anchor, Card, SimpleGrid, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useRead } from "../../api/queries.ts";
import { sinceOf } from "../../components/lists.tsx";
import { Loaded } from "../../components/states.tsx";
import { quantileText, rateText, sureness, timingSureness } from "../metrics/words.ts";

const WINDOW = "7d";

/** What the handoffs of the last week came to; each figure leads to all of them. */
export function KeyFigures({ environment }: { readonly environment: string }) {
  const [now] = useState(Date.now);
  const metrics = useRead("readMetrics", { environment }, sinceOf(WINDOW, now));
  return (
    <Loaded of={metrics}>
      {({ responseTime, leakage, slaBreaches }) => {
        const five = responseTime.value.within.find(({ minutes }) => minutes === 5)?.contacted;
        const figures = [
          ["Response time", quantileText(responseTime.value.p50Ms), timingSureness(responseTime.value)],
          ...(five === undefined
            ? []
            : [["Contacted within 5 min", rateText(five), sureness(five)] as const]),
          ["Leakage", rateText(leakage.value), sureness(leakage.value)],
          ["SLA breaches", slaBreaches.value.k.toLocaleString(), sureness(slaBreaches.value)],
        ] as const;
        return (
          <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
            {figures.map(([label, value, sure]) => (
              <Card withBorder key={label}>
                <Anchor
                  size="sm"
                  renderRoot={(props) => (
                    <Link
                      {...props}
                      to="/e/$environment/metrics"
                      params={{ environment }}
                      search={{ window: WINDOW }}
                    />
                  )}
                >
                  {label}, last 7 days
                </Anchor>
                <Text size="xl" fw={700} style={{ fontVariantNumeric: "tabular-nums" }}>
                  {value}
                </Text>
                <Text size="sm" c="dimmed">
                  {sure}
                </Text>
              </Card>
            ))}
          </SimpleGrid>
        );
      }}
    </Loaded>
  );
}
