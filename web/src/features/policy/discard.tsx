import { Button, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useChange } from "../../api/queries.ts";
import { Confirm } from "../../components/confirm.tsx";

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
      <Confirm
        isOpen={isAsked}
        title={`Discard draft ${name}?`}
        act="Discard"
        leave="Keep it"
        isHarsh
        isBusy={discard.isPending}
        onGo={() =>
          discard.mutate(
            { path: { environment, draft: name }, headers: { "if-match": `"${revision}"` } },
            { onSettled: close },
          )
        }
        onClose={close}
      >
        <Text size="sm">Nothing that is live changes. Its {revision} revisions stay in the database.</Text>
      </Confirm>
    </>
  );
}
