"""What must not be read in a template: kept in SSM, encrypted, one parameter for each variable."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from aizuchi.deploy.aws.account import refusals_told
from aizuchi.deploy.aws.installation import KEY, Installation
from aizuchi.deploy.aws.references import named_in_ssm
from aizuchi.deploy.stack.functions import SECRETS, WEB_TOKEN
from aizuchi.settings import Settings

AT_ONCE = 10


def known_here(settings: Settings) -> Mapping[str, str]:
    """The values that this machine's settings have, by variable; not those that the settings name
    in SSM, where they are kept already."""
    signing = ",".join(secret.reveal() for secret in settings.slack.signing)
    values = {
        KEY: settings.aws.key.reveal(),
        "SLACK_SIGNING_SECRET": signing,
        "SLACK_BOT_TOKEN": settings.slack.bot_token.reveal(),
        "DISCORD_PUBLIC_KEY": settings.discord.public_key,
        "DISCORD_BOT_TOKEN": settings.discord.bot_token.reveal(),
        "OPENAI_API_KEY": settings.model.api_key.reveal(),
        WEB_TOKEN: settings.web.token.reveal(),
    }
    elsewhere = named_in_ssm(settings)
    return {name: value for name, value in values.items() if value and name not in elsewhere}


class Vault:
    def __init__(self, client: Any, installation: Installation) -> None:
        self._client, self._installation = client, installation

    def kept(self) -> Mapping[str, str]:
        """What is kept there, by variable."""
        places = {self._installation.parameter(each): each for each in SECRETS}
        with refusals_told():
            said = self._client.get_parameters(Names=sorted(places), WithDecryption=True)
        return {places[each["Name"]]: each["Value"] for each in said["Parameters"]}

    def keep(self, values: Mapping[str, str]) -> None:
        for variable, value in values.items():
            with refusals_told():
                self._client.put_parameter(
                    Name=self._installation.parameter(variable),
                    Value=value,
                    Type="SecureString",
                    Overwrite=True,
                )

    def delete(self, variables: Sequence[str]) -> None:
        self._delete([self._installation.parameter(each) for each in variables])

    def delete_own(self) -> None:
        """Those that the operator has put where `aizuchi.toml` names them."""
        pages = self._client.get_paginator("get_parameters_by_path")
        with refusals_told():
            found = [
                str(each["Name"])
                for page in pages.paginate(Path=self._installation.own, Recursive=True)
                for each in page["Parameters"]
            ]
        self._delete(found)

    def _delete(self, names: Sequence[str]) -> None:
        for begin in range(0, len(names), AT_ONCE):
            with refusals_told():
                self._client.delete_parameters(Names=names[begin : begin + AT_ONCE])


def wanted(here: Mapping[str, str], kept: Mapping[str, str], *, web: bool) -> Mapping[str, str]:
    """What is to be written: what is new or another here; and, where there is none, a key, and a
    token of the web chat if that is on."""
    made = {KEY: secrets.token_hex(32), **({WEB_TOKEN: secrets.token_urlsafe(32)} if web else {})}
    missing = {name: value for name, value in made.items() if name not in {*kept, *here}}
    return {**missing, **{key: value for key, value in here.items() if kept.get(key) != value}}
