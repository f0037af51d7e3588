/** What is shown after the stored history has been read again. Pure. */

import { isOver, outcomeOf, textOf, type Message } from "./message";

/** The stored messages; what is shown already and says the same stays the same object, with its
 * steps, and the answer that is being written stays below its question. */
export function reconciled(shown: Message[], stored: Message[]): Message[] {
  const known = new Map(shown.map((message) => [message.id, message]));
  const standing = stored.map((message) => sameOr(known.get(message.id), message));
  const messages = [...standing, ...beingWritten(shown, stored)];
  return isSame(messages, shown) ? shown : messages;
}

/** Whether a question of a stored chat still waits for its answer. */
export function isUnanswered(stored: readonly Message[]): boolean {
  return stored.some((message, at) => isOpen(message, stored[at + 1]));
}

function isOpen(message: Message, next: Message | undefined): boolean {
  return message.role === "user" && next?.role !== "assistant";
}

function sameOr(shown: Message | undefined, stored: Message): Message {
  if (!shown || textOf(shown) !== textOf(stored)) return stored;
  if (stored.role === "user") return shown;
  const sameEnd = outcomeOf(shown)?.text === outcomeOf(stored)?.text;
  return isOver(shown) && sameEnd ? shown : stored;
}

function beingWritten(shown: Message[], stored: Message[]): Message[] {
  const last = shown.at(-1);
  const isNew = last?.role === "assistant" && !stored.some(({ id }) => id === last.id);
  return last && isNew && !isOver(last) && isUnanswered(stored) ? [last] : [];
}

function isSame(messages: Message[], shown: Message[]): boolean {
  return messages.length === shown.length && messages.every((one, at) => one === shown[at]);
}
