"""A model with two endpoints, each of which plays scripts."""

from collections.abc import Sequence

from tests.worker.office import Part, ScriptedModel

from aizuchi.endpoints import MAIN, Endpoint, Endpoints

SPARE = "spare"


class Two:
    """`[model]`, and the one that stands in for it; the last script of each repeats."""

    def __init__(self, first: Sequence[Sequence[Part]], *spare: Sequence[Part]) -> None:
        self.first, self.spare = ScriptedModel(*first), ScriptedModel(*spare)
        self.endpoints = Endpoints([Endpoint(MAIN, self.first), Endpoint(SPARE, self.spare)])

    @property
    def calls(self) -> tuple[int, int]:
        return len(self.first.prompts), len(self.spare.prompts)

    @property
    def states(self) -> list[str]:
        return [each.state for each in self.endpoints.standings()]
