// The plain page: sends, follows the answer's stream, and goes on by itself after a lost connection.

const words = document.body.dataset;
const byId = (id) => document.getElementById(id);
const [log, status, field, stop] = ["log", "status", "message", "stop"].map(byId);
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)),
  (byte) => byte.toString(36).padStart(2, "0")).join("");
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const named = () => location.hash.match(/^#([\w.~-]{1,128})$/)?.[1] ?? "";

let chat = "";
let following = 0;
let abandon = new AbortController();

function show(text, live = false) {
  status.textContent = text;
  status.classList.toggle("live", live && text !== "");
}

// ── what stands in the conversation ──

function article(id, role) {
  const known = document.getElementById(`m-${id}`);
  if (known) return known;
  const made = document.createElement("article");
  made.id = `m-${id}`;
  made.className = role;
  made.setAttribute("aria-label", role === "user" ? words.you : words.assistant);
  const [text, note] = ["div", "p"].map((tag) => document.createElement(tag));
  text.className = "text";
  note.className = "note";
  text.append("");
  made.append(text, note);
  byId("invite").className = "gone";
  log.append(made);
  return made;
}

function draw(message) {
  const made = article(message.id, message.role);
  for (const part of message.parts) {
    if (part.type === "text") made.firstChild.firstChild.data += part.text;
    if (part.type === "data-outcome") made.lastChild.textContent = part.data.text;
  }
}

function apply(chunk, answer) {
  const atEnd = innerHeight + scrollY > document.body.scrollHeight - 80;
  const text = answer?.firstChild.firstChild;
  switch (chunk.type) {
    case "start": answer = article(chunk.messageId, "assistant"); break;
    case "text-start": case "reset-step": text.data = ""; break;
    case "text-delta": text.appendData(chunk.delta); break;
    case "data-heard": show(chunk.data.text, true); break;
    case "data-outcome": answer.lastChild.textContent = chunk.data.text; break;
    case "error": answer.lastChild.textContent ||= chunk.errorText; break;
  }
  if (atEnd) scrollTo(0, document.body.scrollHeight);
  return answer;
}

// ── one stream, over as many connections as it takes ──

async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ;) {
    const { value, done } = await reader.read();
    if (done) return;
    const frames = (rest + value).split("\n\n");
    rest = frames.pop();
    for (const frame of frames) {
      const lines = frame.split("\n");
      const of = (name) => lines.find((line) => line.startsWith(name))?.slice(name.length);
      if (of("data: ")) yield { id: of("id: "), data: of("data: ") };
    }
  }
}

async function follow(send) {
  const { signal } = abandon;
  let last = "", answer, waits = 0;
  following += 1;
  stop.hidden = false;
  while (!signal.aborted) {
    try {
      const response = last
        ? await fetch(`/api/chat/${chat}/stream`, { headers: { "last-event-id": last }, signal })
        : await send(signal);
      if (response.status === 204) break;
      if (response.status < 500 && !response.ok) { show(await response.text()); break; }
      if (!response.ok) throw new Error(await response.text());
      for await (const { id, data } of events(response)) {
        if (data === "[DONE]") { signal.aborted || show(""); return ended(); }
        answer = apply(JSON.parse(data), answer);
        last = id ?? last;
        waits = 0;
      }
    } catch (error) {
      if (signal.aborted) break;
      show(last ? words.reconnecting : words.unsent, true);
    }
    await pause(Math.min(250 * 2 ** waits++, 4000));
  }
  ended();
}

function ended() {
  following -= 1;
  stop.hidden = following > 0 ? stop.hidden : true;
}

// ── what the person does ──

function ask(text) {
  const message = { id: newId(), role: "user", parts: [{ type: "text", text }] };
  draw(message);
  scrollTo(0, document.body.scrollHeight);
  const body = JSON.stringify({ id: chat, messages: [message], trigger: "submit-message" });
  const headers = { "content-type": "application/json" };
  follow((signal) => fetch("/api/chat", { method: "POST", headers, body, signal }));
}

async function open(id) {
  abandon.abort();
  abandon = new AbortController();
  log.replaceChildren();
  byId("invite").className = "";
  show("");
  chat = id || newId();
  history.replaceState(null, "", `#${chat}`);
  field.focus();
  if (!id) return;
  const response = await fetch(`/api/chat/${chat}`);
  if (!response.ok) return response.status === 404 || show(await response.text());
  (await response.json()).messages.forEach(draw);
  scrollTo(0, document.body.scrollHeight);
  follow((signal) => fetch(`/api/chat/${chat}/stream`, { signal }));
}

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!field.value.trim()) return;
  ask(field.value);
  field.value = "";
});
field.addEventListener("keydown", (event) => {
  const composing = event.isComposing || event.keyCode === 229;
  if (event.key !== "Enter" || event.shiftKey || composing) return;
  event.preventDefault();
  byId("composer").requestSubmit();
});
stop.addEventListener("click", () => fetch(`/api/chat/${chat}/stop`, { method: "POST" }));
byId("new").addEventListener("click", () => open(""));
addEventListener("hashchange", () => named() !== chat && open(named()));
open(named());
