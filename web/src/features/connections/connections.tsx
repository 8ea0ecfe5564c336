import { Button, SimpleGrid } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { useMay } from "../../api/may.ts";
import { useRead } from "../../api/queries.ts";
import { Loaded, Page } from "../../components/states.tsx";
import { AccountCard } from "./account.tsx";
import { Mapping } from "./mapping.tsx";

/** Every account of the environment, whether it works, and what to do where it does not. */
export function Connections() {
  const { environment } = useParams({ from: "/e/$environment" });
  const accounts = useRead("listConnections", { environment });
  const mayChange = useMay(environment, "environments:write");
  const mayTest = useMay(environment, "issues:write");
  return (
    <Page
      title="Connections"
      says="The accounts that this environment works with, and whether they work."
      actions={
        mayChange && (
          <Button
            variant="default"
            renderRoot={(props) => <Link {...props} to="/e/$environment/start" params={{ environment }} />}
          >
            Step by step
          </Button>
        )
      }
    >
      <Loaded of={accounts}>
        {(found) => (
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            {found.map((account) => (
              <AccountCard
                key={account.kind}
                environment={environment}
                account={account}
                mayTest={mayTest}
                mayChange={mayChange}
              />
            ))}
          </SimpleGrid>
        )}
      </Loaded>
      <Mapping environment={environment} mayAsk={mayTest} />
    </Page>
  );
}
