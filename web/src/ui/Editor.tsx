import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from "react";
import { say } from "../words";
import { sends } from "./keys";

interface Props {
  readonly text: string;
  readonly onSend: (text: string) => void;
  readonly onCancel: () => void;
}

/** A question that is being written anew. */
export function Editor({ text, onSend, onCancel }: Props) {
  const [draft, setDraft] = useState(text);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(text.length, text.length);
  }, [text]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (draft.trim()) onSend(draft);
  };
  const press = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key === "Escape") {
      event.stopPropagation();
      onCancel();
    }
    if (sends(event.nativeEvent)) submit(event);
  };
  return (
    <form className="editor" onSubmit={submit}>
      <textarea
        ref={field}
        aria-label={say("editing")}
        dir="auto"
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={press}
      />
      <div className="editor-buttons">
        <button type="button" className="plain" onClick={onCancel}>{say("cancel")}</button>
        <button type="submit" className="strong" disabled={!draft.trim()}>{say("save")}</button>
      </div>
    </form>
  );
}

