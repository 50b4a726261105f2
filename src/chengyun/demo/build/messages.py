"""What people of the demo were told: limits that passed in the last days, and the messages nobody has read yet."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from chengyun.city.cases.services.deadlines import sweep
from chengyun.city.cases.services.waits import sweep_waits
from chengyun.city.people.models import User
from chengyun.demo.build.play import Act
from chengyun.kernel import outbox
from chengyun.kernel.notify.queries import inbox_for
from chengyun.kernel.notify.services import read_all

NEWS = timedelta(days=2)
"""What is older was told to people who have long acted on it."""
UNREAD = timedelta(hours=3)
EVERY = timedelta(minutes=30)


def acts_of_sweeps(now: datetime) -> Iterator[Act]:
    """Limits are looked at as the worker would have done it."""
    at = now - NEWS
    while at < now:
        yield at, look
        at += EVERY


def look() -> None:
    sweep()
    sweep_waits()


def tell_news(now: datetime, people: Iterable[User]) -> None:
    """The messages of the last days; all but the newest have been read."""
    outbox.settle_before(now - NEWS)
    outbox.deliver_all()
    for person in people:
        seen = inbox_for(person).filter(at__lt=now - UNREAD).order_by("-pk").first()
        if seen:
            read_all(by=person, until=seen.pk)
