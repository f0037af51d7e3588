import { useChat } from "@ai-sdk/react";
import { useCell } from "../cell";
import type { Lane } from "../chat/lane";
import { languageOf } from "../chat/language";
import { listening } from "../chat/listening";
import { isOver, outcomeOf, stepsOf, textOf } from "../chat/message";
import { isConnected } from "../connection/patient-fetch";
import { say } from "../words";
import { Blocks } from "./Blocks";
import { Note } from "./Note";
import { useScrolling } from "./scrolling";
import { Status } from "./Status";
import { Steps } from "./Steps";

const DRAW_EVERY_MS = 50;

interface Props {
  readonly name: string;
  readonly lane: Lane;
}

/** One side of the comparison: its time, and the newest answer. */
export function LaneView({ name, lane: { conversation, firstTextMs } }: Props) {
  const { messages } = useChat({ chat: conversation.chat, throttle: DRAW_EVERY_MS });
  const ms = useCell(firstTextMs);
  const isBusy = useCell(conversation.isBusy);
  const refusal = useCell(conversation.refusal);
  const { frame, content } = useScrolling();
  const last = messages.at(-1);
  const answer = last?.role === "assistant" ? last : undefined;
  const outcome = answer && !isBusy ? outcomeOf(answer) : undefined;
  return (
    <section className="lane" aria-label={name}>
      <header>
        <h2>{name}</h2>
        <p className="figure">
          <strong>{ms === null ? "–" : Math.round(ms)}</strong> ms <span>{say("firstToken")}</span>
        </p>
      </header>
      <div className="frame" ref={frame}>
        <div className="content" ref={content} role="log" aria-label={name} aria-busy={isBusy}>
          {!last && <p className="empty">{say("waitingForQuestion")}</p>}
          {answer && (
            <article aria-label={name} aria-busy={isBusy} lang={languageOf(textOf(answer))}>
              <Steps steps={stepsOf(answer)} />
              <Blocks text={textOf(answer)} isLive={isBusy && !isOver(answer)} />
              {outcome && <Note outcome={outcome} />}
            </article>
          )}
          {refusal && <Note outcome={{ outcome: "refused", text: refusal, code: "", incident: "" }} />}
          <Status listening={listening(last, isBusy, useCell(isConnected))} />
        </div>
      </div>
    </section>
  );
}
