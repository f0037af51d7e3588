"""What things are called in an account, and their ARNs."""

from aizuchi.deploy.stack.values import Given, Here, Joined, Of, text

ACCOUNT, REGION, PARTITION, SUFFIX = map(Here, ("AccountId", "Region", "Partition", "URLSuffix"))
NAME = text(Given("Name"), "-", Given("Stage"))
"""What everything of an installation begins with."""


def named(what: str) -> Joined:
    return text(NAME, "-", what)


def arn(service: str, *what: "str | Given | Of | Joined") -> Joined:
    """Of something in this account and region."""
    return text("arn:", PARTITION, f":{service}:", REGION, ":", ACCOUNT, ":", *what)


OWN = "own"
"""Below which the operator puts parameters that `aizuchi.toml` names."""

SOCKET_STAGE = "chat"
SOCKETS = text("https://", Of("SocketApi"), ".execute-api.", REGION, ".", SUFFIX, "/", SOCKET_STAGE)
"""The base of the API of WebSockets: what is pushed to goes below it."""


def log_group(what: str) -> Joined:
    return text("/aws/lambda/", named(what))
