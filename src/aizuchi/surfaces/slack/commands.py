"""Answers to slash commands: by their `response_url`, of whose five uses one is kept."""

from typing import Any

from aizuchi.operations import PostPage, Refused
from aizuchi.surfaces.slack import RESPONSE_URL_USES
from aizuchi.surfaces.slack.address import Address
from aizuchi.surfaces.slack.consenting import buttons
from aizuchi.surfaces.slack.payloads import marker, silent
from aizuchi.surfaces.slack.private import tell_alone
from aizuchi.surfaces.slack.render import notice, quotation
from aizuchi.surfaces.slack.webapi import Answer, Reply, WebApi

POST = "chat.postMessage"
MOST_PAGES = RESPONSE_URL_USES - 1
BY_URL = "response_url"


class Commands:
    """Answers where the command was given. What its address no longer takes goes to the person
    alone, or for an answer that all are to see into the channel."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    async def answer(self, post: PostPage, address: Address) -> Reply:
        alone = address.ephemeral or post.private
        if address.response_url and post.page <= MOST_PAGES:
            reply = await self._api.respond(address.response_url, _body(post, address, alone))
            if isinstance(reply, Answer):
                return Answer({"ts": f"{BY_URL}:{post.page}"})
            if not isinstance(reply, Refused):
                return reply
        if not alone:
            said = silent({"markdown_text": post.text, "metadata": marker(post.key)})
            channel = {"channel": address.channel}
            reply = await self._api.call(POST, address.team, {**channel, **said})
            if not isinstance(reply, Refused):
                return reply
        return await tell_alone(self._api, post.text, address)


def _body(post: PostPage, address: Address, alone: bool) -> dict[str, Any]:
    quoted = [quotation(address.quote)] if address.quote and post.page == 1 else []
    asked = [buttons(post.consent, post.text, address)] if post.consent else []
    return {
        "response_type": "ephemeral" if alone else "in_channel",
        "text": notice(post.text),
        "blocks": [*quoted, {"type": "markdown", "text": post.text}, *asked],
        "unfurl_links": False,
        "unfurl_media": False,
    }
