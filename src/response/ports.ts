/** What the room needs of the place where alerts stand. Calls return or throw RetryableFailure or PermanentFailure. */
import type { Alert } from "../handoff/ports.ts";
import type { Answer, Presser, Spot } from "./press.ts";
import type { Standing } from "./standing.ts";

export interface Board {
  /** Who this user is. */
  who(user: string): Promise<Presser>;
  /** A line that only they see, where they pressed. */
  whisper(spot: Spot, user: string, answer: Answer): Promise<void>;
  /** Asks why it is no lead; `trigger` is good for a few seconds. */
  askReason(trigger: string, about: { readonly key: string; readonly spot: Spot }): Promise<void>;
  /** Writes the message anew, with what became of the lead. A repeat changes nothing. `message` is its delivery's id. */
  show(message: string, alert: Alert, standing: Standing): Promise<void>;
}
