/** The files that are about to be sent: chosen, pasted or dropped, and made ready meanwhile. */

import { useCallback, useEffect, useRef, useState, type ClipboardEvent } from "react";
import { MOST_FILES, type FilePart } from "../chat/files";
import { chosen, prepared } from "../chat/preparing";
import { say } from "../words";

interface Attaching {
  readonly parts: readonly FilePart[];
  readonly isPreparing: boolean;
  readonly trouble: string;
  readonly isDropping: boolean;
  readonly add: (files: Iterable<File>) => void;
  readonly remove: (at: number) => void;
  readonly clear: () => void;
  readonly paste: (event: ClipboardEvent) => void;
}

const NOTHING: readonly FilePart[] = [];

export function useAttaching(): Attaching {
  const files = useRef<readonly File[]>([]);
  const run = useRef(0);
  const [parts, setParts] = useState(NOTHING);
  const [isPreparing, setPreparing] = useState(false);
  const [trouble, setTrouble] = useState("");

  const prepare = useCallback(async (wanted: readonly File[], said: string) => {
    const mine = ++run.current;
    files.current = wanted;
    setPreparing(true);
    const { parts: ready, tooLarge } = await prepared(wanted).catch(() => ({ parts: NOTHING, tooLarge: wanted }));
    if (mine !== run.current) return;
    files.current = wanted.filter((file) => !tooLarge.includes(file));
    const left = tooLarge.length ? say("tooLarge", { files: tooLarge.map(({ name }) => name).join(", ") }) : "";
    setParts(ready);
    setTrouble([said, left].filter(Boolean).join(" "));
    setPreparing(false);
  }, []);
  const add = useCallback((added: Iterable<File>) => {
    const all = [...added];
    if (!all.length) return;
    const isTooMany = files.current.length + all.length > MOST_FILES;
    void prepare(chosen(files.current, all), isTooMany ? say("tooMany", { most: `${MOST_FILES}` }) : "");
  }, [prepare]);
  const remove = useCallback((at: number) => {
    void prepare(files.current.filter((_, place) => place !== at), "");
  }, [prepare]);
  const clear = useCallback(() => {
    run.current += 1;
    files.current = [];
    setParts(NOTHING);
    setTrouble("");
  }, []);
  /** What has words besides is pasted as words: a cell of a table comes as a picture too. */
  const paste = useCallback((event: ClipboardEvent) => {
    const data = event.clipboardData;
    if (!data?.files.length || data.types.includes("text/plain")) return;
    event.preventDefault();
    add(data.files);
  }, [add]);
  return { parts, isPreparing, trouble, isDropping: useDrop(add), add, remove, clear, paste };
}

/** Takes what is dropped anywhere on the page; whether something is being dragged over it. */
function useDrop(add: (files: Iterable<File>) => void): boolean {
  const [isDropping, setDropping] = useState(false);
  useEffect(() => {
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
    const over = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setDropping(true);
    };
    const leave = (event: DragEvent): void => {
      if (!event.relatedTarget) setDropping(false);
    };
    const drop = (event: DragEvent): void => {
      setDropping(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      add(event.dataTransfer?.files ?? []);
    };
    const heard = { dragover: over, dragleave: leave, drop } as const;
    for (const [name, listen] of Object.entries(heard)) document.addEventListener(name as keyof typeof heard, listen);
    return () => {
      for (const [name, listen] of Object.entries(heard)) document.removeEventListener(name as keyof typeof heard, listen);
    };
  }, [add]);
  return isDropping;
}
