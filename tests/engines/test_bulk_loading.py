"""The stores that the benchmarks load in bulk are those that the engine would have made."""

from pathlib import Path

from benchmarks.harness.history import differences


def test_a_store_that_is_loaded_in_bulk_is_as_if_everything_was_answered(tmp_path: Path) -> None:
    assert differences(tmp_path) == []
