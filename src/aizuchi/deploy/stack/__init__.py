"""The whole stack on AWS, described once; CloudFormation and Terraform are printed from it."""

from aizuchi.deploy.stack import container, entry, lambdas, sockets, storing, watching, web
from aizuchi.deploy.stack.names import NAME, named
from aizuchi.deploy.stack.parameters import PARAMETERS
from aizuchi.deploy.stack.values import Of, Output, Stack

STACK = Stack(
    PARAMETERS,
    {
        "storing": storing.resources(),
        "functions": lambdas.resources(),
        "entry": entry.resources(),
        "web": web.resources(),
        "sockets": sockets.resources(),
        "container": container.resources(),
        "watching": watching.resources(),
    },
    (
        *entry.outputs(),
        *web.outputs(),
        *sockets.outputs(),
        Output("TableName", "The table with every message, answer and memory.", NAME),
        Output("TurnsQueue", "The queue of messages.", Of("Turns")),
        Output("SideQueue", "The queue beside it.", Of("Side")),
        Output("DeadQueue", "What no worker could end.", Of("Dead")),
        Output("IngressName", "The function behind the webhooks.", named("ingress")),
        Output("DashboardName", "Where to look in CloudWatch.", NAME),
    ),
)
