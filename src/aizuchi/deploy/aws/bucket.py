"""The bucket that CloudFormation reads from: the packages and, where it is long, the template."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from aizuchi.deploy.aws.account import Account, code_of, refusals_told
from aizuchi.deploy.aws.events import Say
from aizuchi.deploy.aws.installation import Installation
from aizuchi.deploy.aws.stacks import Stacks

WORD_CHARACTERS = 16
TEMPLATE = json.dumps(
    {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "The packages of aizuchi's functions.",
        "Parameters": {"Bucket": {"Type": "String"}},
        "Resources": {
            "Bucket": {
                "Type": "AWS::S3::Bucket",
                "Properties": {
                    "BucketName": {"Ref": "Bucket"},
                    "PublicAccessBlockConfiguration": {
                        "BlockPublicAcls": True,
                        "BlockPublicPolicy": True,
                        "IgnorePublicAcls": True,
                        "RestrictPublicBuckets": True,
                    },
                },
            }
        },
    }
)


class Bucket:
    """It has a stack of its own, which is made before the other and taken away after it."""

    def __init__(self, account: Account, stacks: Stacks, installation: Installation) -> None:
        self._client: Any = account.client("s3")
        self._stacks, self._stack = stacks, installation.code_stack
        self.name = installation.bucket(account)
        self._was_made_now = False

    def make(self, say: Say) -> None:
        """
        Raises:
            DeployError: it cannot be made.
        """
        template = {"TemplateBody": TEMPLATE}
        planned = self._stacks.plan(self._stack, template, {"Bucket": self.name})
        if planned.id:
            say("The bucket for the packages:")
            self._stacks.apply(self._stack, planned, say)
            self._was_made_now = True

    def keep(self, file: Path) -> str:
        """Where it lies then; what is there already is not sent again."""
        from botocore.exceptions import ClientError

        key = key_of(file)
        with refusals_told():
            try:
                self._client.head_object(Bucket=self.name, Key=key)
            except ClientError as error:
                if code_of(error) not in ("404", "NoSuchKey", "NotFound"):
                    raise
                self._client.upload_file(str(file), self.name, key)
        return f"{self._client.meta.endpoint_url}/{self.name}/{key}"

    def unmake(self) -> None:
        """Takes it away if it was made just now, for what nobody wants."""
        if self._was_made_now:
            self.delete()

    def delete(self) -> None:
        """With all that is in it; one that is gone is not missed."""
        self._empty()
        if self._stacks.look(self._stack).status != "ABSENT":
            self._stacks.delete(self._stack)

    def _empty(self) -> None:
        from botocore.exceptions import ClientError

        with refusals_told():
            try:
                pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.name)
                for each in (each for page in pages for each in page.get("Contents", ())):
                    self._client.delete_object(Bucket=self.name, Key=each["Key"])
            except ClientError as error:
                if code_of(error) != "NoSuchBucket":
                    raise


def key_of(file: Path) -> str:
    """The same contents have the same."""
    digest = sha256(file.read_bytes()).hexdigest()[:WORD_CHARACTERS]
    return f"{file.stem}-{digest}{file.suffix}"
