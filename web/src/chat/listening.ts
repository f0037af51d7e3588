/** The sign of listening: what the person is told while they wait. Pure. */

import { say } from "../words";
import { heardOf, type Message, type Stage } from "./message";

export type Sign = Exclude<Stage, "done"> | "sending" | "reconnecting";

export interface Listening {
  readonly sign: Sign;
  readonly text: string;
}

/** How many of the four lights are on. */
export const LIGHTS: Record<Sign, number> = {
  sending: 0,
  reconnecting: 0,
  heard: 1,
  thinking: 2,
  working: 3,
  writing: 4,
};

export function listening(
  last: Message | undefined,
  isBusy: boolean,
  isConnected: boolean,
): Listening | null {
  if (!isConnected) return { sign: "reconnecting", text: say("reconnecting") };
  if (!isBusy) return null;
  const heard = last?.role === "assistant" ? heardOf(last) : undefined;
  if (heard?.stage === "done") return null;
  return heard ? { sign: heard.stage, text: heard.text } : { sign: "sending", text: say("sending") };
}
