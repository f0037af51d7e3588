"""The functions: what each is told, and what it may do."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aizuchi.deploy.stack.names import NAME, SOCKETS
from aizuchi.deploy.stack.parameters import ON_LAMBDA, WITH_WEB
from aizuchi.deploy.stack.rights import (
    consumes,
    pushes,
    reads_key_and_secrets,
    reads_own,
    reads_secrets,
    sends,
    uses_table,
)
from aizuchi.deploy.stack.values import Condition, Given, IsSet, Of, When, text

SECRETS: Mapping[str, str] = {
    "AIZUCHI_INSTALLATION_KEY": "InstallationKey",
    "SLACK_SIGNING_SECRET": "SlackSigningSecret",
    "SLACK_BOT_TOKEN": "SlackBotToken",
    "DISCORD_PUBLIC_KEY": "DiscordPublicKey",
    "DISCORD_BOT_TOKEN": "DiscordBotToken",
    "OPENAI_API_KEY": "OpenaiApiKey",
    "AIZUCHI_WEB_TOKEN": "WebToken",
}
"""Of each variable with a secret, the parameter that names where SSM keeps it."""

WEB_TOKEN = "AIZUCHI_WEB_TOKEN"  # noqa: S105 - a name
KEY = "AIZUCHI_INSTALLATION_KEY"


def among(*variables: str) -> Mapping[str, str]:
    return {variable: SECRETS[variable] for variable in variables}


INGRESS_SECRETS = among("SLACK_SIGNING_SECRET", "DISCORD_PUBLIC_KEY")
WORKER_SECRETS = among(*(variable for variable in SECRETS if variable != WEB_TOKEN))
STREAM_SECRETS = among(KEY, "OPENAI_API_KEY", WEB_TOKEN)
SOCKET_SECRETS = among(KEY, WEB_TOKEN)

OF_MODEL: Mapping[str, str] = {
    "AIZUCHI_MODEL": "Model",
    "OPENAI_BASE_URL": "OpenaiBaseUrl",
    "OPENAI_ORG_ID": "OpenaiOrganization",
    "AIZUCHI__MODEL__TEMPERATURE": "Temperature",
    "AIZUCHI__MODEL__MAX_TOKENS": "MaxTokens",
}
CHOSEN: Mapping[str, str] = {"DISCORD_APP_ID": "DiscordAppId", **OF_MODEL}
"""Of each variable of the environment, the parameter that says it."""

QUEUES = {"AIZUCHI__AWS__TURNS": Of("Turns"), "AIZUCHI__AWS__SIDE": Of("Side")}
WEB_STORE = {"AIZUCHI__AWS__TABLE": NAME, **QUEUES, "AIZUCHI__AWS__SOCKETS": SOCKETS}
STORE = {**WEB_STORE, "AIZUCHI__AWS__SOCKETS": When(WITH_WEB, SOCKETS)}


class Function(NamedTuple):
    """`package` is the parameter with the key of its code; `size` names its memory and time."""

    name: str
    package: str
    size: str
    environment: Mapping[str, Any]
    rights: Sequence[Any]
    reserved: str = ""
    only: Condition | None = None
    fed_by: tuple[str, ...] = ()
    layer: str = ""

    @property
    def word(self) -> str:
        return self.name.lower()


def secrets(named: Mapping[str, str]) -> Mapping[str, Any]:
    """The functions read them from SSM, where a variable names them."""
    return {
        variable: When(IsSet(parameter), text("ssm:", Given(parameter)))
        for variable, parameter in named.items()
    }


def chosen(named: Mapping[str, str] = CHOSEN) -> Mapping[str, Any]:
    return {
        variable: When(IsSet(parameter), Given(parameter)) for variable, parameter in named.items()
    }


def working() -> Mapping[str, Any]:
    return {**STORE, **secrets(WORKER_SECRETS), **chosen()}


def working_rights(*consumed: str) -> Sequence[Any]:
    pushing = When(WITH_WEB, pushes())
    return uses_table(), consumes(*consumed), sends("Turns", "Side"), pushing, reads_own()


def web_rights(secrets: Mapping[str, str]) -> Sequence[Any]:
    """What a person says on the web lands in the table, and wakes somebody beside the order."""
    reads = reads_key_and_secrets(*secrets.values()), reads_own()
    return uses_table(), sends("Side"), pushes(), *reads


READS = reads_key_and_secrets(*WORKER_SECRETS.values())


def functions() -> Sequence[Function]:
    return _ingress(), _worker(), _side(), _stream(), _socket()


def _ingress() -> Function:
    return Function(
        "Ingress",
        "IngressKey",
        "Ingress",
        {**QUEUES, **secrets(INGRESS_SECRETS)},
        (sends("Turns", "Side"), reads_secrets(*INGRESS_SECRETS.values())),
        reserved="IngressReserved",
    )


def _worker() -> Function:
    return Function(
        "Worker",
        "WorkerKey",
        "Worker",
        working(),
        (*working_rights("Turns"), READS),
        reserved="WorkerReserved",
        only=ON_LAMBDA,
        fed_by=("Turns",),
    )


def _side() -> Function:
    return Function(
        "Side",
        "WorkerKey",
        "Worker",
        working(),
        (*working_rights("Side", "Dead"), READS),
        fed_by=("Side", "Dead"),
    )


def _stream() -> Function:
    """Its layer's script takes the place of Lambda's own client, which cannot stream."""
    wrapper = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/aizuchi-stream"}
    return Function(
        "Stream",
        "WorkerKey",
        "Stream",
        {**WEB_STORE, **secrets(STREAM_SECRETS), **chosen(OF_MODEL), **wrapper},
        web_rights(STREAM_SECRETS),
        reserved="StreamReserved",
        only=WITH_WEB,
        layer="StreamLayer",
    )


def _socket() -> Function:
    """It answers nothing, so it needs no model."""
    return Function(
        "Socket",
        "WorkerKey",
        "Socket",
        {**WEB_STORE, **secrets(SOCKET_SECRETS), "AIZUCHI_MODEL": "echo"},
        web_rights(SOCKET_SECRETS),
        reserved="SocketReserved",
        only=WITH_WEB,
    )
