import { Alert, Button, Center, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ApiProblem } from "../api/client.ts";
import { Id } from "./id.tsx";

/** What was read; its shape while it is not here yet; or why it is not, with a way to try again. */
export function Loaded<T>({
  of,
  children,
}: {
  readonly of: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.error !== null) return <Failed error={of.error} onRetry={() => void of.refetch()} />;
  return (
    <Stack aria-busy="true" aria-label="Loading">
      {[1, 2, 3].map((row) => (
        <Skeleton key={row} h={56} />
      ))}
    </Stack>
  );
}

function Failed({ error, onRetry }: { readonly error: Error; readonly onRetry: () => void }) {
  const id = error instanceof ApiProblem ? error.requestId : null;
  return (
    <Alert color="red" title="This could not be read">
      <Stack gap="xs" align="start">
        <Text size="sm">{error.message}</Text>
        {id !== null && (
          <Group gap={6}>
            <Text size="sm">Request</Text>
            <Id id={id} />
          </Group>
        )}
        <Button size="xs" variant="default" onClick={onRetry}>
          Try again
        </Button>
      </Stack>
    </Alert>
  );
}

/** Why nothing is here, and what to do next. */
export function Nothing({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Center py="xl">
      <Stack gap={4} align="center" maw={480}>
        <Title order={2} size="h4">
          {title}
        </Title>
        <Text c="dimmed" ta="center">
          {children}
        </Text>
      </Stack>
    </Center>
  );
}

/** The one first-level heading of a screen, its sentence, and what can be done on it. */
export function Page({
  title,
  says,
  actions,
  children,
}: {
  readonly title: string;
  readonly says: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <Stack maw={1200} mx="auto">
      <Group justify="space-between" align="start">
        <div>
          <Title order={1} size="h2">
            {title}
          </Title>
          <Text c="dimmed">{says}</Text>
        </div>
        {actions}
      </Group>
      {children}
    </Stack>
  );
}
