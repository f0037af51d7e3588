// The stock clients of the AI SDK against a running server, as a page uses them:
//   node talk.mjs FOLDER_WITH_NODE_MODULES URL TOKEN CHAT sse|socket
// Asks, loses interest and resumes, resumes as a page does that was loaded anew, asks for the answer
// once more, resumes where nothing runs; prints what it shows after each, as JSON.
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [folder, url, token, id, kind] = process.argv.slice(2);
const found = createRequire(path.join(path.resolve(folder), "any.js")).resolve("ai");
const { AbstractChat, DefaultChatTransport, WebSocketChatTransport } = await import(
  pathToFileURL(found).href
);
const headers = { authorization: `Bearer ${token}` };

class State {
  status = "ready";
  error = undefined;
  snapshot = structuredClone;

  constructor(messages) {
    this.messages = messages;
  }
  pushMessage = (message) => {
    this.messages = [...this.messages, message];
  };
  popMessage = () => {
    this.messages = this.messages.slice(0, -1);
  };
  replaceMessage = (index, message) => {
    this.messages = this.messages.with(index, structuredClone(message));
  };
}

class Chat extends AbstractChat {
  constructor(transport, messages = []) {
    super({ id, transport, state: new State(messages) });
  }
}

async function ticket() {
  const answer = await fetch(`${url}/api/ticket`, { method: "POST", headers });
  return answer.json();
}

const place = (await ticket()).url ?? `${url}/ws/chat`;
const transport = () =>
  kind === "socket"
    ? new WebSocketChatTransport({ url: place, params: ticket })
    : new DefaultChatTransport({ api: `${url}/api/chat`, headers });

const textOf = (message) =>
  (message?.parts ?? []).map((part) => (part.type === "text" ? part.text : "")).join("");

async function untilItSpeaks(chat) {
  while (chat.lastMessage?.role !== "assistant" || textOf(chat.lastMessage).length < 20) {
    if (chat.error) throw chat.error;
    await new Promise((done) => setTimeout(done, 5));
  }
}

const shown = (chat) => ({
  status: chat.status,
  error: chat.error?.message,
  messages: chat.messages.map((message) => ({
    id: message.id,
    role: message.role,
    text: textOf(message),
  })),
});

const said = {};
const way = transport();
const chat = new Chat(way);
const asking = chat.sendMessage({ text: "question one" });
await untilItSpeaks(chat);
await chat.stop();
await asking;
said.detached = shown(chat);

const reloadedWay = transport();
const reloaded = new Chat(reloadedWay, chat.messages.slice(0, 1));
await Promise.all([chat.resumeStream(), reloaded.resumeStream()]);
said.resumed = shown(chat);
said.reloaded = shown(reloaded);

await chat.regenerate();
said.regenerated = shown(chat);

await chat.sendMessage({ text: "question two" });
await reloaded.resumeStream();
said.followed = shown(chat);
said.idle = shown(reloaded);

const answer = await fetch(`${url}/api/chat/${id}`, { headers });
said.stored = (await answer.json()).messages.map((message) => ({
  id: message.id,
  role: message.role,
  text: textOf(message),
}));
for (const one of [way, reloadedWay]) one.close?.();
console.log(JSON.stringify(said));
