"""The section of aizuchi.toml that puts the store on AWS."""

from typing import Annotated, NamedTuple

from aizuchi.errors import SettingsError
from aizuchi.settings.fields import Meaning
from aizuchi.settings.secrets import Secret
from aizuchi.settings.sections import ADDRESS

QUEUE = "https://sqs.eu-west-1.example/123456789012/"


class AwsSettings(NamedTuple):
    """The store on AWS instead of a file here: a table, two queues and a key, all four or none.
    Region and credentials are found as AWS's own programs find them."""

    table: Annotated[
        str, Meaning("The DynamoDB table that knows everything.", example="aizuchi")
    ] = ""
    turns: Annotated[
        str,
        Meaning(
            "The address of the FIFO queue of messages.",
            pattern=ADDRESS,
            example=f"{QUEUE}turns.fifo",
        ),
    ] = ""
    side: Annotated[
        str,
        Meaning(
            "The address of the queue beside it, for what must not wait.",
            pattern=ADDRESS,
            example=f"{QUEUE}side",
        ),
    ] = ""
    key: Annotated[
        Secret,
        Meaning(
            "A long random text, by reference, the same for all functions and workers: by it they "
            "know each other's posts.",
            variable="AIZUCHI_INSTALLATION_KEY",
        ),
    ] = Secret()
    sockets: Annotated[
        str,
        Meaning(
            "The base of the WebSocket API that holds the sockets of the web chat; without one "
            "they are at the server itself.",
            pattern=rf"({ADDRESS})?",
            example="https://api.execute-api.eu-west-1.example/prod",
        ),
    ] = ""

    @property
    def is_on(self) -> bool:
        return bool(self.table or self.turns or self.side)


def check_aws(aws: AwsSettings) -> None:
    """Raises SettingsError where something is missing."""
    needed = aws._replace(sockets="unneeded")._asdict()
    missing = [f"[aws] {name}" for name, value in needed.items() if not value]
    if aws.is_on and missing:
        raise SettingsError(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set.",
            "The store on AWS needs its table, its two queues and its key; or set none of them.",
        )
    if aws.sockets and not aws.is_on:
        raise SettingsError(
            "[aws] sockets is set, and no store on AWS.",
            "Set the table, the queues and the key too, or leave sockets out.",
        )
