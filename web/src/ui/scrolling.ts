/** Keeps the end in sight while it grows, as long as the person has not scrolled away from it. */

import { useCallback, useEffect, useRef, useState, type RefObject } from "react";

const NEAR_PX = 64;

export interface Scrolling {
  readonly frame: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  readonly isAtEnd: boolean;
  readonly toEnd: () => void;
}

export function useScrolling(): Scrolling {
  const frame = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  const [isAtEnd, setAtEnd] = useState(true);
  const toEnd = useCallback(() => {
    sticks.current = true;
    frame.current?.scrollTo({ top: frame.current.scrollHeight });
  }, []);
  useEffect(() => {
    const [outer, inner] = [frame.current, content.current];
    if (!outer || !inner) return undefined;
    const over = new AbortController();
    const look = (): void => {
      sticks.current = outer.scrollHeight - outer.scrollTop - outer.clientHeight < NEAR_PX;
      setAtEnd(sticks.current);
    };
    const grown = new ResizeObserver(() => {
      if (sticks.current) outer.scrollTop = outer.scrollHeight;
      else setAtEnd(outer.scrollHeight - outer.scrollTop - outer.clientHeight < NEAR_PX);
    });
    grown.observe(inner);
    grown.observe(outer);
    outer.addEventListener("scroll", look, { passive: true, signal: over.signal });
    return () => {
      over.abort();
      grown.disconnect();
    };
  }, []);
  return { frame, content, isAtEnd, toEnd };
}
