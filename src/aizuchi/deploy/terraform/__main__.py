"""Writes the module into deploy/terraform/aws of a clone."""

from pathlib import Path

from aizuchi.deploy.stack import STACK
from aizuchi.deploy.terraform import files

MODULE = Path("deploy/terraform/aws")

for name, text in files(STACK).items():
    (MODULE / name).write_text(text, "utf-8")
