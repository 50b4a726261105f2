"""Make the small city of the tests in the database of the environment; print a token of its inspector."""

import sys
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from chengyun.city.cases.factories import make_working_city  # noqa: E402
from chengyun.city.people.services.tokens import issue_token  # noqa: E402

call_command("migrate", verbosity=0)
cast = make_working_city()
for name in sys.argv[1:]:
    print(issue_token(getattr(cast, name), "bench", timedelta(days=1), by=None)[0])
