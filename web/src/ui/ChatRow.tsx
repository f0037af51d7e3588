import { useState, type FormEvent, type KeyboardEvent } from "react";
import { rename } from "../chat/list";
import { exportAddress, type Listed } from "../connection/api";
import { say } from "../words";
import { Icon } from "./icons";
import { IconButton } from "./IconButton";

interface Props {
  readonly chat: Listed;
  readonly isCurrent: boolean;
  readonly onOpen: (chat: Listed) => void;
  readonly onRemove: (chat: Listed) => void;
}

export function ChatRow({ chat, isCurrent, onOpen, onRemove }: Props) {
  const [isRenaming, setRenaming] = useState(false);
  if (isRenaming) return <TitleField chat={chat} onDone={() => setRenaming(false)} />;
  return (
    <li className={isCurrent ? "chat-row current" : "chat-row"}>
      <button
        type="button"
        className="chat-title"
        aria-current={isCurrent ? "page" : undefined}
        onClick={() => onOpen(chat)}
      >
        <span dir="auto">{chat.title || say("untitled")}</span>
        {chat.running && <i className="live" />}
      </button>
      <span className="row-actions">
        <IconButton icon="edit" label={say("rename")} onClick={() => setRenaming(true)} />
        <a className="icon-button" href={exportAddress(chat.id)} download aria-label={say("export")} title={say("export")}>
          <Icon name="export" />
        </a>
        <IconButton icon="remove" label={say("remove")} onClick={() => onRemove(chat)} />
      </span>
    </li>
  );
}

function TitleField({ chat, onDone }: { readonly chat: Listed; readonly onDone: () => void }) {
  const [title, setTitle] = useState(chat.title);
  const save = (event?: FormEvent): void => {
    event?.preventDefault();
    if (title.trim() && title !== chat.title) void rename(chat.id, title.trim());
    onDone();
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    onDone();
  };
  return (
    <li className="chat-row renaming">
      <form onSubmit={save}>
        <input
          aria-label={say("title")}
          value={title}
          maxLength={200}
          ref={selectAll}
          onChange={(event) => setTitle(event.target.value)}
          onKeyDown={press}
          onBlur={() => save()}
        />
      </form>
    </li>
  );
}

/** Once, when the field appears. */
function selectAll(field: HTMLInputElement | null): void {
  field?.select();
}
