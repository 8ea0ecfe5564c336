import { Container } from "@mantine/core";
import { Navigate } from "@tanstack/react-router";
import { ApiProblem } from "../api/client.ts";
import { useRead } from "../api/queries.ts";
import { Loaded } from "../components/states.tsx";

/** Leads to an environment, to making the first one, or to signing in. */
export function Home() {
  const environments = useRead("listEnvironments", {});
  if (environments.error instanceof ApiProblem && environments.error.status === 401)
    return <Navigate to="/sign-in" replace />;
  return (
    <Container component="main" py="xl">
      <Loaded of={environments}>
        {([first]) =>
          first === undefined ? (
            <Navigate to="/start" replace />
          ) : (
            <Navigate to="/e/$environment" params={{ environment: first.name }} replace />
          )
        }
      </Loaded>
    </Container>
  );
}
