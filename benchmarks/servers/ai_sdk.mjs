// Peer: the AI SDK on node, as its documentation shows it.
// Usage: node ai_sdk.mjs MODEL_PORT   (in the folder of its node_modules)
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(`${process.cwd()}/`));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { createOpenAICompatible } = await load("@ai-sdk/openai-compatible");
const { convertToModelMessages, streamText } = await load("ai");

const baseURL = `http://127.0.0.1:${process.argv[2]}/v1`;
const provider = createOpenAICompatible({ name: "bench", apiKey: "none", baseURL });

const server = createServer(async (request, response) => {
  let body = "";
  for await (const piece of request) body += piece;
  const messages = await convertToModelMessages(JSON.parse(body).messages);
  const result = streamText({ model: provider("bench"), messages });
  result.pipeUIMessageStreamToResponse(response);
});
server.listen(0, "127.0.0.1", () => console.log("ready", server.address().port));
