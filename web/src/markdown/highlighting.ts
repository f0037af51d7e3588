/** The colours of code, loaded with the first code block. */

import { Cell } from "../cell";

type Highlight = (code: string, language: string) => string | null;

const LONGEST = 30_000;

export const highlighter = new Cell<Highlight | null>(null);

let loading: Promise<void> | undefined;

export function loadHighlighter(): void {
  loading ??= import("./languages").then(
    ({ highlight }) => highlighter.set(highlight),
    () => {
      loading = undefined;
    },
  );
}

/** The code as HTML with its colours; null where it has none. */
export function coloured(highlight: Highlight | null, code: string, language: string): string | null {
  return highlight && language && code.length <= LONGEST ? highlight(code, language) : null;
}
