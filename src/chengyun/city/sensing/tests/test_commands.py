"""指令: who may, for how long, and what stands in the way; no gateway is needed for that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.city.sensing.commands import commands_to_carry_out, count_waiting
from chengyun.city.sensing.factories import make_command, make_device, make_gate
from chengyun.city.sensing.jobs import look_at_limits
from chengyun.city.sensing.models import Command, Control, Series
from chengyun.city.sensing.services import commands as service
from chengyun.kernel import clock, outbox
from chengyun.kernel.errors import Conflict, Invalid, Missing, NotAllowed
from chengyun.kernel.models import Message
from chengyun.kernel.params import set_param

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def state(command: Command) -> str:
    command.refresh_from_db()
    return command.state


def told(user: User) -> list[str]:
    with clock.at(clock.now() + timedelta(days=1)):
        outbox.deliver_due()
    rows = Message.objects.filter(person_id=user.pk, kind__startswith="command.").order_by("pk")
    return list(rows.values_list("title", flat=True))


def test_nobody_confirms_in_time_and_it_is_over(cast: Cast) -> None:
    set_param(service.LIMIT, cast.centre.area, 5, by=None)
    command = make_command(make_gate(), by=cast.duty)
    with clock.at(command.asked_at + 4 * MINUTE):
        look_at_limits()
        assert state(command) == "asked"
    with clock.at(command.asked_at + 5 * MINUTE):
        with pytest.raises(Conflict, match="已经过期"):
            service.act(command, "confirm", {}, by=cast.supervisor)
        look_at_limits()
        look_at_limits()
    assert (state(command), command.outcome) == ("expired", "没有人在时限内复核，没有写。")


def test_a_gateway_that_comes_late_does_not_write(cast: Cast) -> None:
    command = make_command(make_gate(), by=cast.duty)
    service.act(command, "confirm", {}, by=cast.supervisor)
    assert [each.pk for each in commands_to_carry_out()] == [command.pk]
    with clock.at(clock.now() + service.PROMPT):
        assert commands_to_carry_out() == []
        with pytest.raises(Conflict):
            service.begin(command, 20)
        look_at_limits()
    assert (state(command), command.outcome) == ("expired", "网关没有及时执行，没有写。")


def test_a_yes_that_is_withdrawn_is_not_begun(cast: Cast) -> None:
    command = make_command(make_gate(), by=cast.duty)
    service.act(command, "confirm", {}, by=cast.supervisor)
    seen = Command.objects.get(pk=command.pk)
    service.act(command, "withdraw", {}, by=cast.duty)
    with pytest.raises(Conflict):
        service.begin(seen, 20)
    assert state(command) == "withdrawn"


def test_it_is_begun_once(cast: Cast) -> None:
    command = make_command(make_gate(), by=cast.duty)
    service.act(command, "confirm", {}, by=cast.supervisor)
    other = Command.objects.get(pk=command.pk)
    service.begin(command, 20)
    with pytest.raises(Conflict):
        service.begin(other, 20)


def test_one_person_is_never_two(cast: Cast) -> None:
    command = make_command(make_gate(), by=cast.duty)
    with pytest.raises(NotAllowed, match="另一位"):
        service.act(command, "confirm", {}, by=cast.duty)
    mine = Command.objects.filter(pk=command.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        mine.update(confirmed_by=cast.duty)


def test_a_value_too_old_is_no_ground_to_act_on(cast: Cast) -> None:
    gate = make_gate()
    late = clock.now() + timedelta(seconds=31)
    with clock.at(late), pytest.raises(Conflict, match="超过了 30 秒"):
        make_command(gate, by=cast.duty)
    command = make_command(gate, by=cast.duty)
    with clock.at(late), pytest.raises(Conflict, match="不知道现在是多少"):
        service.act(command, "confirm", {}, by=cast.supervisor)
    Series.objects.update(heard_at=late)
    with clock.at(late):
        service.act(command, "confirm", {}, by=cast.supervisor)


def test_what_cannot_be_asked_for(cast: Cast) -> None:
    gate = make_gate()
    for value in ("101", "-1", "nan", "inf", "开", ""):
        with pytest.raises(Invalid, match="0 到 100 %"):
            make_command(gate, by=cast.duty, value=value)
    with pytest.raises(Invalid, match="为什么"):
        make_command(gate, by=cast.duty, reason=" ")
    with pytest.raises(NotAllowed):
        make_command(gate, by=cast.operator)
    with pytest.raises(Missing, match="只读不写"):
        make_command(make_device("ZM-009", kind="flood_gate"), by=cast.duty)
    make_command(gate, by=cast.duty)
    with pytest.raises(Conflict, match="还没有|没有办完"):
        make_command(gate, by=cast.supervisor)
    assert Command.objects.count() == 1


def test_who_is_told(cast: Cast) -> None:
    command = make_command(make_gate(), by=cast.duty)
    assert (count_waiting(cast.supervisor), count_waiting(cast.duty)) == ((1, 0), (0, 0))
    assert told(cast.supervisor) == ["请复核：湖东闸，闸门开度 60 %"]
    assert told(cast.duty) == []
    service.act(command, "confirm", {}, by=cast.supervisor)
    assert count_waiting(cast.supervisor) == (0, 0)
    service.begin(command, 20)
    service.fail(command, "控制器收下了，30 秒里没有动到：读回 20 %。", 20)
    assert told(cast.duty) == ["湖东闸，闸门开度 60 %：没有执行成"]
    assert told(cast.supervisor)[1:] == ["湖东闸，闸门开度 60 %：没有执行成"]


def test_the_plan_of_the_gateway_is_all_there_is(cast: Cast) -> None:
    gate = make_gate()
    service.tell_controls([])
    assert not Control.objects.exists()
    with pytest.raises(Missing):
        make_command(gate, by=cast.duty)
