// Peer: the Chat SDK posts what a model says, by Slack's streams or by edits.
// Usage: node chat_sdk_stream.mjs streams|edits   (in the folder of its node_modules)
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const from = (file) => import(pathToFileURL(`${process.cwd()}/node_modules/${file}`).href);
const { Chat } = await from("chat/dist/index.js");
const { createSlackAdapter } = await from("@chat-adapter/slack/dist/index.js");
const { createMemoryState } = await from("@chat-adapter/state-memory/dist/index.js");

const slack = createSlackAdapter({
  signingSecret: process.env.SLACK_SIGNING_SECRET,
  botToken: process.env.SLACK_BOT_TOKEN,
  nativeStreaming: process.argv[2] !== "edits",
});
const quiet = { debug() {}, info() {}, warn() {}, error: console.error, child: () => quiet };
const chat = new Chat({ userName: "mai", adapters: { slack }, state: createMemoryState(), logger: quiet });
chat.onNewMention(async (thread) => {
  await thread.post(words());
});
await chat.initialize();

async function* words() {
  const question = { model: "bench", stream: true, messages: [{ role: "user", content: "?" }] };
  const answer = await fetch(`${process.env.OPENAI_BASE_URL}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(question),
  });
  let read = "";
  for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
    read += piece;
    const lines = read.split("\n");
    read = lines.pop();
    for (const line of lines) {
      if (!line.startsWith("data: {")) continue;
      const word = JSON.parse(line.slice(6)).choices[0]?.delta.content;
      if (word) yield word;
    }
  }
}

const server = createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const asked = new Request(`http://127.0.0.1${request.url}`, {
    method: request.method,
    headers: request.headers,
    body: Buffer.concat(pieces),
  });
  const answer = await chat.webhooks.slack(asked, { waitUntil: (task) => void task.catch(console.error) });
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(Buffer.from(await answer.arrayBuffer()));
});
server.listen(0, "127.0.0.1", () => console.log("ready", server.address().port));
