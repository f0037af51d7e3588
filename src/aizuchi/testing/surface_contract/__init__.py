"""What every surface must do: a plug's test runs each promise against a specimen of its own.

    @pytest.mark.parametrize("promise", SURFACE_CONTRACT, ids=lambda promise: promise.__name__)
    def test_the_surface_keeps(promise):
        promise(specimen)

`surface_contract(specimen)` runs all of them in one call.
"""

from collections.abc import Callable

from aizuchi.testing.surface_contract import building, entering, reading, showing
from aizuchi.testing.surface_contract.specimen import Specimen

__all__ = ["SURFACE_CONTRACT", "Promise", "Specimen", "surface_contract"]

Promise = Callable[[Specimen], None]

SURFACE_CONTRACT: tuple[Promise, ...] = (
    *entering.PROMISES,
    *reading.PROMISES,
    *showing.PROMISES,
    *building.PROMISES,
)


def surface_contract(specimen: Specimen) -> None:
    """Every promise, in one call."""
    for promise in SURFACE_CONTRACT:
        promise(specimen)
