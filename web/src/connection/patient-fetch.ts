/** A fetch that does not give up on an unreachable server: the same request again, until it is
 * answered whole. The server knows a message by its id, so nothing is asked twice. */

import { Cell } from "../cell";
import { pause } from "./patience";

const OUTAGES = new Set([502, 503, 504]);
const SILENT_MS = 45_000;

export const isConnected = new Cell(true);

export async function patientFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  for (let tries = 0; ; tries++) {
    const response = await attempt(input, init);
    if (response) return response;
    isConnected.set(false);
    await pause(tries, init?.signal);
  }
}

async function attempt(input: RequestInfo | URL, init?: RequestInit): Promise<Response | null> {
  try {
    const response = await fetch(input, init);
    if (OUTAGES.has(response.status)) return null;
    const answered = isStream(response) ? unlessSilent(response) : await whole(response);
    isConnected.set(true);
    return answered;
  } catch (error) {
    if (init?.signal?.aborted) throw error;
    return null;
  }
}

function isStream(response: Response): boolean {
  return response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
}

/** Read to its end here, so that a connection that breaks in the middle is tried again too. Chromium
 * gives a 204 a body, with which no response of that status may be made. */
async function whole(response: Response): Promise<Response> {
  const bytes = await response.arrayBuffer();
  return new Response(bytes.byteLength ? bytes : null, response);
}

/** The server sends a sign of life every 15 s; a stream without one is dead, whatever the socket says. */
function unlessSilent(response: Response): Response {
  let timer = 0;
  const watch = new TransformStream<Uint8Array, Uint8Array>({
    start: (controller) => restart(controller),
    transform: (bytes, controller) => {
      restart(controller);
      controller.enqueue(bytes);
    },
    flush: () => clearTimeout(timer),
  });
  function restart(controller: TransformStreamDefaultController<Uint8Array>): void {
    clearTimeout(timer);
    timer = window.setTimeout(() => controller.error(new TypeError("network silence")), SILENT_MS);
  }
  return new Response(response.body?.pipeThrough(watch) ?? null, response);
}
