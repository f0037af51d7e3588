/** A transport that tells when the first words of an answer arrive. */

import type { UIMessageChunk } from "ai";
import type { Transport } from "./transport";

type Chunks = ReadableStream<UIMessageChunk>;

export function timed(transport: Transport, onFirstText: () => void): Transport {
  return {
    resumeStreamIsReplay: true,
    sendMessages: async (asked) => watched(await transport.sendMessages(asked), onFirstText),
    reconnectToStream: async (asked) => {
      const chunks = await transport.reconnectToStream(asked);
      return chunks && watched(chunks, onFirstText);
    },
  };
}

function watched(chunks: Chunks, onFirstText: () => void): Chunks {
  let isFirst = true;
  const watch = new TransformStream<UIMessageChunk, UIMessageChunk>({
    transform: (chunk, controller) => {
      if (isFirst && chunk.type === "text-delta") {
        isFirst = false;
        onFirstText();
      }
      controller.enqueue(chunk);
    },
  });
  return chunks.pipeThrough(watch);
}
