import { isCalm, type Outcome } from "../chat/message";
import { Icon } from "./icons";

/** How an answer ended where it did not simply end, and what can be done. */
export function Note({ outcome }: { readonly outcome: Outcome }) {
  if (!outcome.text) return null;
  return (
    <p className={isCalm(outcome) ? "note calm" : "note"} dir="auto">
      <Icon name="info" />
      <span>{outcome.text}</span>
    </p>
  );
}
