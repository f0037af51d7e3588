import { useEffect, useRef } from "react";
import type { Listed } from "../connection/api";
import { say } from "../words";

interface Props {
  readonly chat: Listed;
  readonly onRemove: (chat: Listed) => void;
  readonly onClose: () => void;
}

/** Asks before a chat is deleted. */
export function RemoveDialog({ chat, onRemove, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const remove = (): void => {
    dialog.current?.close();
    onRemove(chat);
  };
  return (
    <dialog ref={dialog} aria-labelledby="remove-title" onClose={onClose}>
      <h2 id="remove-title">{say("removeTitle")}</h2>
      <p>{say("removeText", { title: chat.title || say("untitled") })}</p>
      <div className="dialog-buttons">
        <button type="button" className="plain" onClick={() => dialog.current?.close()}>{say("cancel")}</button>
        <button type="button" className="danger" onClick={remove}>{say("remove")}</button>
      </div>
    </dialog>
  );
}
