// Peer: the Chat SDK with its Discord adapter and the state in memory, behind node's own server.
// Usage: node chat_sdk_discord.mjs PUBLIC_KEY APPLICATION   (in the folder of its node_modules)
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const from = (file) => import(pathToFileURL(`${process.cwd()}/node_modules/${file}`).href);
const { Chat } = await from("chat/dist/index.js");
const { createDiscordAdapter } = await from("@chat-adapter/discord/dist/index.js");
const { createMemoryState } = await from("@chat-adapter/state-memory/dist/index.js");

const [publicKey, applicationId] = process.argv.slice(2);
const discord = createDiscordAdapter({ publicKey, applicationId, botToken: "x" });
const quiet = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
const state = createMemoryState();
const chat = new Chat({ userName: "mai", adapters: { discord }, state, logger: quiet });
chat.onSlashCommand("/ask", async () => {});
await chat.initialize();

const server = createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const asked = new Request(`http://127.0.0.1${request.url}`, {
    method: request.method,
    headers: request.headers,
    body: Buffer.concat(pieces),
  });
  const answer = await chat.webhooks.discord(asked, { waitUntil: (task) => void task.catch(() => {}) });
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(Buffer.from(await answer.arrayBuffer()));
});
server.listen(0, "127.0.0.1", () => console.log("ready", server.address().port));
