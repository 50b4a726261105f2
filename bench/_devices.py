"""A city with many devices; prints the token of who may send their readings."""

import sys
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - the settings come first
from django.db import transaction  # noqa: E402

from chengyun.city.people.factories import DISTRICT, make_cast  # noqa: E402
from chengyun.city.people.services.tokens import issue_token  # noqa: E402
from chengyun.city.sensing.models import Device, Series  # noqa: E402
from chengyun.kernel import clock  # noqa: E402


def main(many: int) -> None:
    """So many points of the kind that rules watch, registered in one go."""
    call_command("migrate", verbosity=0)
    cast = make_cast()
    with transaction.atomic():
        devices = Device.objects.bulk_create(
            Device(
                code=f"JS-{n:05}",
                kind="ponding",
                name=f"积水点 {n}",
                area=DISTRICT,
                lon=115.98,
                lat=36.45,
                since=clock.now(),
                simulated=True,
            )
            for n in range(many)
        )
        Series.objects.bulk_create(Series(device=device, point="depth") for device in devices)
    print(issue_token(cast.sender, "量一量", timedelta(days=1), by=None)[0])


main(int(sys.argv[1]))
