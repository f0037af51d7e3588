// Peer: the Chat SDK posts what a model says: on Slack by its streams or by edits, on Discord in
// answer to a command.
// Usage: node chat_sdk_stream.mjs streams|edits|discord   (in the folder of its node_modules)
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const from = (file) => import(pathToFileURL(`${process.cwd()}/node_modules/${file}`).href);
const { Chat } = await from("chat/dist/index.js");
const { createMemoryState } = await from("@chat-adapter/state-memory/dist/index.js");

const how = process.argv[2];
const quiet = { debug() {}, info() {}, warn() {}, error: console.error, child: () => quiet };
const platform = how === "discord" ? "discord" : "slack";
const adapters = { [platform]: await (how === "discord" ? onDiscord() : onSlack()) };
const chat = new Chat({ userName: "mai", adapters, state: createMemoryState(), logger: quiet });
chat.onNewMention(async (thread) => {
  await thread.post(words());
});
chat.onSlashCommand("/ask", async (event) => {
  await event.channel.post(words());
});
await chat.initialize();

async function onSlack() {
  const { createSlackAdapter } = await from("@chat-adapter/slack/dist/index.js");
  return createSlackAdapter({
    signingSecret: process.env.SLACK_SIGNING_SECRET,
    botToken: process.env.SLACK_BOT_TOKEN,
    nativeStreaming: how !== "edits",
  });
}

async function onDiscord() {
  const { createDiscordAdapter } = await from("@chat-adapter/discord/dist/index.js");
  // It reads the environment, but answers to commands go to the real address all the same.
  const call = globalThis.fetch;
  const here = (url) => String(url).replace("https://discord.com/api/v10", process.env.DISCORD_API_URL);
  globalThis.fetch = (url, options) => call(here(url), options);
  return createDiscordAdapter();
}

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
  const answer = await chat.webhooks[platform](asked, { waitUntil: (task) => void task.catch(console.error) });
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(Buffer.from(await answer.arrayBuffer()));
});
server.listen(0, "127.0.0.1", () => console.log("ready", server.address().port));
