"""Give the million's city people at their desks; print how each comes in, and cases that wait to be accepted (JSON)."""

import json
import sys

import django

django.setup()

from bench._million import keys  # noqa: E402
from chengyun.city.cases.models import Case  # noqa: E402
from chengyun.city.people.factories import make_user  # noqa: E402
from chengyun.city.people.models import Unit  # noqa: E402

ROLES = ("operator", "supervisor", "dispatcher")

count, acts = int(sys.argv[1]), int(sys.argv[2])
bureau = Unit.objects.get(code="371500-CG")
desks = []
for number in range(count):
    role = ROLES[number % len(ROLES)]
    name = f"desk{number}"
    make_user(name, name, role, bureau, area=bureau.area)
    desks.append({"role": role, **keys(name)})
waiting = Case.objects.filter(state="reported").order_by("-id").values_list("code", flat=True)
print(json.dumps({"desks": desks, "codes": list(waiting[:acts])}))
