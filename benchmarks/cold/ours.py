"""aizuchi's ingress, called as Lambda does. Usage: python ours.py EVENT.json [--tell]"""

import json
import sys

from aizuchi.hosts.aws_lambda.ingress import handler

with open(sys.argv[1], encoding="utf-8") as file:
    event = json.load(file)
print(json.dumps(handler(event, None)))
if "--tell" in sys.argv:
    with open("/proc/self/status", encoding="ascii") as status:
        resident = next(line for line in status if line.startswith("VmRSS"))
    ours = [name for name in sys.modules if name.partition(".")[0] == "aizuchi"]
    told = {"ours": len(ours), "others": len(sys.modules) - len(ours)}
    print(json.dumps({**told, "resident_mb": int(resident.split()[1]) / 1024}))
