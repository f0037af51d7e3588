/** The person's chats. A column where there is room, a drawer where there is not. */

import { useCell } from "../cell";
import { chats, grouped } from "../chat/list";
import { exportAllAddress, type Listed } from "../connection/api";
import { openChat } from "../route";
import { say } from "../words";
import { ChatRow } from "./ChatRow";
import { Icon, Mark } from "./icons";
import { IconButton } from "./IconButton";
import { ThemeSwitch } from "./ThemeSwitch";
import { assistantName } from "../place";

interface Props {
  readonly current: string;
  readonly isOpen: boolean;
  readonly onNew: () => void;
  readonly onClose: () => void;
  readonly onRemove: (chat: Listed) => void;
}

export function Sidebar({ current, isOpen, onNew, onClose, onRemove }: Props) {
  const listed = useCell(chats);
  const open = (chat: Listed): void => {
    openChat(chat.id);
    onClose();
  };
  return (
    <aside id="chats" className={isOpen ? "sidebar open" : "sidebar"} aria-label={say("chats")}>
      <div className="brand">
        <Mark />
        <span>{assistantName}</span>
        <IconButton icon="close" label={say("closeChats")} className="narrow-only" onClick={onClose} />
      </div>
      <button type="button" className="new-chat" onClick={onNew}>
        <Icon name="plus" /> {say("newChat")}
      </button>
      <nav className="groups" aria-label={say("chats")}>
        {listed.length === 0 && <p className="empty">{say("noChats")}</p>}
        {grouped(listed, midnight()).map(({ name, chats: rows }) => (
          <section key={name}>
            <h2>{say(name)}</h2>
            <ul>
              {rows.map((chat) => (
                <ChatRow
                  key={chat.id}
                  chat={chat}
                  isCurrent={chat.id === current}
                  onOpen={open}
                  onRemove={onRemove}
                />
              ))}
            </ul>
          </section>
        ))}
      </nav>
      <a className="export-all" href={exportAllAddress} download>
        <Icon name="export" /> {say("exportAll")}
      </a>
      <ThemeSwitch />
    </aside>
  );
}

function midnight(): number {
  return new Date().setHours(0, 0, 0, 0) / 1000;
}
