/** Why a stream ended, and what is to be done about it. Pure. */

import { isOver, type Message } from "./message";

export type Ending = "told" | "refused" | "broken";

/** `told`: the answer is complete. `refused`: the server did not take the question. `broken`: the
 * connection went away in between; the answer goes on without us. */
export function endingOf(messages: readonly Message[], error: Error | undefined): Ending {
  const last = messages.at(-1);
  if (isOver(last)) return "told";
  if (error && last?.role === "user" && !isOfTheNetwork(error)) return "refused";
  return "broken";
}

function isOfTheNetwork(error: Error): boolean {
  return error instanceof TypeError;
}
