import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";

/** Asks before something is done for good: what it comes to, why where that is kept, and yes. */
export function Confirm(props: {
  readonly title: string;
  /** What the button says that does it. */
  readonly act: string;
  /** What the button says that does not. */
  readonly leave?: string;
  readonly isOpen?: boolean;
  readonly isWide?: boolean;
  /** It takes something away. */
  readonly isHarsh?: boolean;
  readonly isBusy: boolean;
  /** There is nothing to say yes to. */
  readonly isOff?: boolean;
  /** The reason as it stands to begin with; none is asked for without it. */
  readonly why?: string;
  readonly onGo: (why: string) => void;
  readonly onClose: () => void;
  /** What else can be done when it was refused. */
  readonly instead?: ReactNode;
  readonly children: ReactNode;
}) {
  const { title, act, leave = "Leave it", isOpen = true, onGo, onClose } = props;
  const [why, setWhy] = useState(props.why ?? "");
  return (
    <Modal opened={isOpen} onClose={onClose} size={props.isWide === true ? "lg" : "md"} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onGo(why);
        }}
      >
        <Stack>
          {props.children}
          {props.why !== undefined && (
            <TextInput
              label="Why"
              required
              data-autofocus
              value={why}
              onChange={(event) => setWhy(event.currentTarget.value)}
            />
          )}
          <Group justify="end">
            {props.instead}
            <Button variant="default" onClick={onClose}>
              {leave}
            </Button>
            <Button
              type="submit"
              loading={props.isBusy}
              disabled={props.isOff === true}
              // The kit's own red misses the contrast of WCAG AA under white words.
              {...(props.isHarsh === true && { color: "red.9" })}
            >
              {act}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
