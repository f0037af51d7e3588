import type { Consent as Asked, Verdict } from "../chat/message";
import { say } from "../words";

interface Props {
  readonly asked: Asked;
  readonly onDecide: ((verdict: Verdict) => void) | undefined;
}

/** What the assistant wants to do and may not by itself: all of it, and a yes and a no. */
export function Consent({ asked, onDecide }: Props) {
  return (
    <section className="consent" aria-label={say("mayI")}>
      <p>{say("mayI")}</p>
      {asked.calls.map(({ tool, arguments: given }) => (
        <dl key={tool + given}>
          <dt>{tool}</dt>
          <dd dir="ltr">{given}</dd>
        </dl>
      ))}
      {onDecide && (
        <div className="choice">
          <button type="button" className="strong" onClick={() => onDecide("yes")}>{say("allow")}</button>
          <button type="button" className="plain" onClick={() => onDecide("no")}>{say("deny")}</button>
        </div>
      )}
    </section>
  );
}
