/** A text that is still being written, closed where it stands open, so that marks do not flash. */

const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** The last block of an unfinished answer as it would look if it ended here. */
export function mended(block: string): string {
  if (FENCE.test(block)) return block;
  const text = block.replace(/!?\[[^\]\n]*\]\([^)\n]*$/, linkText).replace(/[*_`~]+$/, "");
  return closed(closed(text, "`"), "**");
}

function linkText(half: string): string {
  return half.startsWith("!") ? "" : half.slice(1, half.indexOf("]"));
}

/** With the mark once more where it stands an odd number of times. */
function closed(text: string, mark: "`" | "**"): string {
  const plain = mark === "**" ? text.replace(/`[^`]*`/g, "") : text;
  const isOpen = plain.split(mark).length % 2 === 0;
  const hasText = /[^\s*`]/.test(text.slice(text.lastIndexOf(mark) + mark.length));
  return isOpen && hasText ? text.trimEnd() + mark : text;
}
