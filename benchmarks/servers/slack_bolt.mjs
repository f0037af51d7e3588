// Peer: @slack/bolt on node, as its documentation shows it.
// Usage: node slack_bolt.mjs   (in the folder of its node_modules)
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(`${process.cwd()}/`));
const { App } = require("@slack/bolt");

const authorize = async () => ({ botToken: "xoxb-1", botId: "B1", botUserId: "U0LAN0Z89" });
const app = new App({ signingSecret: "a secret of the benchmark", authorize });
app.event("app_mention", async () => {});
app.command("/ask", async ({ ack }) => ack());

const server = await app.start({ port: 0, host: "127.0.0.1" });
console.log("ready", server.address().port);
