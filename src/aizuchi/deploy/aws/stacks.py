"""Stacks of CloudFormation's: what one is like, what a change set would do, and doing it."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from aizuchi.deploy.aws.account import code_of, refusals_told
from aizuchi.deploy.aws.events import (
    Change,
    Say,
    change_of,
    mend_of,
    reason_of,
    taken_back,
    tell,
)
from aizuchi.errors import DeployError

EVERY_S = 2.0
WITHIN_S = 1800.0
CAPABILITIES = ["CAPABILITY_NAMED_IAM"]
NO_CHANGES = ("didn't contain changes", "No updates are to be performed", "no changes")
BROKEN = {
    "DELETE_FAILED": "aizuchi destroy says what could not be deleted, and tries again.",
    "ROLLBACK_FAILED": "aizuchi destroy takes away what is left; then deploy again.",
    "UPDATE_ROLLBACK_FAILED": "Choose “Continue update rollback” in CloudFormation's console.",
}
GOES_ON = (
    "CloudFormation goes on by itself. aizuchi status says how it is; run this again, and it takes "
    "up from there."
)
NOT_THERE = ("ABSENT", "REVIEW_IN_PROGRESS", "DELETE_COMPLETE")


class Standing(NamedTuple):
    """A stack as it is; `status` is ABSENT where there is none."""

    status: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]

    @property
    def is_there(self) -> bool:
        return self.status not in NOT_THERE


class ChangeSet(NamedTuple):
    id: str
    changes: Sequence[Change]


class Stacks:
    """`pause` waits between two looks at what goes on."""

    def __init__(self, client: Any, pause: Callable[[float], None] = time.sleep) -> None:
        self._client, self._pause = client, pause

    def look(self, name: str) -> Standing:
        from botocore.exceptions import ClientError

        with refusals_told():
            try:
                (stack,) = self._client.describe_stacks(StackName=name)["Stacks"]
            except ClientError as error:
                if code_of(error) != "ValidationError":
                    raise
                return Standing("ABSENT", {}, {})
        return Standing(
            stack["StackStatus"],
            {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", ())},
            {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", ())},
        )

    def plan(
        self, name: str, template: Mapping[str, str], parameters: Mapping[str, str]
    ) -> ChangeSet:
        """What applying would do; nothing is applied. The template is its TemplateBody, or its
        TemplateURL.

        Raises:
            DeployError: the template or a parameter is refused, or somebody else is at it.
        """
        standing = self._ready(name)
        with refusals_told():
            made = self._client.create_change_set(
                StackName=name,
                ChangeSetName=f"aizuchi-{time.time_ns()}",
                ChangeSetType="UPDATE" if standing.is_there else "CREATE",
                **template,
                Parameters=[
                    {"ParameterKey": key, "ParameterValue": value}
                    for key, value in parameters.items()
                ],
                Capabilities=CAPABILITIES,
            )
            return self._changes(name, made["Id"])

    def _ready(self, name: str) -> Standing:
        """The stack, when nothing goes on with it; the shell of a failed creation is taken away."""
        standing = self.look(name)
        if standing.status == "ROLLBACK_COMPLETE":
            self.delete(name)
            return self.look(name)
        if mend := BROKEN.get(standing.status):
            raise DeployError(f"The stack {name} was left at {standing.status}.", mend)
        if standing.status.endswith("_IN_PROGRESS") and standing.is_there:
            raise DeployError(
                f"The stack {name} is being changed by somebody ({standing.status}).",
                "Wait until that is over, and run this again.",
            )
        return standing

    def _changes(self, name: str, change_set: str) -> ChangeSet:
        for _ in self._until_done():
            said = self._client.describe_change_set(ChangeSetName=change_set)
            if said["Status"] == "FAILED":
                return self._nothing(name, change_set, said.get("StatusReason", ""))
            if said["Status"] == "CREATE_COMPLETE":
                break
        return ChangeSet(change_set, [change_of(each) for each in self._pages(change_set)])

    def _nothing(self, name: str, change_set: str, why: str) -> ChangeSet:
        self.forget(name, ChangeSet(change_set, []))
        if any(words in why for words in NO_CHANGES):
            return ChangeSet("", [])
        raise DeployError(f"CloudFormation cannot do this: {why}", mend_of(why))

    def _pages(self, change_set: str) -> Iterator[Any]:
        more: dict[str, str] = {}
        while True:
            said = self._client.describe_change_set(ChangeSetName=change_set, **more)
            yield from (each["ResourceChange"] for each in said.get("Changes", ()))
            if not said.get("NextToken"):
                return
            more = {"NextToken": said["NextToken"]}

    def forget(self, name: str, change_set: ChangeSet) -> None:
        """Takes a plan away that nobody wants, and the shell of a stack that it was made for."""
        with refusals_told():
            if change_set.id:
                self._client.delete_change_set(ChangeSetName=change_set.id)
            if self.look(name).status == "REVIEW_IN_PROGRESS":
                self._client.delete_stack(StackName=name)

    def apply(self, name: str, change_set: ChangeSet, say: Say) -> Standing:
        """
        Raises:
            DeployError: it failed, and CloudFormation has taken it back.
        """
        seen = self._events(name)
        with refusals_told():
            self._client.execute_change_set(ChangeSetName=change_set.id)
        with _waiting(say):
            standing = self._watch(name, {each["EventId"] for each in seen}, say)
        if standing.status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            failure = self._failure(name, standing, len(seen))
            if standing.status == "ROLLBACK_COMPLETE":
                self.delete(name)  # an empty shell, which nothing can be made of
            raise failure
        return standing

    def _watch(self, name: str, seen: set[str], say: Say) -> Standing:
        for _ in self._until_done():
            with _looking():
                for event in reversed(self._events(name)):
                    if event["EventId"] not in seen:
                        seen.add(event["EventId"])
                        tell(event, say)
                standing = self.look(name)
            if not standing.status.endswith("_IN_PROGRESS"):
                return standing
        raise AssertionError("the waiting ends with an error")

    def _events(self, name: str) -> Sequence[Any]:
        """The newest first; what is older than a page was seen before."""
        from botocore.exceptions import ClientError

        with refusals_told():
            try:
                said = self._client.describe_stack_events(StackName=name)
            except ClientError as error:
                if code_of(error) != "ValidationError":
                    raise
                return []
        events: Sequence[Any] = said["StackEvents"]
        return events

    def _failure(self, name: str, standing: Standing, seen: int) -> DeployError:
        events = self._events(name)
        new = events[: len(events) - seen] or events
        failed = [each for each in new if each["ResourceStatus"].endswith("_FAILED")]
        why = "; ".join(reason_of(each) for each in reversed(failed)) or standing.status
        return DeployError(
            f"It failed, and {taken_back(standing.status)}: {why}",
            mend_of(why),
        )

    def delete(self, name: str, say: Say = lambda line: None) -> None:
        """Returns when the stack is gone.

        Raises:
            DeployError: a part of it does not let itself be deleted.
        """
        with refusals_told():
            self._client.delete_stack(StackName=name)
        with _waiting(say):
            self._until_gone(name)

    def _until_gone(self, name: str) -> None:
        for _ in self._until_done():
            with _looking():
                standing = self.look(name)
            if not standing.is_there:
                return
            if standing.status == "DELETE_FAILED":
                failed = [
                    reason_of(each)
                    for each in self._events(name)
                    if each["ResourceStatus"] == "DELETE_FAILED"
                ]
                raise DeployError(
                    f"A part of {name} cannot be deleted: {'; '.join(failed)}",
                    "Mend that, and run this again: what is gone is not asked for twice.",
                )

    def _until_done(self) -> Iterator[None]:
        until = time.monotonic() + WITHIN_S
        while time.monotonic() < until:
            yield
            self._pause(EVERY_S)
        raise DeployError(
            f"CloudFormation is not done within {WITHIN_S / 60:.0f} minutes.", GOES_ON
        )


@contextmanager
def _waiting(say: Say) -> Iterator[None]:
    """Whoever does not wait to the end is told that it goes on without them."""
    try:
        yield
    except KeyboardInterrupt:
        say(f"You have stopped waiting. {GOES_ON}")
        raise


@contextmanager
def _looking() -> Iterator[None]:
    """Where it cannot be looked at any more, that says nothing of how it goes on."""
    try:
        yield
    except DeployError as error:
        raise DeployError(error.what, f"{error.mend} {GOES_ON}") from error
