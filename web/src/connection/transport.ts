/** The two ways of the stream. Both carry the same chunks; the server keeps the history, so only the
 * last message is sent. */

import { DefaultChatTransport, WebSocketChatTransport, type ChatTransport } from "ai";
import type { Message } from "../chat/message";
import { wantsWebSocket } from "../place";
import { patientFetch } from "./patient-fetch";

export type Transport = ChatTransport<Message>;

type Options = ConstructorParameters<typeof WebSocketChatTransport<Message>>[0];
type Constructor = NonNullable<Options["webSocket"]>;

const HERE = "/ws/chat";
const MOST_BYTES = 30_000;
let elsewhere = "";

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
  return new OverWebSocket({
    url: HERE,
    params: async () => ({ ticket: await newTicket() }),
    webSocket: PlacedWebSocket as Constructor, // TypeScript's own types of `send` disagree with the SDK's
    prepareSendMessagesRequest: ({ messages }) => ({ messages: lastQuestion(messages) }),
  });
}

/** A gateway takes 32 kB in a frame: a message with files goes the other way, where it is larger. */
class OverWebSocket extends WebSocketChatTransport<Message> {
  readonly #stream = overResponseStream();

  override sendMessages(options: Parameters<Transport["sendMessages"]>[0]) {
    const size = new Blob([JSON.stringify(lastQuestion(options.messages))]).size;
    return elsewhere && size > MOST_BYTES ? this.#stream.sendMessages(options) : super.sendMessages(options);
  }
}

/** A socket where the last ticket is for: on AWS that is API Gateway's place, not this page's. */
class PlacedWebSocket extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    const placed = new URL(elsewhere || url, location.href);
    placed.search = new URL(url, location.href).search;
    super(placed, protocols);
  }
}

function lastQuestion(messages: Message[]): Message[] {
  return messages.filter((message) => message.role === "user").slice(-1);
}

/** Each ticket says where it is for; none of it is remembered from one page to the next. */
async function newTicket(): Promise<string> {
  const response = await patientFetch("/api/ticket", { method: "POST" });
  if (!response.ok) throw new Error(await response.text());
  const { ticket, url } = (await response.json()) as { ticket: string; url?: string };
  elsewhere = url ?? "";
  return ticket;
}
