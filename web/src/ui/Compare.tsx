/** One question, answered once, followed over both ways of the stream side by side. */

import { useCallback, useEffect, useRef, useState } from "react";
import { useCell } from "../cell";
import type { FilePart } from "../chat/files";
import { Lane } from "../chat/lane";
import { newId, question } from "../chat/message";
import { overResponseStream, overWebSocket } from "../connection/transport";
import { canKill } from "../place";
import { say } from "../words";
import { Composer } from "./Composer";
import { Mark } from "./icons";
import { LaneView } from "./LaneView";
import { useEscape, useFocusKey } from "./shortcuts";
import { KillButton } from "./TopBar";

function newLanes() {
  const chat = newId();
  return { socket: new Lane(chat, overWebSocket()), stream: new Lane(chat, overResponseStream()) };
}

export function Compare() {
  const [{ socket, stream }] = useState(newLanes);
  const [asked, setAsked] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const isSocketBusy = useCell(socket.conversation.isBusy);
  const isStreamBusy = useCell(stream.conversation.isBusy);
  const isBusy = isSocketBusy || isStreamBusy;
  const ask = useCallback((text: string, files: readonly FilePart[]) => {
    const message = question(text, files);
    setAsked(text || files.map(({ filename }) => filename).join(", "));
    socket.ask(message);
    stream.ask(message);
  }, [socket, stream]);
  const stop = (): void => void stream.conversation.stop();
  useEffect(() => {
    void socket.connect();
    void stream.connect();
  }, [socket, stream]);
  useFocusKey(field);
  useEscape(isBusy, stop);
  return (
    <div className="compare">
      <header className="compare-head">
        <a href="/" className="home" aria-label={say("backToChat")} title={say("backToChat")}><Mark /></a>
        <div>
          <h1>{say("compare")}</h1>
          <p dir="auto">{asked || say("compareText")}</p>
        </div>
        {canKill && <KillButton />}
      </header>
      <main>
        <div className="lanes">
          <LaneView name={say("webSocket")} lane={socket} />
          <LaneView name={say("responseStream")} lane={stream} />
        </div>
        <div className="foot">
          <Composer field={field} isBusy={isBusy} onSend={ask} onStop={stop} />
        </div>
      </main>
    </div>
  );
}
