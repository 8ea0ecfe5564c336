import { CopyButton, Tooltip, UnstyledButton } from "@mantine/core";

/** An id in fixed width; a click copies it. */
export function Id({ id }: { readonly id: string }) {
  return (
    <CopyButton value={id}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? "Copied" : "Copy"}>
          <UnstyledButton
            onClick={copy}
            aria-label={`Copy ${id}`}
            ff="monospace"
            fz="sm"
            mih={24}
            style={{ overflowWrap: "anywhere" }}
          >
            {id}
          </UnstyledButton>
        </Tooltip>
      )}
    </CopyButton>
  );
}
