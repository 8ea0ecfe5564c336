import { call } from "../../api/client.ts";
import { Effect } from "./effect.tsx";

/** The effect of a draft as it is stored. */
export function DraftEffect(props: {
  readonly environment: string;
  readonly draft: string;
  readonly revision: number;
}) {
  const { environment, draft, revision } = props;
  return (
    <Effect
      environment={environment}
      of={[draft, revision]}
      ask={(signal) => call("draftEffect", { path: { environment, draft }, signal })}
    />
  );
}
