/** The messages of a chat, and what stands in an answer. Pure. */

import type { UIMessage } from "ai";
import type { FilePart } from "./files";
import { placeOf, safeAddress } from "../markdown/addresses";

export type Stage = "heard" | "thinking" | "working" | "writing" | "done";
export type StepState = "running" | "done" | "failed";

type Data = {
  heard: { stage: Stage; text: string };
  step: { title: string; state: StepState };
  consent: { digest: string; calls: { tool: string; arguments: string }[]; expiresAt: number };
  outcome: { outcome: string; text: string; code: string; incident: string };
};

export type Message = UIMessage<unknown, Data>;
export type Heard = Data["heard"];
export type Outcome = Data["outcome"];
export type Consent = Data["consent"];
export type Verdict = "yes" | "no";

const CALM = new Set(["answered", "asks", "cancelled"]);

/** Whether an end is no trouble: it was wished, or only something is said beside the answer. */
export const isCalm = ({ outcome }: Outcome): boolean => CALM.has(outcome);

export interface Step {
  readonly id: string;
  readonly title: string;
  readonly state: StepState;
}

export function textOf(message: Message): string {
  return message.parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}

export function heardOf(message: Message): Heard | undefined {
  return message.parts.find((part) => part.type === "data-heard")?.data;
}

export function outcomeOf(message: Message): Outcome | undefined {
  return message.parts.find((part) => part.type === "data-outcome")?.data;
}

export function consentOf(message: Message): Consent | undefined {
  return message.parts.find((part) => part.type === "data-consent")?.data;
}

/** The answer to what a message asks; the same for everybody. */
export const decisionId = (asking: string): string => `${asking}:decision`;

/** Whether a message is a decision, or the answer to one: neither can be made again. */
export const isOfDecision = ({ id, role }: Message): boolean =>
  role === "user" ? /^(yes|no):/.test(id) : id.endsWith(":decision");

export function stepsOf(message: Message): Step[] {
  return message.parts.flatMap((part) =>
    part.type === "data-step" ? [{ id: part.id ?? part.data.title, ...part.data }] : [],
  );
}

export interface Source {
  readonly url: string;
  readonly title: string;
}

/** Where what was found stands: only what may be followed, once each, by its title or its host. */
export function sourcesOf(message: Message): Source[] {
  const found = message.parts.flatMap((part) => {
    const address = part.type === "source-url" ? safeAddress(part.url) : null;
    if (part.type !== "source-url" || !address) return [];
    return [{ url: part.url, title: part.title || placeOf(address) }];
  });
  return [...new Map(found.map((source) => [source.url, source])).values()];
}

/** Whether an answer has been told to its end. */
export function isOver(message: Message | undefined): boolean {
  return message?.role === "assistant" && (heardOf(message)?.stage ?? "done") === "done";
}

/** Whether two messages are one and say the same: an edited one keeps its id. */
export function isTheSame(one: Message, other: Message): boolean {
  return one.id === other.id && textOf(one) === textOf(other);
}

export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(36).padStart(2, "0")).join("");
}

/** Files come first, as the AI SDK sends them; one that is alone needs no words. */
export function question(text: string, files: readonly FilePart[] = []): Message {
  const words = text.trim() || !files.length ? [{ type: "text" as const, text }] : [];
  return { id: newId(), role: "user", parts: [...files, ...words] };
}
