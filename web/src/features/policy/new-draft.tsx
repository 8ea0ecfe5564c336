import { Button, Modal, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { queryClient, tellRefusal, useRead } from "../../api/queries.ts";

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Begins a draft with what is live. */
export function NewDraft(props: { readonly environment: string; readonly onMade: (draft: string) => void }) {
  const { environment, onMade } = props;
  const [isOpen, { open, close }] = useDisclosure();
  const [name, setName] = useState("");
  const { data: live } = useRead("livePolicy", { environment }, {}, false);
  const make = useMutation({
    mutationFn: (draft: string) =>
      call("saveDraft", {
        path: { environment, draft },
        body: { document: live?.document ?? FIRST },
        headers: { "if-none-match": "*" },
      }),
    onSuccess: async (draft) => {
      await queryClient.invalidateQueries({ queryKey: ["listDrafts"] });
      onMade(draft.name);
    },
    onError: tellRefusal,
  });
  const isNamed = NAME.test(name);
  return (
    <>
      <Button size="xs" onClick={open}>
        New draft
      </Button>
      <Modal opened={isOpen} onClose={close} title="New draft">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            make.mutate(name);
          }}
        >
          <Stack>
            <TextInput
              label="Name"
              description="Lower-case letters, digits and hyphens, as in lower-threshold"
              error={name === "" || isNamed ? undefined : "This is no name of a draft"}
              data-autofocus
              value={name}
              onChange={(event) => setName(event.currentTarget.value.toLowerCase().replaceAll(" ", "-"))}
            />
            <Button type="submit" disabled={!isNamed} loading={make.isPending}>
              Begin
            </Button>
          </Stack>
        </form>
      </Modal>
    </>
  );
}

/** Where nothing is live yet. */
const FIRST = "format: baton/policy@1\nname: New policy\nsignals: {}\nscores: {}\n";
