"""派遣规则: edited in a draft, put in force, and what the desk then proposes and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chengyun.city.assets.factories import make_asset
from chengyun.city.cases.factories import MANHOLE, drive, make_case, make_working_city
from chengyun.city.cases.models import Case, DispatchEdition, DispatchRule
from chengyun.city.cases.proposals import Proposal, proposal_to, question_of
from chengyun.city.cases.rulebook import draft_of, rules_for
from chengyun.city.cases.services.rules import NewRule, add_rule, begin_draft, put_in_force
from chengyun.city.people.factories import CITY, DISTRICT, OTHER_DISTRICT, Cast
from chengyun.city.people.models import Unit, User
from chengyun.city.people.services.units import add_unit, end_unit
from chengyun.kernel import clock
from chengyun.kernel.models import Audit
from chengyun.kernel.recent import forget_everything
from chengyun.science.rulebook import Conditions

pytestmark = pytest.mark.django_db

HERE = f"?area={DISTRICT}"


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def desk_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def in_force(area: str, *rules: NewRule) -> DispatchEdition:
    """An edition of an area with these rules, in force now."""
    draft = begin_draft(area, by=None)
    for rule in rules:
        add_rule(draft, rule, by=None)
    return put_in_force(draft, by=None)


def lamp_unit(cast: Cast, area: str = DISTRICT) -> Unit:
    return add_unit(
        f"{area}-ZM", "照明管理所", kind="department", area=area, parent=cast.bureau, by=None
    )


def proposed(case: Case) -> Proposal:
    found = proposal_to(question_of(case))
    assert found is not None
    return found


FORM = {
    "name": "井盖",
    "classes": "雨水井盖、P0102",
    "areas": "东昌府区",
    "sources": ["inspector"],
    "weekdays": ["1", "2", "3", "4", "5", "6", "7"],
    "basis": "养护合同",
}


def test_a_rule_is_written_on_the_page_put_in_force_and_proposed(cast: Cast) -> None:
    desk = desk_of(cast.supervisor)
    assert "还没有派遣规则" in desk.get(reverse("coordination:rules")).content.decode()
    assert desk.post(reverse("coordination:rules_begin") + HERE).status_code == 303
    unit = lamp_unit(cast)
    add = reverse("coordination:rule_add") + HERE
    answer = desk.post(add, FORM | {"unit": unit.code, "version": 1})
    assert answer.status_code == 303, answer.content.decode()[-3000:]
    row = DispatchRule.objects.get()
    assert row.conditions["classes"] == [MANHOLE, "P0102"]
    assert row.conditions["areas"] == [DISTRICT]
    page = desk.get(reverse("coordination:rules_draft") + HERE).content.decode()
    assert "雨水井盖、污水井盖" in page
    force = reverse("coordination:rules_force") + HERE
    assert desk.post(force, {"version": 2, "note": "第一版"}).status_code == 303
    case = drive(make_case(cast), cast, "filed")
    form = desk_of(cast.dispatcher).get(reverse("coordination:take", args=(case.code, "dispatch")))
    told = form.content.decode()
    assert "规则 1「井盖」：" in told
    assert "由照明管理所负责。依据养护合同。" in told
    assert f'value="{unit.code}" selected' in told


def test_the_proposal_is_taken_from_the_preview_at_once(cast: Cast) -> None:
    in_force(DISTRICT, NewRule(name="全部", unit=cast.crew, conditions=Conditions()))
    case = drive(make_case(cast), cast, "filed")
    desk = desk_of(cast.dispatcher)
    preview = desk.get(
        reverse("coordination:preview", args=(case.code,)),
        headers={"hx-request": "true", "hx-target": "preview"},
    ).content.decode()
    assert "派给市政工程处" in preview
    there = reverse("coordination:take", args=(case.code, "dispatch"))
    answer = desk.post(
        there,
        {"unit": cast.crew.code, "version": case.version, "next": reverse("coordination:desk")},
    )
    assert (answer.status_code, answer["Location"]) == (303, reverse("coordination:desk"))
    case.refresh_from_db()
    assert (case.state, case.unit_id) == ("dispatched", cast.crew.pk)


def test_no_next_leads_off_this_host(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "filed")
    there = reverse("coordination:take", args=(case.code, "dispatch"))
    facts = {"unit": cast.crew.code, "version": case.version, "next": "https://elsewhere.example/"}
    answer = desk_of(cast.dispatcher).post(there, facts)
    assert answer["Location"] == reverse("coordination:case", args=(case.code,))


def test_a_district_asks_its_own_rules_first_and_then_the_city_s(cast: Cast) -> None:
    lamps = lamp_unit(cast, CITY)
    covers, lights = Conditions(classes=("P0103",)), Conditions(classes=("P0137",))
    in_force(
        CITY,
        NewRule(name="全市井盖", unit=lamps, conditions=covers),
        NewRule(name="路灯", unit=lamps, conditions=lights),
    )
    case = make_case(cast)
    assert proposed(case).why.startswith("规则 1「全市井盖」")
    in_force(DISTRICT, NewRule(name="本区井盖", unit=cast.crew, conditions=covers))
    forget_everything()
    assert proposed(case).unit == cast.crew
    assert [rule.row.name for rule in rules_for(DISTRICT)] == ["本区井盖", "全市井盖", "路灯"]
    assert [rule.row.name for rule in rules_for(OTHER_DISTRICT)] == ["全市井盖", "路灯"]


def test_a_rule_whose_unit_has_ended_is_passed_over_and_said(cast: Cast) -> None:
    lamps = lamp_unit(cast)
    everything = Conditions()
    in_force(
        DISTRICT,
        NewRule(name="甲", unit=lamps, conditions=everything),
        NewRule(name="乙", unit=cast.crew, conditions=everything),
    )
    end_unit(lamps, by=None)
    forget_everything()
    found = proposed(make_case(cast))
    assert found.unit == cast.crew
    assert found.skipped == ("规则 1「甲」的单位照明管理所已撤销，跳过。",)


def test_without_a_rule_the_keeper_of_the_part_and_then_the_past(cast: Cast) -> None:
    asset = make_asset("rain_cover", keeper_id=cast.crew.pk)
    case = make_case(cast, asset=asset.code)
    assert proposed(case).origin == "part"
    assert "的养护单位是市政工程处。" in proposed(case).why
    other = make_case(cast)
    assert proposal_to(question_of(other)) is None
    drive(make_case(cast), cast, "dispatched")
    assert proposed(other).origin == "past"


def test_hours_and_roads_decide(cast: Cast) -> None:
    case = make_case(cast)
    night = Conditions(begin="22:00", end="06:00")
    here = Conditions(roads=("不是这条路",))
    in_force(
        DISTRICT,
        NewRule(name="夜间", unit=lamp_unit(cast), conditions=night),
        NewRule(name="路", unit=cast.crew, conditions=here),
    )
    day = clock.now().replace(hour=4, minute=0)  # noon in the city
    assert proposal_to(question_of(case, at=day)) is None
    late = proposal_to(question_of(case, at=day + timedelta(hours=12)))
    assert late is not None and late.why.startswith("规则 1「夜间」：22:00–06:00由")


def test_an_edition_in_force_never_changes_and_the_audit_carries_it(cast: Cast) -> None:
    first = in_force(DISTRICT, NewRule(name="井盖", unit=cast.crew, conditions=Conditions()))
    draft = begin_draft(DISTRICT, by=cast.supervisor)
    assert [row.name for row in draft.rules.all()] == ["井盖"]
    kept = Audit.objects.get(verb="dispatch.put_in_force").facts
    assert [rule["name"] for rule in kept["rules"]] == ["井盖"]
    row = first.rules.get()
    url = reverse("coordination:rule", args=(row.pk,)) + HERE
    assert desk_of(cast.supervisor).get(url).status_code == 404


def test_the_slower_of_two_editors_is_told(cast: Cast) -> None:
    draft = begin_draft(DISTRICT, by=cast.supervisor)
    facts = FORM | {"unit": cast.crew.code, "version": draft.version}
    desk = desk_of(cast.supervisor)
    add = reverse("coordination:rule_add") + HERE
    assert desk.post(add, facts).status_code == 303
    assert desk.post(add, facts).status_code == 409
    assert draft.rules.count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"classes": "没有这一类"}, "没有类别「没有这一类」"),
        ({"areas": "茌平区"}, "没有区域「茌平区」"),
        ({"keepers": "某某单位"}, "没有单位「某某单位」"),
        ({"begin": "25:00", "end": "26:00"}, "时刻要写成"),
        ({"begin": "08:00"}, "要一起填"),
        ({"name": ""}, "请填写规则名"),
        ({"since": "2026-05-02", "until": "2026-05-01"}, "早于起日"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    cast: Cast, wrong: dict[str, Any], said: str
) -> None:
    begin_draft(DISTRICT, by=cast.supervisor)
    add = reverse("coordination:rule_add") + HERE
    answer = desk_of(cast.supervisor).post(add, FORM | {"unit": cast.crew.code} | wrong)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not DispatchRule.objects.exists()


def test_the_order_is_changed_and_a_rule_taken_out(cast: Cast) -> None:
    draft = begin_draft(DISTRICT, by=None)
    rows = [
        add_rule(draft, NewRule(name=name, unit=cast.crew), by=None) for name in ("甲", "乙", "丙")
    ]
    desk = desk_of(cast.supervisor)
    move = reverse("coordination:rule_move", args=(rows[2].pk,)) + HERE
    assert desk.post(move, {"place": "1"}).status_code == 303
    assert list(draft.rules.values_list("name", flat=True)) == ["丙", "甲", "乙"]
    drop = reverse("coordination:rule_drop", args=(rows[2].pk,)) + HERE
    assert desk.post(drop).status_code == 303
    assert list(draft.rules.values_list("order", "name")) == [(1, "甲"), (2, "乙")]
    assert desk.post(reverse("coordination:rules_drop") + HERE).status_code == 303
    assert draft_of(DISTRICT) is None


def test_rules_are_for_whoever_may_and_only_in_their_area(cast: Cast) -> None:
    begin = reverse("coordination:rules_begin") + HERE
    assert desk_of(cast.dispatcher).post(begin).status_code == 403
    assert desk_of(cast.dispatcher).get(reverse("coordination:rules")).status_code == 200
    there = reverse("coordination:rules_begin") + f"?area={OTHER_DISTRICT}"
    assert desk_of(cast.supervisor).post(there).status_code == 404
    assert desk_of(cast.operator).get(reverse("coordination:rules")).status_code == 403


def test_an_edition_may_come_into_force_later(cast: Cast) -> None:
    draft = begin_draft(DISTRICT, by=None)
    add_rule(draft, NewRule(name="以后", unit=cast.crew), by=None)
    put_in_force(draft, at=clock.now() + timedelta(days=1), by=None)
    case = make_case(cast)
    assert proposal_to(question_of(case)) is None
    with clock.at(clock.now() + timedelta(days=2)):
        forget_everything()
        assert proposed(case).unit == cast.crew


def test_no_rule_comes_into_force_for_a_unit_that_has_ended(cast: Cast) -> None:
    lamps = lamp_unit(cast)
    draft = begin_draft(DISTRICT, by=None)
    add_rule(draft, NewRule(name="路灯", unit=lamps), by=None)
    end_unit(lamps, by=None)
    force = reverse("coordination:rules_force") + HERE
    answer = desk_of(cast.supervisor).post(force)
    assert answer.status_code == 422
    assert "照明管理所已撤销" in answer.content.decode()


def test_a_street_office_handles_what_lies_in_its_street(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "filed")
    office = add_unit(
        "JD-1", "古楼街道办事处", kind="street", area=case.area[:9], parent=cast.bureau, by=None
    )
    away = add_unit(
        "JD-2", "柳园街道办事处", kind="street", area="371502009", parent=cast.bureau, by=None
    )
    in_force(
        DISTRICT,
        NewRule(name="别的街道", unit=away),
        NewRule(name="本街道", unit=office, basis="街道职责任务清单第 12 项"),
    )
    found = proposed(case)
    assert found.unit == office
    assert found.why.endswith("依据街道职责任务清单第 12 项。")
    assert found.skipped == ("规则 1「别的街道」的柳园街道办事处不管这个地方，跳过。",)
    there = reverse("coordination:take", args=(case.code, "dispatch"))
    assert desk_of(cast.dispatcher).post(there, {"unit": office.code}).status_code == 303
