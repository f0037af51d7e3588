"""Bolt for Python on Lambda, as its documentation shows it.

Usage: python bolt.py EVENT.json lazy|langchain

lazy: a lazy listener, which another invocation of the function runs; langchain: system 2's shape,
where the model stands ready in the same function.
"""

import json
import logging
import os
import sys
import warnings
from types import SimpleNamespace
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.aws_lambda import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult

CONTEXT = SimpleNamespace(function_name="bolt", invoked_function_arn="arn:aws:lambda:::bolt")


def authorize(**_: Any) -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None, team_id="T024BE7LH", bot_token="xoxb-1", bot_user_id="U0LAN0Z89"
    )


def make_app() -> App:
    return App(
        signing_secret=os.environ["SLACK_SIGNING_SECRET"],
        authorize=authorize,
        process_before_response=True,
    )


def lazy() -> App:
    app = make_app()
    app.event("app_mention")(ack=lambda ack: ack(), lazy=[lambda event: None])
    return app


def langchain() -> App:
    from langchain_core.chat_history import InMemoryChatMessageHistory
    from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
    from langchain_core.runnables.history import RunnableWithMessageHistory
    from langchain_openai import ChatOpenAI

    warnings.simplefilter("ignore")  # it warns of what it has better ways for by now
    prompt = ChatPromptTemplate.from_messages(
        [("system", "Be honest."), MessagesPlaceholder("history"), ("human", "{input}")]
    )
    model: Any = ChatOpenAI(model="gpt-5-mini", temperature=0, api_key="sk-none")
    RunnableWithMessageHistory(prompt | model, lambda _: InMemoryChatMessageHistory())
    app = make_app()
    app.event("app_mention")(lambda event: None)
    return app


logging.disable()
with open(sys.argv[1], encoding="utf-8") as file:
    event = json.load(file)
handler: Any = SlackRequestHandler({"lazy": lazy, "langchain": langchain}[sys.argv[2]]())
answer = handler.handle(event, CONTEXT)
print(json.dumps({"statusCode": answer["statusCode"], "body": answer["body"]}))
