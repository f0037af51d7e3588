/** The two ways of the stream. Both carry the same chunks; the server keeps the history, so only the
 * last message is sent. */

import { DefaultChatTransport, WebSocketChatTransport, type ChatTransport } from "ai";
import type { Message } from "../chat/message";
import { wantsWebSocket } from "../place";
import { patientFetch } from "./patient-fetch";

export type Transport = ChatTransport<Message>;

export function chosenTransport(): Transport {
  return wantsWebSocket ? overWebSocket() : overResponseStream();
}

export function overResponseStream(): Transport {
  return new DefaultChatTransport<Message>({
    api: "/api/chat",
    fetch: patientFetch,
    prepareSendMessagesRequest: ({ id, messages, trigger, messageId }) => ({
      body: { id, messages: lastQuestion(messages), trigger, messageId },
    }),
  });
}

export function overWebSocket(): Transport {
  return new WebSocketChatTransport<Message>({
    url: "/ws/chat",
    params: async () => ({ ticket: await newTicket() }),
    prepareSendMessagesRequest: ({ messages }) => ({ messages: lastQuestion(messages) }),
  });
}

function lastQuestion(messages: Message[]): Message[] {
  return messages.filter((message) => message.role === "user").slice(-1);
}

async function newTicket(): Promise<string> {
  const response = await patientFetch("/api/ticket", { method: "POST" });
  if (!response.ok) throw new Error(await response.text());
  const { ticket } = (await response.json()) as { ticket: string };
  return ticket;
}
