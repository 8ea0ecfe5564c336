import { Button, Group, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useChange } from "../../api/queries.ts";

/** Ends a draft, after a question; only if it is still as it was shown. */
export function Discard(props: {
  readonly environment: string;
  readonly draft: { readonly name: string; readonly revision: number };
}) {
  const { environment, draft } = props;
  const { name, revision } = draft;
  const [isAsked, { open, close }] = useDisclosure();
  const discard = useChange("discardDraft", `Draft ${name} is discarded`);
  return (
    <>
      <Button size="xs" variant="default" onClick={open} aria-label={`Discard ${name}`}>
        Discard
      </Button>
      <Modal opened={isAsked} onClose={close} title={`Discard draft ${name}?`}>
        <Text size="sm" mb="md">
          Nothing that is live changes. Its {revision} revisions stay in the database.
        </Text>
        <Group justify="end">
          <Button variant="default" onClick={close}>
            Keep it
          </Button>
          <Button
            color="red"
            loading={discard.isPending}
            onClick={() =>
              discard.mutate(
                { path: { environment, draft: name }, headers: { "if-match": `"${revision}"` } },
                { onSettled: close },
              )
            }
          >
            Discard
          </Button>
        </Group>
      </Modal>
    </>
  );
}
