"""Make the small city with many people at its desks; print their sessions and the token of one who acts."""

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from chengyun.city.cases.factories import make_case, make_working_city  # noqa: E402
from chengyun.city.people.factories import make_user  # noqa: E402
from chengyun.city.people.services.tokens import issue_token  # noqa: E402

call_command("migrate", verbosity=0)
cast = make_working_city()
code = [make_case(cast).code for _ in range(60)][0]
sessions = []
for number in range(int(sys.argv[1])):
    person = make_user(f"desk-{number}", f"派遣员{number}", "operator", cast.centre)
    client = Client()
    client.force_login(person)
    sessions.append(f"chengyun_session={client.cookies['chengyun_session'].value}")
token = issue_token(cast.inspector, "bench", timedelta(days=1), by=None)[0]
print(json.dumps({"sessions": sessions, "token": token, "code": code}))
