/** The keys of the whole page. */

import { useEffect, type RefObject } from "react";
import { isTyping } from "./keys";

/** `/` goes to the message field. */
export function useFocusKey(field: RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (event.key !== "/" || !isPlain || isTyping(event.target)) return;
      event.preventDefault();
      field.current?.focus();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [field]);
}

/** Escape, where nothing nearer takes it: an open dialog, a conversion, an editor. */
export function useEscape(isOn: boolean, act: () => void): void {
  useEffect(() => {
    if (!isOn) return undefined;
    const press = (event: KeyboardEvent): void => {
      const isTaken = event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]");
      if (event.key === "Escape" && !isTaken) act();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });
}
