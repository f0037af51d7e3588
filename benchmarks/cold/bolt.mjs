// Peer: @slack/bolt on Lambda, as its documentation shows it, which queues with AWS's own client.
// Usage: node bolt.mjs EVENT.json   (in the folder of its node_modules)
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(`${process.cwd()}/`));
const { App, AwsLambdaReceiver, LogLevel } = require("@slack/bolt");
const { SendMessageCommand, SQSClient } = require("@aws-sdk/client-sqs");

const receiver = new AwsLambdaReceiver({
  signingSecret: process.env.SLACK_SIGNING_SECRET,
  logLevel: LogLevel.ERROR,
});
const authorize = async () => ({ botToken: "xoxb-1", botId: "B1", botUserId: "U0LAN0Z89" });
const app = new App({
  authorize,
  receiver,
  logLevel: LogLevel.ERROR,
  processBeforeResponse: true,
});
const sqs = new SQSClient({ md5: false, useQueueUrlAsEndpoint: false });
app.event("app_mention", async ({ event, body }) => {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: process.env.AIZUCHI__AWS__TURNS,
      MessageBody: JSON.stringify(event),
      MessageGroupId: event.channel,
      MessageDeduplicationId: body.event_id,
    }),
  );
});

const handler = await receiver.start();
const event = JSON.parse(readFileSync(process.argv[2], "utf8"));
const answer = await handler(event, {}, () => {});
console.log(JSON.stringify({ statusCode: answer.statusCode, body: answer.body }));
process.exit(0);
