/** An answer as blocks that are drawn one by one: while it grows, only its last block changes. */

import type { Token } from "marked";
import { escaped } from "./escaping";
import { mended } from "./mending";
import type { Reader } from "./reader";
import { htmlOf, languageName, level, newReader } from "./rendering";

interface Drawn {
  /** Equal where a block looks the same. */
  readonly look: string;
}

export interface Code extends Drawn {
  readonly kind: "code";
  readonly code: string;
  readonly language: string;
}

export interface Html extends Drawn {
  readonly kind: "html";
  readonly html: () => string;
}

export type Block = Code | Html;

/** The blocks of an answer; those of one that is still being written are closed where they stand open. */
export function blocks(text: string, isLive: boolean, reader: Reader): Block[] {
  try {
    const tokens = isLive ? live(text, reader) : reader.complete(text);
    return level(tokens).map((token) => blockOf(token, reader.definitions));
  } catch {
    // What no parser gets through is shown as it was written.
    return [{ kind: "html", look: text, html: () => asWritten(text) }];
  }
}

function live(text: string, reader: Reader): Token[] {
  const tokens = reader.growing(text);
  const last = tokens.at(-1);
  return last ? [...tokens.slice(0, -1), ...newReader().complete(mended(last.raw))] : tokens;
}

function blockOf(token: Token, definitions: number): Block {
  const depth = token.type === "heading" ? String(token["depth"]) : "";
  const look = `${definitions}/${depth}/${token.raw}`;
  if (token.type !== "code") return { kind: "html", look, html: () => htmlOrText(token) };
  const language = languageName(String(token["lang"] ?? ""));
  return { kind: "code", look, code: String(token["text"]), language };
}

function htmlOrText(token: Token): string {
  try {
    return htmlOf(token);
  } catch {
    return asWritten(token.raw);
  }
}

const asWritten = (text: string): string => `<p dir="auto">${escaped(text)}</p>`;
