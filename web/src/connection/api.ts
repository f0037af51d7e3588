/** The server's routes beside the stream. */

import type { Message, Verdict } from "../chat/message";
import { isConnected, patientFetch } from "./patient-fetch";

export interface Listed {
  readonly id: string;
  readonly title: string;
  readonly changed_at: number;
  readonly running: boolean;
}

const address = (chat: string): string => `/api/chat/${encodeURIComponent(chat)}`;
const JSON_BODY = { "content-type": "application/json" };

export const exportAllAddress = "/api/export";
export const exportAddress = (chat: string): string => `${address(chat)}/export`;

/** The stored messages of a chat; null where there is no such chat. */
export async function readChat(chat: string, signal?: AbortSignal): Promise<Message[] | null> {
  const response = await patientFetch(address(chat), signal ? { signal } : {});
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(await response.text());
  return ((await response.json()) as { messages: Message[] }).messages;
}

export async function listChats(): Promise<Listed[]> {
  const response = await patientFetch("/api/chats");
  return response.ok ? ((await response.json()) as { chats: Listed[] }).chats : [];
}

export async function renameChat(chat: string, title: string): Promise<void> {
  const body = JSON.stringify({ title });
  await patientFetch(address(chat), { method: "PATCH", headers: JSON_BODY, body });
}

export async function deleteChat(chat: string): Promise<void> {
  await patientFetch(address(chat), { method: "DELETE" });
}

/** Answers what a message asks; twice is as good as once, and the first one counts. */
export async function decide(chat: string, messageId: string, digest: string, verdict: Verdict): Promise<void> {
  const body = JSON.stringify({ messageId, digest, verdict });
  const response = await patientFetch(`${address(chat)}/decide`, { method: "POST", headers: JSON_BODY, body });
  if (!response.ok) throw new Error(await response.text());
}

/** Stops one answer, or where it has not begun to arrive, whatever is being answered. */
export async function stopAnswer(chat: string, answer: string | undefined): Promise<void> {
  const body = JSON.stringify(answer ? { messageId: answer } : {});
  await patientFetch(`${address(chat)}/stop`, { method: "POST", headers: JSON_BODY, body });
}

/** Ends the server as a crash would; `make run` starts it again. It may die before it answers. */
export async function killServer(): Promise<void> {
  await fetch("/dev/kill", { method: "POST" }).catch(() => isConnected.set(false));
}
