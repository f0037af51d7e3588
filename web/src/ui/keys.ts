/** What a key means. Pure. */

interface Key {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly keyCode: number;
  readonly isComposing: boolean;
}

const COMPOSING = 229;

/** Enter sends, but never the Enter that ends a Japanese conversion: Safari tells that by 229 only. */
export function sends({ key, shiftKey, isComposing, keyCode }: Key): boolean {
  return key === "Enter" && !shiftKey && !isComposing && keyCode !== COMPOSING;
}

/** Whether somebody is typing there, so that a letter is no command. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}
