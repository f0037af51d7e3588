/** The person's chats, as they stand in the list. */

import { Cell } from "../cell";
import { deleteChat, listChats, renameChat, type Listed } from "../connection/api";
import { tell } from "../connection/tabs";

export const chats = new Cell<readonly Listed[]>([]);

const DAY_S = 86_400;

export interface Group {
  readonly name: "today" | "week" | "earlier";
  readonly chats: readonly Listed[];
}

/** The list by age; `midnight` and times are seconds since the epoch. */
export function grouped(listed: readonly Listed[], midnight: number): Group[] {
  const nameOf = ({ changed_at }: Listed): Group["name"] => {
    if (changed_at >= midnight) return "today";
    return changed_at >= midnight - 6 * DAY_S ? "week" : "earlier";
  };
  const groups = (["today", "week", "earlier"] as const).map((name) => ({
    name,
    chats: listed.filter((chat) => nameOf(chat) === name),
  }));
  return groups.filter((group) => group.chats.length > 0);
}

let asked = 0;

/** Of two readings under way the later counts, whichever is answered first. */
export async function refreshChats(): Promise<void> {
  const reading = ++asked;
  const listed = await listChats();
  if (reading === asked) chats.set(listed);
}

export async function rename(chat: string, title: string): Promise<void> {
  chats.set(chats.get().map((each) => (each.id === chat ? { ...each, title } : each)));
  await renameChat(chat, title);
  tell({ chat });
}

export async function remove(chat: string): Promise<void> {
  chats.set(chats.get().filter((each) => each.id !== chat));
  await deleteChat(chat);
  tell({ chat });
}
