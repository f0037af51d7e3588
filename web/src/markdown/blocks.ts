/** An answer as blocks that are drawn one by one: while it grows, only its last block changes. */

import type { Token } from "marked";
import { mended } from "./mending";
import { blocksOf, htmlOf, languageName } from "./rendering";
import { escaped } from "./escaping";

export type Block =
  | { readonly kind: "code"; readonly raw: string; readonly code: string; readonly language: string }
  | { readonly kind: "html"; readonly raw: string; readonly html: () => string };

/** The blocks of a text; those of one that is still being written are closed where they stand open. */
export function blocks(text: string, isLive: boolean): Block[] {
  return orAsItIs(text, () => {
    const tokens = blocksOf(text);
    const last = tokens.at(-1);
    const open = isLive && last ? blocksOf(mended(last.raw)) : tokens.slice(-1);
    return [...tokens.slice(0, -1), ...open].map(blockOf);
  });
}

function blockOf(token: Token): Block {
  if (token.type === "code") {
    const language = languageName(String(token["lang"] ?? ""));
    return { kind: "code", raw: token.raw, code: String(token["text"]), language };
  }
  return { kind: "html", raw: token.raw, html: () => htmlOrText(token) };
}

function htmlOrText(token: Token): string {
  try {
    return htmlOf(token);
  } catch {
    return asItIs(token.raw);
  }
}

/** What no parser gets through, such as ten thousand nested quotes, is shown as it was written. */
function orAsItIs(text: string, parse: () => Block[]): Block[] {
  try {
    return parse();
  } catch {
    return [{ kind: "html", raw: text, html: () => asItIs(text) }];
  }
}

const asItIs = (text: string): string => `<p dir="auto">${escaped(text)}</p>`;
