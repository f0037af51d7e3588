import type { Step, StepState } from "../chat/message";
import { say, type Word } from "../words";
import { Icon } from "./icons";

const STATES: Record<StepState, Word> = {
  running: "stepRunning",
  done: "stepDone",
  failed: "stepFailed",
};

/** What the assistant does on the way to its answer. */
export function Steps({ steps }: { readonly steps: readonly Step[] }) {
  if (steps.length === 0) return null;
  return (
    <ul className="steps" aria-label={say("steps")}>
      {steps.map(({ id, title, state }) => (
        <li key={id} className={state}>
          <span className="step-sign">{state !== "running" && <Icon name={state === "done" ? "check" : "close"} />}</span>
          <span dir="auto">{title}</span>
          <span className="unseen">{say(STATES[state])}</span>
        </li>
      ))}
    </ul>
  );
}
