import { useState, type FormEvent, type KeyboardEvent, type RefObject } from "react";
import { say } from "../words";
import { Icon } from "./icons";
import { sends } from "./keys";

interface Props {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly isBusy: boolean;
  readonly onSend: (text: string) => void;
  readonly onStop: () => void;
}

/** The message field. What is typed while an answer is written stays in it until that is done. */
export function Composer({ field, isBusy, onSend, onStop }: Props) {
  const [draft, setDraft] = useState("");
  const canSend = !isBusy && draft.trim() !== "";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!canSend) return;
    onSend(draft);
    setDraft("");
    field.current?.focus();
  };
  const press = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (sends(event.nativeEvent)) submit(event);
  };
  const stop = (): void => {
    onStop();
    field.current?.focus();
  };
  return (
    <form className="composer" onSubmit={submit}>
      <div className="field">
        <textarea
          ref={field}
          id="message"
          rows={1}
          dir="auto"
          aria-label={say("message")}
          placeholder={say("message")}
          enterKeyHint="send"
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={press}
        />
        {isBusy ? (
          <button type="button" className="round stop" aria-label={say("stop")} title={say("stop")} onClick={stop}>
            <span className="square" />
          </button>
        ) : (
          <button type="submit" className="round" aria-label={say("send")} title={say("send")} disabled={!canSend}>
            <Icon name="send" />
          </button>
        )}
      </div>
      <p className="hint">{say("hint")}</p>
    </form>
  );
}
