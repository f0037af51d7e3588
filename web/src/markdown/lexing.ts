/** From text to blocks, in a time that what a model may write cannot make long. */

import { Lexer, type MarkedOptions, type Token } from "marked";

export type Links = Lexer["tokens"]["links"];

const LONGEST_PARAGRAPH = 20_000;
const ENDLESS = /[\x21-\x7e]{1000}| {300}/;
const TOO_DEEP = /^[ \t]{120,}(?:[-*+]|\d+[.)])\s|^(?:[ \t]*>){60}|(?:!?\[){500}/m;

/** The tokens of a text, one a block. `links` are the addresses defined before it, and gain its own. */
export function lexed(text: string, options: MarkedOptions, links: Links): Token[] {
  if (TOO_DEEP.test(text)) return [asItIs(text)];
  const lexer = new Lexer(options);
  lexer.tokens.links = links;
  lexer.blockTokens(text, lexer.tokens);
  for (const { src, tokens } of lexer.inlineQueue.splice(0)) {
    if (isTooMuch(src)) tokens.push({ type: "text", raw: src, text: src, escaped: false });
    else lexer.inlineTokens(src, tokens);
  }
  return lexer.tokens;
}

/** A text without Markdown. */
export function asItIs(text: string): Token {
  return { type: "paragraph", raw: text, text, tokens: [{ type: "text", raw: text, text, escaped: false }] };
}

function isTooMuch(paragraph: string): boolean {
  return paragraph.length > LONGEST_PARAGRAPH || ENDLESS.test(paragraph);
}
