/** One chat: the stock `Chat` of the AI SDK, and the patience around it. Whatever cuts a stream, the
 * stored history is read again and the answer is followed until it is told. */

import { Chat } from "@ai-sdk/react";
import { Cell } from "../cell";
import { decide, readChat, stopAnswer } from "../connection/api";
import { isConnected } from "../connection/patient-fetch";
import { pause } from "../connection/patience";
import { tell } from "../connection/tabs";
import type { Transport } from "../connection/transport";
import { endingOf } from "./ending";
import { filesOf, type FilePart } from "./files";
import { consentOf, isOver, isTheSame, newId, question, type Message, type Verdict } from "./message";
import { isUnanswered, reconciled } from "./reconciling";

const SHORT_MS = 500;

/** What the person asks of the server; sent again until it is stored. */
interface Wish {
  readonly send: () => Promise<void>;
  readonly isStored: (stored: readonly Message[]) => boolean;
}

export class Conversation {
  readonly chat: Chat<Message>;
  readonly isBusy = new Cell(false);
  readonly refusal = new Cell("");
  readonly #left = new AbortController();
  #untold = false;
  #run = 0;

  constructor(
    readonly id: string,
    stored: Message[],
    transport: Transport,
  ) {
    this.chat = new Chat<Message>({
      id,
      messages: stored,
      transport,
      generateId: newId,
      onData: () => this.#tellOnce(),
    });
  }

  // ── what the person does ──

  ask(text: string, files: readonly FilePart[] = []): Promise<void> {
    return this.askThis(question(text, files));
  }

  askThis(message: Message): Promise<void> {
    return this.#turn({
      send: () => this.#send(message),
      isStored: (stored) => stored.some((each) => isTheSame(each, message)),
    });
  }

  /** The files of a message stay when its words change. */
  edit(message: Message, text: string): Promise<void> {
    return this.askThis({ ...question(text, filesOf(message)), id: message.id });
  }

  /** The answer that is wanted anew leaves the history when that is stored. */
  regenerate(messageId: string): Promise<void> {
    return this.#turn({
      send: () => this.chat.regenerate({ messageId }),
      isStored: (stored) => stored.every(({ id }) => id !== messageId),
    });
  }

  /** Allows what a message asks for, or does not; the answer to that follows like any other. */
  decide(message: Message, verdict: Verdict): Promise<void> {
    const digest = consentOf(message)?.digest ?? "";
    return this.#turn({
      send: () => decide(this.id, message.id, digest, verdict),
      isStored: (stored) => stored.some(({ id }) => id === `${verdict}:${message.id}`),
    });
  }

  /** Asks the server to end the answer; what is written stays. */
  stop(): Promise<void> {
    const last = this.chat.messages.at(-1);
    return stopAnswer(this.id, last?.role === "assistant" ? last.id : undefined);
  }

  /** Ends listening; the answer goes on without us. */
  leave(): void {
    this.#left.abort();
    void this.chat.stop();
  }

  // ── nothing is lost ──

  /** Shows what others have asked meanwhile, and follows an answer that is under way. */
  async catchUp(): Promise<void> {
    if (!this.isBusy.get()) await this.#during((run) => this.#follow(run));
  }

  /** Takes up the stream anew, where the network came back under a connection that may be dead. */
  async reconnect(): Promise<void> {
    if (this.isBusy.get()) await this.chat.stop();
    else await this.catchUp();
  }

  async #turn(wish: Wish): Promise<void> {
    if (this.isBusy.get()) return;
    this.refusal.set("");
    this.#untold = true;
    this.isBusy.set(true);
    await this.#during(async (run) => {
      await wish.send();
      if (!(await this.#isRefused(wish))) await this.#follow(run);
    });
  }

  /** A new question, or the words that one is to have from now on. */
  #send(message: Message): Promise<void> {
    const stands = this.chat.messages.some(({ id }) => id === message.id);
    return this.chat.sendMessage(stands ? { ...message, messageId: message.id } : message);
  }

  /** Only the newest run may change what is shown. */
  async #during(work: (run: number) => Promise<void>): Promise<void> {
    const run = ++this.#run;
    try {
      await work(run);
    } catch (error) {
      if (!this.#left.signal.aborted) this.refusal.set((error as Error).message);
    }
    if (run === this.#run) this.isBusy.set(false);
  }

  /** Whether the server did not take the wish. One that never arrived is sent again. */
  async #isRefused({ send, isStored }: Wish): Promise<boolean> {
    for (let tries = 0; ; tries++) {
      const { messages, error } = this.chat;
      const ending = endingOf(messages, error);
      if (ending === "broken") isConnected.set(false);
      if (ending === "refused") this.refusal.set(error?.message ?? "");
      if (ending !== "broken" || messages.at(-1)?.role !== "user") return ending === "refused";
      const stored = (await this.#read()) ?? [];
      if (isStored(stored)) return false;
      await pause(tries, this.#left.signal);
      this.chat.messages = reconciled(this.chat.messages, stored);
      await send();
    }
  }

  /** Reads the history until no question in it waits; between two readings listens to the answer. */
  async #follow(run: number): Promise<void> {
    for (let tries = 0; ; ) {
      const stored = await this.#read();
      if (run !== this.#run) return;
      if (stored) this.chat.messages = reconciled(this.chat.messages, stored);
      if (!stored || !isUnanswered(stored)) break;
      this.isBusy.set(true);
      const begun = performance.now();
      await this.chat.resumeStream();
      if (endingOf(this.chat.messages, this.chat.error) === "broken" && this.chat.error) isConnected.set(false);
      const isProgress = isOver(this.chat.lastMessage) || performance.now() - begun > SHORT_MS;
      tries = isProgress ? 0 : tries + 1;
      if (tries) await pause(tries, this.#left.signal);
    }
    this.chat.clearError();
  }

  async #read(): Promise<Message[] | null> {
    const stored = await readChat(this.id, this.#left.signal);
    this.#left.signal.throwIfAborted();
    return stored;
  }

  #tellOnce(): void {
    if (!this.#untold) return;
    this.#untold = false;
    tell({ chat: this.id });
  }
}

