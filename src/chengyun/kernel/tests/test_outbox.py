"""Events: told once it is committed, again when it fails, put aside when it never works, and never lost."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import pytest
from django.db import transaction

from chengyun.kernel import clock, outbox
from chengyun.kernel.models import Audit, Delivery
from chengyun.kernel.tests.errand.clerks import act, ask
from chengyun.kernel.tests.errand.models import Permit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("digging")]


class Ear:
    """A handler that remembers what it heard and fails as often as told."""

    def __init__(self, failing: int = 0) -> None:
        self.heard: list[str] = []
        self.failing = failing

    def __call__(self, row: Audit) -> None:
        self.heard.append(row.subject_code)
        if len(self.heard) <= self.failing:
            raise RuntimeError(f"第 {len(self.heard)} 次没有办成")


@pytest.fixture(autouse=True)
def nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_handlers", {})
    monkeypatch.setattr(outbox, "_subscribed", defaultdict(list))


def listening(ear: Ear, name: str = "ear") -> Ear:
    outbox._handlers[name] = ear
    outbox._subscribed["dig.consult"].append(name)
    return ear


def later(by: timedelta) -> None:
    """What is due after this time is delivered."""
    with clock.at(clock.now() + by):
        outbox.deliver_due()


def delivery() -> Delivery:
    return Delivery.objects.get()


def test_every_subscriber_hears_it_once() -> None:
    first, second = listening(Ear()), listening(Ear(), "other")
    act(ask("O1"), "consult")
    outbox.deliver_due()
    outbox.deliver_due()
    assert (first.heard, second.heard) == (["O1"], ["O1"])
    assert set(Delivery.objects.values_list("state", "error")) == {(Delivery.DONE, "")}


def test_what_is_rolled_back_was_never_said() -> None:
    ear = listening(Ear())
    permit = ask("O2")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        act(permit, "consult")
        raise ZeroDivisionError
    outbox.deliver_due()
    assert (ear.heard, Delivery.objects.count()) == ([], 0)


def test_subscribing_is_by_decorator() -> None:
    heard: list[int] = []

    @outbox.on("dig.consult")
    def listen(row: Audit) -> None:
        heard.append(row.subject_id)

    permit = act(ask("O3"), "consult")
    outbox.deliver_due()
    assert heard == [permit.pk]
    assert delivery().handler.endswith("listen")


def test_a_failure_is_tried_again_after_the_pause() -> None:
    ear = listening(Ear(failing=1))
    act(ask("O4"), "consult")
    outbox.deliver_due()
    assert (delivery().state, delivery().error) == (Delivery.WAITING, "第 1 次没有办成")
    outbox.deliver_due()
    assert ear.heard == ["O4"]
    later(outbox.RETRY_AFTER[0] + timedelta(seconds=1))
    assert (ear.heard, delivery().state) == (["O4", "O4"], Delivery.DONE)


def test_a_failing_handler_leaves_nothing_half_done() -> None:
    def half(row: Audit) -> None:
        Permit.objects.filter(pk=row.subject_id).update(watch="half")
        raise RuntimeError

    outbox._handlers["half"] = half
    outbox._subscribed["dig.consult"].append("half")
    permit = act(ask("O5"), "consult")
    outbox.deliver_due()
    assert Permit.objects.get(pk=permit.pk).watch == "answer"
    assert delivery().error == "RuntimeError"


def test_after_all_tries_it_is_dead_and_can_be_sent_again() -> None:
    ear = listening(Ear(failing=len(outbox.RETRY_AFTER) + 1))
    act(ask("O6"), "consult")
    for _ in range(len(outbox.RETRY_AFTER) + 3):
        later(timedelta(days=1))
        Delivery.objects.update(next_at=clock.now())
    assert len(ear.heard) == len(outbox.RETRY_AFTER) + 1
    assert delivery().state == Delivery.DEAD
    outbox.resend(delivery())
    outbox.deliver_due()
    assert (delivery().state, len(ear.heard)) == (Delivery.DONE, len(outbox.RETRY_AFTER) + 2)
    outbox.resend(delivery())
    assert delivery().state == Delivery.DONE


def test_the_claim_of_a_killed_worker_comes_back() -> None:
    ear = listening(Ear())
    act(ask("O7"), "consult")
    assert outbox._claim(delivery())  # a worker takes it and is killed
    outbox.deliver_due()
    assert ear.heard == []
    later(outbox.CLAIM + timedelta(seconds=1))
    assert (ear.heard, delivery().state) == (["O7"], Delivery.DONE)


def test_what_kills_every_worker_is_put_aside() -> None:
    ear = listening(Ear())
    act(ask("O8"), "consult")
    for _ in range(len(outbox.RETRY_AFTER) + 1):
        assert outbox._claim(delivery())
        Delivery.objects.update(next_at=clock.now())
    outbox.deliver_due()
    assert (ear.heard, delivery().state) == ([], Delivery.DEAD)


def test_two_workers_do_not_deliver_the_same() -> None:
    listening(Ear())
    act(ask("O9"), "consult")
    mine, theirs = delivery(), delivery()
    assert outbox._claim(mine)
    assert not outbox._claim(theirs)


def test_a_handler_that_is_gone_waits_for_its_return() -> None:
    listening(Ear())
    act(ask("O10"), "consult")
    gone = outbox._handlers.pop("ear")
    outbox.deliver_due()
    assert (delivery().state, "ear" in delivery().error) == (Delivery.WAITING, True)
    outbox._handlers["ear"] = gone
    later(timedelta(minutes=1))
    assert delivery().state == Delivery.DONE
