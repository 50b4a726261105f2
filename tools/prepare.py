"""Bring the tables up to date and tell, as JSON on standard output, which city there is.

Run with the installed Python; one process for both, since each costs a start of Django.
"""

import json
import os
import sys

import django
from django.core.management import call_command

from chengyun.config.cli import one_sentence


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengyun.config.settings")
    with one_sentence():
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        json.dump(_city(), sys.stdout)


def _city() -> dict[str, object] | None:
    from chengyun.city.people.queries import demo_roles
    from chengyun.kernel.installation import installation

    city = installation()
    if city is None:
        return None
    accounts = [(role.key, role.label) for role in demo_roles()]
    return {"name": city.name, "demo": city.demo, "accounts": accounts}


if __name__ == "__main__":
    main()
