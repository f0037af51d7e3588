/** The chat that is open: its history first, then its conversation. */

import { useEffect, useState } from "react";
import { readChat } from "../connection/api";
import { hear } from "../connection/tabs";
import { chosenTransport } from "../connection/transport";
import type { Route } from "../route";
import { Conversation } from "./conversation";

export interface Opened {
  readonly chat: string;
  readonly conversation: Conversation | null;
  readonly problem: string;
}

export function useOpened({ chat, isNew }: Route): Opened {
  const [opened, setOpened] = useState<Opened>({ chat, conversation: null, problem: "" });
  useEffect(() => {
    const left = new AbortController();
    let conversation: Conversation | null = null;
    void open(chat, isNew, left.signal).then(
      (made) => {
        if (left.signal.aborted) return;
        conversation = made;
        setOpened({ chat, conversation, problem: "" });
        if (!isNew) void made.catchUp();
      },
      (error: Error) => {
        if (!left.signal.aborted) setOpened({ chat, conversation: null, problem: error.message });
      },
    );
    return () => {
      left.abort();
      conversation?.leave();
    };
  }, [chat, isNew]);
  return opened.chat === chat ? opened : { chat, conversation: null, problem: "" };
}

async function open(chat: string, isNew: boolean, signal: AbortSignal): Promise<Conversation> {
  const stored = isNew ? null : await readChat(chat, signal);
  return new Conversation(chat, stored ?? [], chosenTransport());
}

/** Brings a conversation up to date when other tabs, the network or the person come back to it. */
export function useKeptUp(conversation: Conversation): void {
  useEffect(() => {
    const over = new AbortController();
    const isOurs = (chat: string): boolean => chat === conversation.id;
    const forget = hear(({ chat }) => isOurs(chat) && void conversation.catchUp());
    const onFront = (): void => {
      if (document.visibilityState === "visible") void conversation.catchUp();
    };
    document.addEventListener("visibilitychange", onFront, { signal: over.signal });
    addEventListener("online", () => void conversation.reconnect(), { signal: over.signal });
    return () => {
      over.abort();
      forget();
    };
  }, [conversation]);
}
