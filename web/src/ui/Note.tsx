import type { Outcome } from "../chat/message";
import { Icon } from "./icons";

const CALM = new Set(["answered", "asks", "cancelled"]);

/** How an answer ended where it did not simply end, and what can be done. */
export function Note({ outcome: { outcome, text } }: { readonly outcome: Outcome }) {
  if (!text) return null;
  return (
    <p className={CALM.has(outcome) ? "note calm" : "note"} dir="auto">
      <Icon name="info" />
      <span>{text}</span>
    </p>
  );
}
