"""What 工作专班 tell whom: each member that they are in one, and of a case of their place that was given to a unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.urls import reverse

from chengyun.city.cases.models import Team, TeamMember
from chengyun.city.cases.notices import facts as of_case
from chengyun.city.cases.recipients import SENT, case_of, in_posts
from chengyun.city.cases.teams import filled, team_of
from chengyun.city.people.queries import posts_in_charge
from chengyun.kernel.models import Audit
from chengyun.kernel.notify.specs import Notice, Recipient


def _of(members: Iterable[TeamMember], area: str, *, but: int | None = None) -> list[Recipient]:
    """The people in these posts, and who handles in these units; a unit that is told anyway is left out."""
    found: list[Recipient] = []
    for row in members:
        if row.user and row.user.unit_id != but:
            found.append(Recipient(person=row.user.pk, role=row.user.post_key))
        if row.unit and row.unit_id != but:
            found += in_posts(posts_in_charge("case.handle", area=area, unit=row.unit))
    return found


def _team(row: Audit) -> Team:
    return Team.objects.select_related("template").get(pk=row.subject_id)


def members(row: Audit) -> list[Recipient]:
    team = _team(row)
    return _of(filled(team).members, team.area)


def team(row: Audit) -> list[Recipient]:
    """The members of the team of a case, without the unit that handles it."""
    case = case_of(row)
    found = team_of(case)
    return _of(found.members, case.area, but=case.unit_id) if found else []


def facts(row: Audit) -> Mapping[str, str]:
    found = _team(row)
    return {
        "code": found.code,
        "link": reverse("coordination:team", args=(found.code,)),
        "team": str(found),
        "lead": str(filled(found).lead or "还没有定"),
    }


def facts_of_case(row: Audit) -> Mapping[str, str]:
    found = team_of(case_of(row))
    return {**of_case(row), "team": str(found.team) if found else ""}


NOTICES = (
    Notice(
        key="team.filled",
        label="我在的工作专班",
        group="工作专班",
        on=("team.fill",),
        to=members,
        facts=facts,
        title="工作专班：{team}",
        text="你或你的单位在里面，{lead}牵头。",
        order=68,
    ),
    Notice(
        key="team.case",
        label="我在的专班有了案件",
        group="工作专班",
        on=SENT,
        to=team,
        facts=facts_of_case,
        title="{team}：{title}，{address}",
        text="派给{unit}办理。{due}",
        order=69,
    ),
)
