"""System 0's shape: discord-interactions verifies, boto3 invokes the other function.

Usage: python system0.py EVENT.json
"""

import json
import os
import sys

import boto3
from discord_interactions import InteractionResponseType, verify_key

with open(sys.argv[1], encoding="utf-8") as file:
    event = json.load(file)
headers, body = event["headers"], event["body"]
signature, timestamp = headers["x-signature-ed25519"], headers["x-signature-timestamp"]
if not verify_key(body.encode(), signature, timestamp, os.environ["DISCORD_PUBLIC_KEY"]):
    sys.exit("the signature is wrong")
boto3.client("lambda").invoke(
    FunctionName="long", InvocationType="Event", Payload=json.dumps(json.loads(body))
)
kind = InteractionResponseType.DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE
print(json.dumps({"statusCode": 200, "body": json.dumps({"type": kind})}))
