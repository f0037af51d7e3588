/** How long to wait before the next try, and what ends the wait early. */

const FIRST_MS = 200;
const LONGEST_MS = 4000;

/** Doubles with each try; the chance between 0 and 1 keeps many pages from coming back at once. */
export function waitMs(tries: number, chance: number): number {
  const whole = Math.min(FIRST_MS * 2 ** tries, LONGEST_MS);
  return whole * (0.75 + chance / 4);
}

/** Waits, or goes on at once when the network or the tab comes back; rejects when it is given up. */
export function pause(tries: number, signal?: AbortSignal | null): Promise<void> {
  const wait = Promise.withResolvers<void>();
  const over = new AbortController();
  const wake = (): void => {
    if (document.visibilityState === "visible") wait.resolve();
  };
  const giveUp = (): void => wait.reject(signal?.reason);
  const timer = setTimeout(wait.resolve, waitMs(tries, Math.random()));
  addEventListener("online", wake, { signal: over.signal });
  document.addEventListener("visibilitychange", wake, { signal: over.signal });
  signal?.addEventListener("abort", giveUp, { signal: over.signal });
  if (signal?.aborted) giveUp();
  return wait.promise.finally(() => {
    clearTimeout(timer);
    over.abort();
  });
}
