/** The colours of code. What draws them is loaded with the first code block that can have some. */

import { Cell } from "../cell";

type Highlight = (code: string, language: string) => string | null;

const LONGEST = 30_000;
const OTHER_NAMES: Readonly<Record<string, string>> = {
  "c++": "cpp", cs: "csharp", console: "shell", docker: "dockerfile", golang: "go", h: "c", html: "xml",
  js: "javascript", jsx: "javascript", kt: "kotlin", md: "markdown", patch: "diff", py: "python",
  rb: "ruby", rs: "rust", sh: "bash", svg: "xml", toml: "ini", ts: "typescript", tsx: "typescript",
  yml: "yaml", zsh: "bash",
};

/** What is ready, by the language's name. */
export const ready = new Cell<ReadonlyMap<string, Highlight>>(new Map());

export const canonical = (name: string): string => OTHER_NAMES[name.toLowerCase()] ?? name.toLowerCase();

export async function prepareColours(language: string): Promise<void> {
  if (!language || ready.get().has(language)) return;
  try {
    const { prepare, highlight } = await import("./languages");
    await prepare(language);
    ready.set(new Map(ready.get()).set(language, highlight));
  } catch {
    // Without the network code stays in one colour.
  }
}

/** The code as HTML with its colours; null where it has none. */
export function coloured(highlight: Highlight | undefined, code: string, language: string): string | null {
  return highlight && code.length <= LONGEST ? highlight(code, language) : null;
}
