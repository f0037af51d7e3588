"""The two packages, as files whose names are their contents, and the bucket that has them."""

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from aizuchi.deploy.aws.account import code_of, refusals_told
from aizuchi.deploy.packages import build_ingress, build_worker
from aizuchi.deploy.target import Target
from aizuchi.settings import Settings

WORD_CHARACTERS = 16
BUCKET_TEMPLATE = json.dumps(
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


class Packages(NamedTuple):
    ingress: Path
    worker: Path

    @property
    def keys(self) -> dict[str, str]:
        """Of each parameter the key in the bucket: the same contents have the same."""
        return {"IngressKey": _key(self.ingress), "WorkerKey": _key(self.worker)}


Build = Callable[[Settings, Sequence[Path], Path, Target], Packages]
"""Makes the packages in a folder; the operator's own files go with the worker."""


def build(settings: Settings, files: Sequence[Path], folder: Path, target: Target) -> Packages:
    made = Packages(folder / "ingress.zip", folder / "worker.zip")
    build_ingress(settings, made.ingress, target)
    build_worker(files, made.worker, target)
    return made


def upload(client: Any, bucket: str, packages: Packages) -> None:
    """What is there already is not sent again."""
    from botocore.exceptions import ClientError

    for file in packages:
        with refusals_told():
            try:
                client.head_object(Bucket=bucket, Key=_key(file))
            except ClientError as error:
                if code_of(error) not in ("404", "NoSuchKey", "NotFound"):
                    raise
                client.upload_file(str(file), bucket, _key(file))


def empty(client: Any, bucket: str) -> None:
    """Deletes all that is in it; a bucket that is gone is empty."""
    from botocore.exceptions import ClientError

    with refusals_told():
        try:
            for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
                for each in page.get("Contents", ()):
                    client.delete_object(Bucket=bucket, Key=each["Key"])
        except ClientError as error:
            if code_of(error) != "NoSuchBucket":
                raise


def _key(file: Path) -> str:
    return f"{file.stem}-{sha256(file.read_bytes()).hexdigest()[:WORD_CHARACTERS]}.zip"
