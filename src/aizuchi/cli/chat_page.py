"""What a person is told of the web chat on AWS: its address, and the token that opens it."""

from collections.abc import Sequence

from aizuchi.cli.aws import place_of
from aizuchi.cli.invocation import command_name
from aizuchi.deploy.aws.installation import Installation
from aizuchi.surfaces.web.tokens import parse


def chat_lines(page: str, tokens: str, installation: Installation) -> Sequence[str]:
    """Nothing where there is no page; without the tokens, how to read them."""
    if not page:
        return []
    command = f"{command_name()} secrets chat {place_of(installation)}"
    opened = opened_by(page, tokens)
    if not opened:
        return [f"The web chat: {page}", f"  {command} prints the address that lets you in."]
    return [*opened, f"  Whoever has that address is let in. {command} prints it again."]


def opened_by(page: str, tokens: str) -> list[str]:
    """For each person the address that lets them in at once."""
    return [
        f"The web chat, for {name}: {page.rstrip('/')}/?token={token}"
        for name, token in parse(tokens).items()
    ]
