"""Die or freeze at every call where the model breaks off in mid-answer and another goes on: never a
mixed text, and never more than two calls of a model in an attempt."""

from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from aizuchi.testing import virtual_time

from .faults import Fault, Kind
from .lives import BreakingModel, CountingModel, Lives
from .people import AtThePage, AtThePorts
from .test_crash_matrix import EVERY_PORT, Place, outcome, scenario

SPARES_FROM = 1_000
MESSAGES, AT_ONCE = 4, 2
"""A fault interrupts no more answers than are made at once."""


class Checked(Lives):
    """The first endpoint breaks off in the middle of every answer."""

    def __init__(self, home: Path, fault: Fault | None) -> None:
        self.breaking, self.sound = BreakingModel(), CountingModel(SPARES_FROM)
        self.most_attempts = MESSAGES + (AT_ONCE if fault else 0)
        super().__init__(home, fault, self.breaking, spare=self.sound)

    def remember(self) -> None:
        super().remember()
        calls = len(self.breaking.prompts) + len(self.sound.prompts)
        assert calls <= 2 * self.most_attempts, f"{calls} calls"


@pytest.mark.parametrize(
    ("place", "every"),
    [(AtThePorts, 1), (AtThePage, 3), pytest.param(AtThePage, 1, marks=pytest.mark.proof)],
)
def test_at_every_call_of_every_port(place: Place, every: int, tmp_path: Path) -> None:
    lives = virtual_time.run(scenario(place, tmp_path, None, Checked))
    assert {call.port for _, call in lives.moments} == EVERY_PORT | {"spare"}
    faults = [Fault(kind, *moment) for moment, kind in product(lives.moments, get_args(Kind))]
    chosen = enumerate(faults[::every])
    wrong = [outcome(place, tmp_path / str(n), fault, Checked) for n, fault in chosen]
    assert not any(wrong), "\n".join(filter(None, wrong))
