"""The figures of the README are those that were measured."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("page", "row"),
    [("README.md", "memory when idle"), ("README.ja.md", "待機時のメモリ")],
)
def test_the_memory_is_the_measured_one(page: str, row: str) -> None:
    said = re.search(rf"^\| {row} \| (\d+) MB", (ROOT / page).read_text("utf-8"), re.MULTILINE)
    results = json.loads((ROOT / "benchmarks/results/startup.json").read_text("utf-8"))
    measured = {figure["what"]: figure["value"] for figure in results["figures"]}
    assert said
    assert int(said[1]) == round(measured["resident when ready"])
