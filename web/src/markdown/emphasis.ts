/** Emphasis beside Japanese, Chinese and Korean. CommonMark closes `**` only where a space or a word
 * stands beside it, so `**「引用」**です` would stay as it is typed; where such text touches the
 * marks, they close at the next ones of the same length. */

import type { TokenizerAndRendererExtension } from "marked";

const LONGEST = 600;
const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303F\uFF00-\uFFEF]/u;
const RUN = /^(\*{1,3})(?![\s*])((?:`[^`\n]*`|\\[^\n]|[^`*\\\n]|(?<=\s)\*(?=\s))+?)(?<!\s)\1(?!\*)/;
const KINDS = ["em", "strong", "both"] as const;

export const cjkEmphasis: TokenizerAndRendererExtension = {
  name: "cjkEmphasis",
  level: "inline",
  start: (source) => source.indexOf("*"),
  tokenizer(source) {
    const run = RUN.exec(source.slice(0, LONGEST));
    const [raw, marks, text] = run ?? [];
    if (!raw || !marks || !text || !touchesCjk(text, source.charAt(raw.length))) return undefined;
    return {
      type: "cjkEmphasis",
      raw,
      kind: KINDS[marks.length - 1],
      tokens: this.lexer.inlineTokens(text),
    };
  },
  renderer(token) {
    const inner = this.parser.parseInline(token.tokens ?? []);
    if (token["kind"] === "em") return `<em>${inner}</em>`;
    return token["kind"] === "strong" ? `<strong>${inner}</strong>` : `<em><strong>${inner}</strong></em>`;
  },
};

function touchesCjk(text: string, after: string): boolean {
  return CJK.test(text.charAt(0)) || CJK.test(text.charAt(text.length - 1)) || CJK.test(after);
}
