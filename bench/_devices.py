"""A city with many devices; prints the token of who may send their readings."""

import sys
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - the settings come first
from django.db import transaction  # noqa: E402

from bench._terminals import phone  # noqa: E402
from chengyun.city.people.factories import DISTRICT, make_cast  # noqa: E402
from chengyun.city.people.services.tokens import issue_token  # noqa: E402
from chengyun.city.sensing.models import Device, Series  # noqa: E402
from chengyun.city.sensing.specs import DeviceKind  # noqa: E402
from chengyun.kernel import clock, registry  # noqa: E402


def main(many: int, vehicles: bool) -> None:
    """So many points of the kind that rules watch, and vehicles if asked for, registered in one go."""
    call_command("migrate", verbosity=0)
    cast = make_cast()
    with transaction.atomic():
        devices = [_device(f"JS-{n:05}", "ponding") for n in range(many)]
        if vehicles:
            devices += [_device(phone(n).lstrip("0"), "vehicle") for n in range(many)]
        made = Device.objects.bulk_create(devices)
        Series.objects.bulk_create(
            Series(device=device, point=point.key)
            for device in made
            for point in registry.get(DeviceKind, device.kind).points
        )
    print(issue_token(cast.sender, "量一量", timedelta(days=1), by=None)[0])


def _device(code: str, kind: str) -> Device:
    return Device(
        code=code,
        kind=kind,
        name=code,
        area=DISTRICT,
        lon=115.98,
        lat=36.45,
        since=clock.now(),
        simulated=True,
    )


main(int(sys.argv[1]), "vehicles" in sys.argv)
