"""“1+1+N”工作专班: defined by the city, filled for a place; cases there go to it, and its members are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chengyun.city.cases.factories import (
    LAT,
    LON,
    drive,
    make_case,
    make_rules,
    make_team,
    make_working_city,
)
from chengyun.city.cases.models import Team, TeamCase, TeamMember, TeamTemplate
from chengyun.city.cases.proposals import proposal_to, question_of
from chengyun.city.cases.rulebook import rules_for
from chengyun.city.cases.services import teams as service
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.rules import NewRule, add_rule, begin_draft, put_in_force
from chengyun.city.cases.services.teams import NewPost
from chengyun.city.cases.simulation import simulate
from chengyun.city.cases.teams import filled, forget_teams, team_of
from chengyun.city.people.factories import CITY, DISTRICT, OTHER_DISTRICT, Cast, make_user
from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.people.services.units import add_unit, end_unit
from chengyun.city.places.queries import locate, road_of
from chengyun.kernel import outbox
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed
from chengyun.kernel.models import Message

pytestmark = pytest.mark.django_db
LEAD = NewPost(name="牵头单位", filling="unit")


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def api(user: User, method: str, path: str, body: Any = None) -> Any:
    raw, _ = issue_token(user, "试验", timedelta(days=1), by=None)
    client = Client(raise_request_exception=False)
    head = {"Authorization": f"Bearer {raw}"}
    return getattr(client, method)(f"/api/v1{path}", body, "application/json", headers=head)


def told(answer: Any) -> str:
    return str(answer.content.decode())


def here() -> tuple[str, str, str]:
    """Street, community and grid of the place ``make_case`` reports in."""
    place = locate(LON, LAT)
    assert place is not None
    return place.area[:9], place.area, place.grid


def led_by(cast: Cast, kind: str, place: str, unit: Any) -> Team:
    """A team of one post."""
    known = TeamTemplate.objects.filter(name="小专班", valid_to=None).first()
    template = known or service.define(DISTRICT, "小专班", [LEAD], by=cast.supervisor)
    team = service.form_team(template, kind, place, by=cast.supervisor)
    service.fill(team, {template.posts.get().pk: [unit]}, by=cast.supervisor)
    return team


def test_a_city_defines_its_template_and_fills_it_for_a_street(cast: Cast) -> None:
    desk = enter(cast.supervisor)
    shape = {"area": DISTRICT, "name": "“1+1+N”专班", "words": "一长一单位多部门"}
    shape |= {f"{key}{n}": "" for n in range(1, 9) for key in ("name", "filling", "role")}
    shape |= {"name1": "责任单位", "filling1": "unit"}
    shape |= {"name2": "路长", "filling2": "person", "role2": "inspector"}
    shape |= {"name3": "职能部门", "filling3": "units"}
    assert desk.post("/teams/templates/", shape).status_code == 303
    template = TeamTemplate.objects.get()
    assert "路长" in told(desk.get("/teams/templates/"))
    street, *_ = here()
    form = {"template": template.pk, "kind": "region", "place": street, "area": DISTRICT}
    path = str(desk.post("/teams/add/", form)["Location"])
    lead, chief, others = template.posts.all()
    who = {
        "do": "fill",
        f"post_{lead.pk}": f"u{cast.crew.pk}",
        f"post_{chief.pk}": f"p{cast.inspector.pk}",
        f"post_{others.pk}": [f"u{cast.centre.pk}"],
    }
    assert desk.post(path, who | {f"post_{lead.pk}": ""}).status_code == 422
    assert desk.post(path, who).status_code == 303
    team = Team.objects.get()
    found = filled(team)
    assert found.lead == cast.crew
    assert found.lines[1] == ("路长", "周启明")
    outbox.deliver_all()
    assert "工作专班" in told(enter(cast.inspector).get("/messages/"))
    assert team.place in told(enter(cast.inspector).get("/teams/"))
    assert desk.post(path, who | {f"post_{chief.pk}": ""}).status_code == 303
    assert [post for post, _ in filled(team).lines] == ["责任单位", "职能部门"]
    assert TeamMember.objects.filter(user=cast.inspector).exclude(valid_to=None).count() == 1


def test_a_case_is_proposed_to_the_team_named_on_its_page_and_told_to_its_members(
    cast: Cast,
) -> None:
    team = make_team(cast)
    case = drive(make_case(cast), cast, "filed")
    found = proposal_to(question_of(case))
    assert found is not None
    assert (found.unit, found.origin) == (cast.crew, "team")
    assert found.why == f"这里由工作专班「{team}」负责，市政工程处牵头。"
    assert "周启明" in told(enter(cast.dispatcher).get(f"/cases/{case.code}/dispatch/"))
    assert str(team) in told(enter(cast.dispatcher).get(f"/cases/{case.code}/"))
    Message.objects.all().delete()
    act(case, "dispatch", {"unit": cast.crew.code}, by=cast.dispatcher)
    outbox.deliver_all()
    news = Message.objects.filter(kind="team.case")
    assert {*news.values_list("person_id", flat=True)} == {cast.inspector.pk}
    assert TeamCase.objects.get().case == case
    shown = told(enter(cast.department).get(f"/teams/{team.code}/"))
    assert case.code in shown
    service.note_case(case.pk)
    assert TeamCase.objects.count() == 1


def test_the_narrowest_place_has_the_case(cast: Cast) -> None:
    case = make_case(cast)
    street, community, grid = here()
    assert team_of(case) is None
    for kind, place in (
        ("region", DISTRICT),
        ("region", street),
        ("region", community),
        ("grid", grid),
        ("road", road_of(LON, LAT)),
    ):
        team = led_by(cast, kind, place, cast.crew)
        found = team_of(case)
        assert found is not None
        assert found.team == team
    service.end_team(team, by=cast.supervisor)
    found = team_of(case)
    assert found is not None
    assert found.team.place_code == grid
    beside = team_of(make_case(cast, lon=LON - 0.002))
    assert beside is not None
    assert beside.team.place_code != grid


def test_a_rule_may_send_to_the_lead_of_the_team(cast: Cast) -> None:
    street, *_ = here()
    other = add_unit("371502-LD", "路灯所", kind="department", area=DISTRICT, by=None)
    draft = begin_draft(DISTRICT, by=None)
    add_rule(draft, NewRule(name="全部", unit=cast.crew, to_team=True), by=None)
    put_in_force(draft, by=None)
    case = drive(make_case(cast), cast, "filed")
    found = proposal_to(question_of(case))
    assert found is not None
    assert (found.unit, found.origin) == (cast.crew, "rule")
    team = led_by(cast, "region", street, other)
    found = proposal_to(question_of(case))
    assert found is not None
    assert (found.unit, found.origin) == (other, "rule")
    assert f"由工作专班「{team}」的牵头单位路灯所负责" in found.why
    assert "没有专班时市政工程处" in told(enter(cast.supervisor).get(f"/rules/?area={DISTRICT}"))
    rule = rules_for(DISTRICT)[0]
    assert rule.row.to_team
    act(case, "dispatch", {"unit": other.code}, by=cast.dispatcher)
    again = begin_draft(DISTRICT, by=cast.supervisor)
    trial = simulate(cast.supervisor, again).trials[0]
    assert (trial.verdict, trial.changed, trial.draft.unit) == ("same", False, other)
    end_unit(other, by=None)
    forget_teams()
    found = proposal_to(question_of(case))
    assert found is not None
    assert found.unit == cast.crew


def test_a_rule_on_the_page_may_send_to_the_team(cast: Cast) -> None:
    make_rules(cast, draft=True)
    desk = enter(cast.supervisor)
    there = f"/rules/draft/add/?area={DISTRICT}"
    assert "工作专班" in told(desk.get(there))
    form = {"name": "归专班", "unit": cast.crew.code, "to_team": "on", "version": "1"}
    assert desk.post(there, form).status_code == 303
    assert "当地工作专班的牵头单位" in told(desk.get(f"/rules/draft/?area={DISTRICT}"))


def test_who_may_and_who_sees(cast: Cast) -> None:
    for person in (cast.dispatcher, cast.department, cast.bob):
        with pytest.raises(NotAllowed):
            service.define(DISTRICT, "专班", [LEAD], by=person)
    with pytest.raises(NotAllowed):
        service.define(CITY, "专班", [LEAD], by=cast.supervisor)
    team = make_team(cast)
    for person in (cast.dispatcher, cast.department, cast.inspector):
        assert enter(person).get(f"/teams/{team.code}/").status_code == 200
        assert enter(person).post(f"/teams/{team.code}/", {"do": "end"}).status_code == 422
    for person in (cast.bob, cast.other_department):
        assert enter(person).get(f"/teams/{team.code}/").status_code == 404
    assert enter(cast.dispatcher).get("/teams/add/").status_code == 403
    assert enter(cast.supervisor).post(f"/teams/{team.code}/", {"do": "end"}).status_code == 303
    with pytest.raises(Conflict, match="已经撤销"):
        service.end_team(team, by=cast.supervisor)


def test_faults_are_said_and_nothing_is_written(cast: Cast) -> None:
    shapes: list[tuple[list[NewPost], str]] = [
        ([], "1 到 12 个"),
        ([NewPost(name="部门", filling="units")], "牵头"),
        ([LEAD, LEAD], "不能重复"),
        ([NewPost(name="长", filling="chief")], "一个或多个"),
        ([NewPost(name="长", filling="person", role="king")], "角色不对"),
        ([NewPost(name="部门", filling="unit", role="leader")], "角色不对"),
        ([NewPost(name=" ", filling="unit")], "请写名称"),
    ]
    for posts, sentence in shapes:
        with pytest.raises(Invalid, match=sentence):
            service.define(DISTRICT, "专班", posts, by=cast.supervisor)
    assert not TeamTemplate.objects.exists()


def test_a_place_and_its_members_must_fit(cast: Cast) -> None:
    chief = NewPost(name="路长", filling="person", role="inspector")
    template = service.define(DISTRICT, "专班", [LEAD, chief], by=cast.supervisor)
    places = [
        ("region", "没有的街道", "没有叫"),
        ("grid", "1", "没有单元网格"),
        ("road", "没有路", "没有道路"),
        ("lane", "x", "是为道路"),
        ("region", " ", "请写是哪里"),
        ("region", OTHER_DISTRICT, "没有叫"),
    ]
    for kind, place, sentence in places:
        with pytest.raises(Invalid, match=sentence):
            service.form_team(template, kind, place, by=cast.supervisor)
    team = service.form_team(template, "region", DISTRICT, by=cast.supervisor)
    with pytest.raises(Conflict, match="已经有工作专班"):
        service.form_team(template, "region", DISTRICT, by=cast.supervisor)
    lead, second = template.posts.all()
    whom: list[tuple[dict[int, list[Any]], str]] = [
        ({}, "不能空着"),
        ({lead.pk: [cast.crew, cast.centre]}, "只能有一个"),
        ({lead.pk: [cast.other_crew]}, "不能担任"),
        ({lead.pk: [cast.inspector]}, "不能担任"),
        ({lead.pk: [cast.crew], second.pk: [cast.dispatcher]}, "不能担任"),
    ]
    for who, sentence in whom:
        with pytest.raises(Invalid, match=sentence):
            service.fill(team, who, by=cast.supervisor)
    assert not TeamMember.objects.exists()


def test_a_new_template_takes_the_place_of_the_old_one(cast: Cast) -> None:
    team = make_team(cast)
    again = service.define(DISTRICT, team.template.name, [LEAD], by=cast.supervisor)
    team.template.refresh_from_db()
    assert team.template.valid_to is not None
    assert filled(team).lead == cast.crew
    with pytest.raises(Conflict, match="换了新的"):
        service.form_team(team.template, "region", DISTRICT, by=cast.supervisor)
    assert service.form_team(again, "region", DISTRICT, by=cast.supervisor).template == again


def test_whoever_leaves_fills_no_post(cast: Cast) -> None:
    team = make_team(cast)
    person = make_user("gone", "离职者", "inspector", cast.centre)
    lead, chief, _ = team.template.posts.all()
    service.fill(team, {lead.pk: [cast.crew], chief.pk: [person]}, by=cast.supervisor)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert [post for post, _ in filled(team).lines] == ["牵头单位"]


def test_the_api_does_the_same(cast: Cast) -> None:
    street, *_ = here()
    posts = [
        {"name": "牵头", "filling": "unit"},
        {"name": "路长", "filling": "person", "role": "inspector"},
    ]
    shape = {"area": DISTRICT, "name": "专班", "posts": posts}
    assert api(cast.bob, "post", "/team-templates", shape).status_code == 403
    made = api(cast.supervisor, "post", "/team-templates", shape).json()
    assert api(cast.supervisor, "get", "/team-templates").json() == [made]
    body = {"template": made["pk"], "kind": "region", "place": street}
    team = api(cast.supervisor, "post", "/teams", body)
    assert team.status_code == 201
    assert api(cast.supervisor, "post", "/teams", body).status_code == 409
    path = f"/teams/{team.json()['code']}"
    who = {
        "posts": [{"post": "牵头", "who": [cast.crew.code]}, {"post": "路长", "who": ["inspector"]}]
    }
    assert api(cast.supervisor, "put", f"{path}/posts", who).json()["lead"] == cast.crew.code
    odd = {"posts": [{"post": "牵头", "who": ["inspector"]}]}
    assert api(cast.supervisor, "put", f"{path}/posts", odd).status_code == 422
    odd = {"posts": [{"post": "没有", "who": []}]}
    assert api(cast.supervisor, "put", f"{path}/posts", odd).status_code == 422
    asked = f"/dispatch/proposal?lon={LON}&lat={LAT}"
    found = api(cast.supervisor, "get", asked).json()
    assert (found["unit"], found["origin"], found["team"]) == (
        cast.crew.code,
        "team",
        team.json()["code"],
    )
    assert api(cast.bob, "get", path).status_code == 404
    assert api(cast.department, "get", path).json()["posts"] == who["posts"]
    assert api(cast.supervisor, "post", f"{path}/end").json()["valid_to"]
    assert api(cast.supervisor, "post", f"{path}/end").status_code == 409
