"""Events: what happened, told to whoever subscribed, with retries and a list of what could not be delivered."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from chengyun.kernel import clock
from chengyun.kernel.models.history import Audit, Delivery
from chengyun.kernel.statements import change, insert

Handler = Callable[[Audit], None]

log = logging.getLogger(__name__)

RETRY_AFTER = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)
CLAIM = timedelta(minutes=5)
AT_ONCE = 100

_handlers: dict[str, Handler] = {}
_subscribed: dict[str, list[str]] = defaultdict(list)


def on(verb: str) -> Callable[[Handler], Handler]:
    """Subscribe a function to a verb; it gets the audit row, in the worker, at least once."""

    def subscribe(handler: Handler) -> Handler:
        listen(verb, handler)
        return handler

    return subscribe


def listen(verb: str, handler: Handler) -> None:
    """Subscribe a function to a verb; a second time changes nothing."""
    name = f"{handler.__module__}.{handler.__qualname__}"
    _handlers[name] = handler
    if name not in _subscribed[verb]:
        _subscribed[verb].append(name)


def enqueue(rows: Sequence[Audit]) -> None:
    """Outbox rows for all subscribers of these acts, in the caller's transaction."""
    insert(
        *(
            Delivery(audit=row, handler=name, next_at=row.at)
            for row in rows
            for name in _subscribed[row.verb]
        )
    )


def deliver_due() -> None:
    """Deliver what is due; each delivery is claimed first, so that several workers may run."""
    due = Delivery.objects.filter(state=Delivery.WAITING, next_at__lte=clock.now()).order_by(
        "next_at", "id"
    )
    for delivery in due.select_related("audit")[:AT_ONCE]:
        if delivery.tries > len(RETRY_AFTER):
            _put_aside(delivery, "每次投递都没有结束，后台任务可能因它中断")
        elif _claim(delivery):
            _deliver(delivery)


def deliver_all() -> None:
    """Deliver until nothing is due any more."""
    while Delivery.objects.filter(state=Delivery.WAITING, next_at__lte=clock.now()).exists():
        deliver_due()


def settle_before(moment: datetime) -> int:
    """What was to be told before this is nobody's news any more; how many deliveries are dropped."""
    old = Delivery.objects.filter(state=Delivery.WAITING, next_at__lt=moment)
    return old.update(state=Delivery.DONE)


def resend(delivery: Delivery) -> bool:
    """Give a dead delivery another row of tries; whether it was dead."""
    dead = Delivery.objects.filter(pk=delivery.pk, state=Delivery.DEAD)
    return bool(dead.update(state=Delivery.WAITING, tries=0, next_at=clock.now()))


def _claim(delivery: Delivery) -> bool:
    mine = {"id": delivery.pk, "state": Delivery.WAITING, "next_at": delivery.next_at}
    return change(Delivery, mine, {"next_at": clock.now() + CLAIM, "tries": delivery.tries + 1})


def _deliver(delivery: Delivery) -> None:
    try:
        with transaction.atomic():
            _handlers[delivery.handler](delivery.audit)
            change(Delivery, {"id": delivery.pk}, {"state": Delivery.DONE, "error": ""})
    except Exception as error:
        log.exception("handler %s failed", delivery.handler)
        _try_later(delivery, str(error) or type(error).__name__)


def _try_later(delivery: Delivery, error: str) -> None:
    if delivery.tries >= len(RETRY_AFTER):
        _put_aside(delivery, error)
    else:
        next_at = clock.now() + RETRY_AFTER[delivery.tries]
        Delivery.objects.filter(pk=delivery.pk).update(next_at=next_at, error=error)


def _put_aside(delivery: Delivery, error: str) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(state=Delivery.DEAD, error=error)
