/** One conversation as a reviewer sees it: its words, what was decided, and what went along. */
import { Anchor, Badge, Card, Group, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Transcript } from "../../components/transcript.tsx";
import type { Item } from "./ballot.tsx";
import { type Marks, MarksOf } from "./marks.tsx";

export function Words(props: {
  readonly item: Item;
  readonly marks: Marks;
  /** Leads from marking back to the ballot. */
  readonly onEscape: () => void;
}) {
  const { item, marks, onEscape } = props;
  const { person, company, tags, url } = item;
  const facts = [
    person.name ?? person.email,
    company.name ?? company.domain,
    company.employees === null ? null : `${company.employees.toLocaleString()} people`,
    person.plan === null ? null : `plan ${person.plan}`,
  ].filter((fact) => fact !== null);
  return (
    <section className="words" aria-label="Conversation">
      <Title order={2} size="h4">
        Conversation {item.position}
      </Title>
      <Group gap="xs" mb="xs">
        <Text>{facts.join(", ")}</Text>
        {tags.map((tag) => (
          <Badge key={tag} variant="light" color="gray">
            {tag}
          </Badge>
        ))}
        {url !== null && (
          <Anchor href={url} target="_blank" rel="noreferrer" size="sm">
            Open in Intercom
          </Anchor>
        )}
      </Group>
      <Transcript
        conversation={item}
        below={({ id, text }) => <MarksOf marks={marks} message={id} text={text} onEscape={onEscape} />}
      />
    </section>
  );
}

const GUESSED = {
  "hand-off": "You would have handed it off.",
  leave: "You would have left it.",
  "cannot-say": "You could not say.",
} as const;

/** What was decided, and what the person got who has it; in a blind round only once the reviewer has said theirs. */
export function Decided({ environment, item }: { readonly environment: string; readonly item: Item }) {
  const { decision, guess, conversation } = item;
  if (decision === null)
    return (
      <Text className="decided" c="dimmed">
        This round is blind: what was decided shows when you have said what you would do.
      </Text>
    );
  return (
    <Stack className="decided" component="section" aria-label="What was decided">
      <Card withBorder>
        <Stack gap={6}>
          <Title order={2} size="h4">
            What was decided
          </Title>
          {guess !== null && <Text c="dimmed">{GUESSED[guess]}</Text>}
          <Text fw={600}>{decision.words}</Text>
          {decision.owners.map(({ owner, route }) => (
            <Text key={`${owner} ${route}`}>
              {owner === null ? "nobody could take it" : `to ${owner}`} by {route}
            </Text>
          ))}
          {decision.scores.map(({ name, value, threshold }) => (
            <Text key={name} size="sm">
              score {name}: {value} of {threshold}
            </Text>
          ))}
          {decision.told.map((told) => (
            <Text key={told} size="sm">
              told: {told}
            </Text>
          ))}
          <Anchor
            size="sm"
            renderRoot={(props) => (
              <Link
                {...props}
                to="/e/$environment/conversations/$conversation"
                params={{ environment, conversation }}
                search={{ decision: String(decision.id) }}
                target="_blank"
              />
            )}
          >
            All reasons, in a new tab
          </Anchor>
        </Stack>
      </Card>
      <Context item={item} />
    </Stack>
  );
}

function Context({ item: { summary, handedOver } }: { readonly item: Item }) {
  if (summary.length === 0 && handedOver.length === 0) return null;
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb={6}>
        The context that went along
      </Title>
      {summary.map((sentence) => (
        <Text key={sentence}>{sentence}</Text>
      ))}
      {handedOver.map(({ object, fields }, i) => (
        <div key={`${object} ${i}`}>
          <Text fw={600} size="sm" mt="xs">
            {object}
          </Text>
          {fields.map(({ name, value }) => (
            <Text key={name} size="sm" style={{ overflowWrap: "anywhere" }}>
              {name}: {value}
            </Text>
          ))}
        </div>
      ))}
    </Card>
  );
}
