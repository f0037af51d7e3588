import { memo, useState } from "react";
import { filesOf } from "../chat/files";
import { languageOf } from "../chat/language";
import { textOf, type Message } from "../chat/message";
import { say } from "../words";
import { CopyButton } from "./CopyButton";
import { Editor } from "./Editor";
import { Files } from "./Files";
import { IconButton } from "./IconButton";

interface Props {
  readonly message: Message;
  readonly canEdit: boolean;
  readonly onEdit: (message: Message, text: string) => void;
}

export const Question = memo(function Question({ message, canEdit, onEdit }: Props) {
  const [isEditing, setEditing] = useState(false);
  const text = textOf(message);
  const send = (edited: string): void => {
    setEditing(false);
    onEdit(message, edited);
  };
  return (
    <article className="question" aria-label={say("you")}>
      {isEditing ? (
        <Editor text={text} onSend={send} onCancel={() => setEditing(false)} />
      ) : (
        <>
          <Files files={filesOf(message)} />
          {text && <div className="bubble" dir="auto" lang={languageOf(text)}>{text}</div>}
          <div className={canEdit ? "actions always" : "actions"}>
            {canEdit && <IconButton icon="edit" label={say("edit")} onClick={() => setEditing(true)} />}
            {text && <CopyButton label={say("copy")} text={() => text} />}
          </div>
        </>
      )}
    </article>
  );
});
