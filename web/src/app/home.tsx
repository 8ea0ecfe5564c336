import { Container } from "@mantine/core";
import { Navigate } from "@tanstack/react-router";
import { ApiProblem } from "../api/client.ts";
import { useRead } from "../api/queries.ts";
import { Loaded, Nothing } from "../components/states.tsx";

/** Leads to an environment, or to signing in. */
export function Home() {
  const environments = useRead("listEnvironments", {});
  if (environments.error instanceof ApiProblem && environments.error.status === 401)
    return <Navigate to="/sign-in" replace />;
  return (
    <Container component="main" py="xl">
      <Loaded of={environments}>
        {([first]) =>
          first === undefined ? (
            <Nothing title="Nothing is connected yet">
              Run <code>baton connect FILE</code> where Baton runs; it stores the accounts of an environment.
              Then load this page again.
            </Nothing>
          ) : (
            <Navigate to="/e/$environment" params={{ environment: first.name }} replace />
          )
        }
      </Loaded>
    </Container>
  );
}
