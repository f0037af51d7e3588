/** The open chat: its messages, the sign of listening, and the message field. */

import { useChat } from "@ai-sdk/react";
import { useCallback, useEffect, useRef } from "react";
import { useCell } from "../cell";
import type { Conversation } from "../chat/conversation";
import type { FilePart } from "../chat/files";
import { refreshChats } from "../chat/list";
import { listening } from "../chat/listening";
import { decisionId, isOfDecision, isOver, type Message, type Verdict } from "../chat/message";
import { useKeptUp } from "../chat/opening";
import { isConnected } from "../connection/patient-fetch";
import { say } from "../words";
import { Answer } from "./Answer";
import { Composer } from "./Composer";
import { Icon } from "./icons";
import { Note } from "./Note";
import { Question } from "./Question";
import { useScrolling } from "./scrolling";
import { Status } from "./Status";
import { useEscape, useFocusKey } from "./shortcuts";
import { Welcome } from "./Welcome";

const DRAW_EVERY_MS = 50;

export function Thread({ conversation }: { readonly conversation: Conversation }) {
  const { messages } = useChat({ chat: conversation.chat, throttle: DRAW_EVERY_MS });
  const isBusy = useCell(conversation.isBusy);
  const refusal = useCell(conversation.refusal);
  const sign = listening(messages.at(-1), isBusy, useCell(isConnected));
  const field = useRef<HTMLTextAreaElement>(null);
  const { frame, content, isAtEnd, toEnd } = useScrolling();
  useKeptUp(conversation);
  useFocusKey(field);
  useEscape(isBusy, () => void conversation.stop());
  useEffect(() => {
    if (matchMedia("(hover: hover)").matches) field.current?.focus();
  }, []);

  useEffect(() => {
    void refreshChats();
  }, [isBusy]);

  const ask = useCallback((text: string, files?: readonly FilePart[]) => {
    void conversation.ask(text, files);
    toEnd();
    field.current?.focus();
  }, [conversation, toEnd]);
  const edit = useCallback((message: Message, text: string) => {
    void conversation.edit(message, text);
    field.current?.focus();
  }, [conversation]);
  const regenerate = useCallback((message: Message) => {
    void conversation.regenerate(message.id);
    toEnd();
    field.current?.focus();
  }, [conversation, toEnd]);

  const decide = useCallback((message: Message, verdict: Verdict) => {
    void conversation.decide(message, verdict);
    toEnd();
    field.current?.focus();
  }, [conversation, toEnd]);

  const lastQuestion = messages.findLast(({ role }) => role === "user");
  return (
    <>
      <div className="frame" ref={frame}>
        <div className="content" ref={content}>
          {messages.length === 0 && <Welcome onAsk={ask} />}
          <div role="log" aria-label={say("conversation")} aria-busy={isBusy}>
            {messages.map((message) =>
              message.role === "user" ? (
                <Question
                  key={message.id}
                  message={message}
                  canEdit={!isBusy && message === lastQuestion && !isOfDecision(message)}
                  onEdit={edit}
                />
              ) : (
                <Answer
                  key={message.id}
                  message={message}
                  isLive={isBusy && message === messages.at(-1) && !isOver(message)}
                  isLast={!isBusy && message === messages.at(-1)}
                  isDecided={isBusy || messages.some(({ id }) => id === decisionId(message.id))}
                  onRegenerate={regenerate}
                  onDecide={decide}
                />
              ),
            )}
          </div>
          {refusal && <Note outcome={{ outcome: "refused", text: `${say("notSent")} ${refusal}`, code: "", incident: "" }} />}
          <Status listening={sign} />
        </div>
      </div>
      <div className="foot">
        {!isAtEnd && (
          <button type="button" className="newest" onClick={toEnd}>
            <Icon name="down" /> {say("newest")}
          </button>
        )}
        <Composer field={field} isBusy={isBusy} onSend={ask} onStop={() => void conversation.stop()} />
      </div>
    </>
  );
}
