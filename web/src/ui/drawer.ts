/** The list of chats where it is a drawer: focus goes into it, and back to where it came from. */

import { useCallback, useEffect, useRef, useState } from "react";
import { useEscape } from "./shortcuts";

const WIDE = "(min-width: 56.01rem)";

export interface Drawer {
  readonly isOpen: boolean;
  readonly open: () => void;
  readonly close: () => void;
}

export function useDrawer(id: string): Drawer {
  const [isOpen, setOpen] = useState(false);
  const opener = useRef<Element | null>(null);
  const open = useCallback(() => {
    opener.current = document.activeElement;
    setOpen(true);
  }, []);
  const close = useCallback(() => setOpen(false), []);
  useEscape(isOpen, close);
  useEffect(() => {
    if (!isOpen) return undefined;
    document.getElementById(id)?.querySelector("button")?.focus();
    const wide = matchMedia(WIDE);
    wide.addEventListener("change", close);
    return () => {
      wide.removeEventListener("change", close);
      if (opener.current instanceof HTMLElement) opener.current.focus();
    };
  }, [id, isOpen, close]);
  return { isOpen, open, close };
}
