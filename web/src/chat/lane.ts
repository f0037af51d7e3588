/** One side of the comparison: a conversation over one transport, and its time to the first word. */

import { Cell } from "../cell";
import { timed } from "../connection/stopwatch";
import type { Transport } from "../connection/transport";
import { Conversation } from "./conversation";
import type { Message } from "./message";

export class Lane {
  readonly #transport: Transport;
  readonly conversation: Conversation;
  readonly firstTextMs = new Cell<number | null>(null);
  #asked = 0;

  constructor(chat: string, transport: Transport) {
    this.#transport = transport;
    this.conversation = new Conversation(chat, [], timed(transport, () => this.#note()));
  }

  /** Connects ahead of the first question, so that its time is the answer's alone. */
  async connect(): Promise<void> {
    const chatId = this.conversation.id;
    await this.#transport.reconnectToStream({ chatId }).catch(() => null);
  }

  ask(message: Message): void {
    this.#asked = performance.now();
    this.firstTextMs.set(null);
    void this.conversation.askThis(message);
  }

  /** A replay after a lost connection is not the first word. */
  #note(): void {
    if (this.firstTextMs.get() === null) this.firstTextMs.set(performance.now() - this.#asked);
  }
}
