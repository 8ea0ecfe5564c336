/** Whom a line of a list is about, as its link, with company and address below. */
import { Anchor, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { UNCOVERED } from "./choice.tsx";

interface About {
  readonly person: string | null;
  readonly email: string | null;
  readonly company: string | null;
}

export function whoOf({ person, email }: About, conversation: string): string {
  return person ?? email ?? `Conversation ${conversation}`;
}

export function Who(props: {
  readonly about: About;
  readonly conversation: string;
  readonly link: (props: object) => ReactNode;
}) {
  const { about, conversation, link } = props;
  return (
    <>
      <Anchor data-open style={UNCOVERED} renderRoot={link}>
        {whoOf(about, conversation)}
      </Anchor>
      <Text size="xs" c="dimmed">
        {[about.company, about.email].filter((word) => word !== null).join(", ")}
      </Text>
    </>
  );
}
