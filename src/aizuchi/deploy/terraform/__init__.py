"""The stack in Terraform's language."""

from aizuchi.deploy.terraform.module import files

__all__ = ["files"]
