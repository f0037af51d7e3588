"""Where people come to the web chat: the streaming function's own address, and its layer."""

from collections.abc import Iterator, Sequence

from aizuchi.deploy.stack.entry import open_address
from aizuchi.deploy.stack.names import named
from aizuchi.deploy.stack.parameters import WITH_WEB
from aizuchi.deploy.stack.values import Given, Of, Output, Resource


def resources() -> Sequence[Resource]:
    return [*_layer(), *open_address("Stream", WITH_WEB, InvokeMode="RESPONSE_STREAM")]


def outputs() -> Sequence[Output]:
    about = "The page of the web chat; its API is below it."
    return (Output("Chat", about, Of("StreamUrl", "FunctionUrl"), WITH_WEB),)


def _layer() -> Iterator[Resource]:
    yield Resource(
        "StreamLayer",
        "AWS::Lambda::LayerVersion",
        {
            "LayerName": named("stream"),
            "Content": {"S3Bucket": Given("CodeBucket"), "S3Key": Given("LayerKey")},
        },
        WITH_WEB,
        about="The script that starts the streaming function, which Lambda looks for in a layer.",
    )
