import { useRef, useState, type FormEvent, type KeyboardEvent, type RefObject } from "react";
import type { FilePart } from "../chat/files";
import { say } from "../words";
import { useAttaching } from "./attaching";
import { Files } from "./Files";
import { IconButton } from "./IconButton";
import { Icon } from "./icons";
import { sends } from "./keys";

interface Props {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly isBusy: boolean;
  readonly onSend: (text: string, files: readonly FilePart[]) => void;
  readonly onStop: () => void;
}

/** The message field. What is typed while an answer is written stays in it until that is done. */
export function Composer({ field, isBusy, onSend, onStop }: Props) {
  const [draft, setDraft] = useState("");
  const attaching = useAttaching();
  const hasAny = draft.trim() !== "" || attaching.parts.length > 0;
  const canSend = !isBusy && !attaching.isPreparing && hasAny;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!canSend) return;
    onSend(draft, attaching.parts);
    setDraft("");
    attaching.clear();
    field.current?.focus();
  };
  const press = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (sends(event.nativeEvent)) submit(event);
  };
  const stop = (): void => {
    onStop();
    field.current?.focus();
  };
  const pick = (files: Iterable<File>): void => {
    attaching.add(files);
    field.current?.focus();
  };
  return (
    <form className={attaching.isDropping ? "composer dropping" : "composer"} onSubmit={submit}>
      <p className="trouble" role="status">{attaching.isPreparing ? say("preparing") : attaching.trouble}</p>
      <div className="field">
        <Files files={attaching.parts} onRemove={attaching.remove} />
        <Picker onPick={pick} />
        <textarea
          ref={field}
          id="message"
          rows={1}
          dir="auto"
          aria-label={say("message")}
          placeholder={attaching.isDropping ? say("dropHere") : say("message")}
          enterKeyHint="send"
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={press}
          onPaste={attaching.paste}
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

/** The button that lets files be chosen. */
function Picker({ onPick }: { readonly onPick: (files: Iterable<File>) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton icon="attach" label={say("attach")} className="attach" onClick={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={({ target }) => {
          onPick([...(target.files ?? [])]);
          target.value = ""; // so that the same one can be chosen again
        }}
      />
    </>
  );
}
