"""What the functions of an installation have written, from CloudWatch; found by their names, so it
does not matter who deployed them."""

from collections.abc import Iterator, Mapping
from typing import Any

from aizuchi.deploy.aws.account import Account, refusals_told
from aizuchi.deploy.aws.installation import Installation
from aizuchi.deploy.aws.place import ELSEWHERE
from aizuchi.deploy.aws.timeline import Entry
from aizuchi.errors import DeployError

PLACES = ("/aws/lambda/", "/ecs/")
LATE_S = 60.0
"""How much later than what came after it a line may still arrive."""


class Logs:
    """`more` is what has come since it was last asked, every line once."""

    def __init__(self, account: Account, installation: Installation, since: float) -> None:
        self._client, self._installation = account.client("logs"), installation
        self._place = f"{account.region}, account {account.id}"
        self._since = self._newest = since
        self._seen: dict[tuple[str, str], float] = {}

    def more(self) -> list[Entry]:
        """
        Raises:
            DeployError: the installation has no logs, or they may not be read.
        """
        found = {
            (group, entry.id): entry
            for group, word in self._groups().items()
            for entry in self._entries(group, word)
        }
        new = {key: entry for key, entry in found.items() if key not in self._seen}
        self._newest = max([self._newest, *(entry.at for entry in new.values())])
        self._since = max(self._since, self._newest - LATE_S)
        kept = {**self._seen, **{key: entry.at for key, entry in new.items()}}
        self._seen = {key: at for key, at in kept.items() if at >= self._since}
        return sorted(new.values(), key=lambda entry: entry.at)

    def _groups(self) -> Mapping[str, str]:
        """Each log group with the word for its function; those of another installation, whose name
        goes on after ours, are none of ours."""
        begins = [f"{place}{self._installation.stack}-" for place in PLACES]
        with refusals_told():
            names = [name for begin in begins for name in self._named(begin)]
        words = {name: name.rpartition(f"{self._installation.stack}-")[2] for name in names}
        found = {name: word for name, word in words.items() if "-" not in word}
        if not found:
            raise DeployError(
                f"There are no logs of {self._installation.stack} in {self._place}.",
                ELSEWHERE,
            )
        return found

    def _named(self, begin: str) -> Iterator[str]:
        pages = self._client.get_paginator("describe_log_groups")
        for page in pages.paginate(logGroupNamePrefix=begin):
            yield from (str(each["logGroupName"]) for each in page.get("logGroups", ()))

    def _entries(self, group: str, word: str) -> Iterator[Entry]:
        """A page may be empty, and others follow."""
        asked: dict[str, Any] = {"logGroupName": group, "startTime": int(self._since * 1000)}
        while True:
            with refusals_told():
                said = self._client.filter_log_events(**asked)
            for each in said.get("events", ()):
                yield _entry(each, group, word)
            if not said.get("nextToken"):
                return
            asked["nextToken"] = said["nextToken"]


def _entry(event: Mapping[str, Any], group: str, word: str) -> Entry:
    """An event that has no id, as a played AWS may leave it out, is known by what it says."""
    at, message = event["timestamp"] / 1000, str(event["message"])
    stream = f"{group} {event['logStreamName']}"
    return Entry(at, word, stream, str(event.get("eventId") or f"{at} {message}"), message)
