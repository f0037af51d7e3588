/** The whole page: the list of chats beside the chat that is open. */

import { useEffect, useState } from "react";
import { useCell } from "../cell";
import { chats, refreshChats, remove } from "../chat/list";
import { useOpened } from "../chat/opening";
import type { Listed } from "../connection/api";
import { hear } from "../connection/tabs";
import { assistantName } from "../place";
import { openNewChat, route } from "../route";
import { say } from "../words";
import { useDrawer } from "./drawer";
import { Note } from "./Note";
import { RemoveDialog } from "./RemoveDialog";
import { Sidebar } from "./Sidebar";
import { Status } from "./Status";
import { Thread } from "./Thread";
import { TopBar } from "./TopBar";

export function App() {
  const here = useCell(route);
  const { conversation, problem } = useOpened(here);
  const title = useCell(chats).find(({ id }) => id === here.chat)?.title ?? "";
  const drawer = useDrawer("chats");
  const [leaving, setLeaving] = useState<Listed | null>(null);
  const begin = (): void => {
    drawer.close();
    if (conversation?.chat.messages.length === 0) document.getElementById("message")?.focus();
    else openNewChat();
  };
  const removeChat = (chat: Listed): void => {
    void remove(chat.id);
    if (chat.id === here.chat) openNewChat();
  };
  useList();
  useEffect(() => {
    document.title = title ? `${title} · ${assistantName}` : assistantName;
  }, [title]);
  return (
    <>
      <a className="skip" href="#message" onClick={focusMessage}>{say("skip")}</a>
      <Sidebar
        current={here.chat}
        isOpen={drawer.isOpen}
        onNew={begin}
        onClose={drawer.close}
        onRemove={setLeaving}
      />
      {drawer.isOpen && <div className="backdrop" onClick={drawer.close} />}
      <main inert={drawer.isOpen}>
        <TopBar title={title} isDrawerOpen={drawer.isOpen} onMenu={drawer.open} onNew={begin} />
        {conversation ? (
          <Thread key={here.chat} conversation={conversation} />
        ) : (
          <Opening problem={problem} />
        )}
      </main>
      {leaving && <RemoveDialog chat={leaving} onRemove={removeChat} onClose={() => setLeaving(null)} />}
    </>
  );
}

/** A chat that is being opened, or cannot be. */
function Opening({ problem }: { readonly problem: string }) {
  const outcome = { outcome: "failed", text: problem, code: "", incident: "" };
  return (
    <div className="frame">
      <div className="content opening">
        {problem ? <Note outcome={outcome} /> : <Status listening={{ sign: "sending", text: say("loading") }} />}
      </div>
    </div>
  );
}

/** Keeps the list of chats as it is on the server. */
function useList(): void {
  useEffect(() => {
    void refreshChats();
    const onFront = (): void => {
      if (document.visibilityState === "visible") void refreshChats();
    };
    const forget = hear(() => void refreshChats());
    document.addEventListener("visibilitychange", onFront);
    return () => {
      forget();
      document.removeEventListener("visibilitychange", onFront);
    };
  }, []);
}

function focusMessage(event: { preventDefault: () => void }): void {
  event.preventDefault();
  document.getElementById("message")?.focus();
}
