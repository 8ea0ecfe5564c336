import { Button, Checkbox, Modal, NativeSelect, NumberInput, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { useChange } from "../../api/queries.ts";

const DAY_MS = 86_400_000;
const LENGTHS = [
  { value: "7", label: "Last 7 days" },
  { value: "14", label: "Last 14 days" },
  { value: "30", label: "Last 30 days" },
  { value: "90", label: "Last 90 days" },
];

/** Draws a sample for people to judge. */
export function BeginRound({ environment }: { readonly environment: string }) {
  const [isOpen, { open, close }] = useDisclosure();
  const [length, setLength] = useState("14");
  const [size, setSize] = useState(60);
  const [isBlind, setBlind] = useState(false);
  const begin = useChange("beginReview", "The round is drawn");
  return (
    <>
      <Button onClick={open}>Begin a round</Button>
      <Modal opened={isOpen} onClose={close} title="Begin a round">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const since = Date.now() - Number(length) * DAY_MS;
            begin.mutate({ path: { environment }, body: { since, size, isBlind } }, { onSuccess: close });
          }}
        >
          <Stack>
            <Text size="sm">
              Half are drawn from what qualified, half from the rest. Two people may judge the same round,
              each without seeing the other.
            </Text>
            <NativeSelect
              label="Decided in"
              data={LENGTHS}
              value={length}
              onChange={(event) => setLength(event.currentTarget.value)}
            />
            <NumberInput
              label="Conversations"
              min={1}
              max={2_000}
              value={size}
              onChange={(value) => setSize(Number(value) || 1)}
            />
            <Checkbox
              label="Blind: say what you would do before you see what was decided"
              checked={isBlind}
              onChange={(event) => setBlind(event.currentTarget.checked)}
            />
            <Button type="submit" loading={begin.isPending}>
              Draw the sample
            </Button>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
