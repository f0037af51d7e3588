/** Which chat is open: its id stands in the address, `#<id>`. */

import { Cell } from "./cell";
import { newId } from "./chat/message";

export interface Route {
  readonly chat: string;
  /** Whether the id was made just now, so that nothing can be stored under it. */
  readonly isNew: boolean;
}

const CHAT_ID = /^#([\w.~-]{1,128})$/;

export const route = new Cell<Route>(here());
history.replaceState(null, "", `#${route.get().chat}`);
addEventListener("hashchange", () => {
  if (here().chat !== route.get().chat) route.set(here());
});

export function openChat(chat: string): void {
  location.hash = chat;
}

export function openNewChat(): void {
  const chat = newId();
  history.pushState(null, "", `#${chat}`);
  route.set({ chat, isNew: true });
}

function here(): Route {
  const chat = CHAT_ID.exec(location.hash)?.[1];
  return chat ? { chat, isNew: false } : { chat: newId(), isNew: true };
}
