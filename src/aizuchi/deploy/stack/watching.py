"""Who is told when something goes wrong, and where to look."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from aizuchi.deploy.stack.functions import functions
from aizuchi.deploy.stack.names import NAME, REGION, named
from aizuchi.deploy.stack.storing import fifo
from aizuchi.deploy.stack.values import (
    AsText,
    Condition,
    Given,
    Is,
    IsSet,
    Joined,
    Resource,
    When,
    text,
)

ACK_WITHIN_MS = 2000
"""Slack and Discord wait 3 s, and the way there takes some of it."""

WITH_DASHBOARD = Is("MakeDashboard", "yes")
PERIOD_S = 60
COLUMNS, WIDTH, HEIGHT = 2, 12, 6


class Metric(NamedTuple):
    """Of a function or a queue; `statistic` is how a minute is told in one number."""

    space: str
    name: str
    of: Joined
    statistic: str

    @property
    def dimension(self) -> str:
        return {"AWS/Lambda": "FunctionName", "AWS/SQS": "QueueName"}[self.space]


class Alarm(NamedTuple):
    name: str
    about: str
    metric: Metric
    above: Any
    minutes: int = 1
    only: Condition | None = None


def age(queue: Joined) -> Metric:
    return Metric("AWS/SQS", "ApproximateAgeOfOldestMessage", queue, "Maximum")


DEAD = Metric("AWS/SQS", "NumberOfMessagesReceived", fifo("dead"), "Sum")
"""Dead letters are taken up at once, so a look at what lies there would find none."""


def of_function(name: str, word: str, statistic: str) -> Metric:
    return Metric("AWS/Lambda", name, named(word), statistic)


def alarms() -> Sequence[Alarm]:
    oldest = Given("OldestMessage")
    slow = of_function("Duration", "ingress", "p99")
    return (
        Alarm("TurnsAge", "Messages wait to be answered.", age(fifo("turns")), oldest, 2),
        Alarm("SideAge", "Signals and guardians wait.", age(named("side")), oldest, 2),
        Alarm("DeadLetters", "A message could not be ended ten times over.", DEAD, 0),
        Alarm("IngressSlow", "Platforms are acknowledged late.", slow, ACK_WITHIN_MS, 3),
        *(
            Alarm(
                f"{each.name}Errors",
                f"The function {each.word} failed.",
                of_function("Errors", each.word, "Sum"),
                0,
                only=each.only,
            )
            for each in functions()
        ),
    )


def resources() -> Sequence[Resource]:
    board = {"DashboardName": NAME, "DashboardBody": AsText({"widgets": _widgets()})}
    return [
        *(_alarm(each) for each in alarms()),
        Resource("Dashboard", "AWS::CloudWatch::Dashboard", board, WITH_DASHBOARD),
    ]


def _alarm(alarm: Alarm) -> Resource:
    metric = alarm.metric
    is_percentile = metric.statistic.startswith("p")
    topic = When(IsSet("AlarmTopic"), [Given("AlarmTopic")])
    properties = {
        "AlarmName": text(NAME, "-", alarm.name),
        "AlarmDescription": alarm.about,
        "Namespace": metric.space,
        "MetricName": metric.name,
        "Dimensions": [{"Name": metric.dimension, "Value": metric.of}],
        "ExtendedStatistic" if is_percentile else "Statistic": metric.statistic,
        "Period": PERIOD_S,
        "EvaluationPeriods": alarm.minutes,
        "Threshold": alarm.above,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": topic,
        "OKActions": topic,
    }
    return Resource(f"{alarm.name}Alarm", "AWS::CloudWatch::Alarm", properties, alarm.only)


def _widgets() -> Sequence[Any]:
    words = [each.word for each in functions()]
    shown: dict[str, Sequence[Metric]] = {
        "Oldest message, s": [age(fifo("turns")), age(named("side"))],
        "Dead letters": [DEAD],
        "Acknowledged after, ms": [
            of_function("Duration", "ingress", each) for each in ("p50", "p99")
        ],
        "Invocations": [of_function("Invocations", word, "Sum") for word in words],
        "Errors": [of_function("Errors", word, "Sum") for word in words],
        "At once": [of_function("ConcurrentExecutions", word, "Maximum") for word in words],
    }
    return [_widget(place, title, metrics) for place, (title, metrics) in enumerate(shown.items())]


def _widget(place: int, title: str, metrics: Sequence[Metric]) -> dict[str, Any]:
    lines = [
        [each.space, each.name, each.dimension, each.of, {"stat": each.statistic}]
        for each in metrics
    ]
    row, column = divmod(place, COLUMNS)
    return {
        "type": "metric",
        "x": column * WIDTH,
        "y": row * HEIGHT,
        "width": WIDTH,
        "height": HEIGHT,
        "properties": {
            "title": title,
            "region": REGION,
            "view": "timeSeries",
            "period": PERIOD_S,
            "metrics": lines,
        },
    }
