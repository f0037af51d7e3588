/** Reads an answer while it grows: what is certain not to change any more is read once. */

import type { MarkedOptions, Token } from "marked";
import { lexed, type Links } from "./lexing";

const OPEN_BLOCKS = 2;

export class Reader {
  readonly #options: MarkedOptions;
  #settled: Token[] = [];
  #prefix = "";
  #links: Links = {};

  constructor(options: MarkedOptions) {
    this.#options = options;
  }

  /** How many addresses are defined so far; a block may look different with each. */
  get definitions(): number {
    return Object.keys(this.#links).length;
  }

  /** The blocks of a text that may still grow. */
  growing(text: string): Token[] {
    if (!text.startsWith(this.#prefix)) this.#forget();
    const open = this.#lex(text.slice(this.#prefix.length));
    const tokens = [...this.#settled, ...open];
    this.#settle(open.slice(0, -OPEN_BLOCKS));
    return tokens;
  }

  /** The blocks of a text that is complete. */
  complete(text: string): Token[] {
    const tokens = this.growing(text);
    if (this.definitions === 0) return tokens;
    this.#forget();
    return this.#lex(text);
  }

  #lex(text: string): Token[] {
    const source = text.replace(/\r\n?/g, "\n");
    const tokens = lexed(source, this.#options, this.#links);
    return withSpaces(tokens);
  }

  #settle(blocks: Token[]): void {
    this.#settled.push(...blocks);
    this.#prefix += blocks.map(({ raw }) => raw).join("");
  }

  #forget(): void {
    this.#settled = [];
    this.#prefix = "";
    this.#links = {};
  }
}

/** A blank line belongs to the block before it, so that the raw texts add up to the whole. */
function withSpaces(tokens: Token[]): Token[] {
  const blocks: Token[] = [];
  for (const token of tokens) {
    const before = blocks.at(-1);
    const isSpace = token.type === "space" || token.type === "def";
    if (isSpace && before) blocks[blocks.length - 1] = { ...before, raw: before.raw + token.raw };
    else blocks.push(token);
  }
  return blocks;
}
