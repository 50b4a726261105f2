"""Reads about 工作专班. The user comes first; whose team a place has is no secret to whoever sees the case there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from chengyun.city.cases.models import Case, Team, TeamCase, TeamMember, TeamPost, TeamTemplate
from chengyun.city.cases.queries import cases_for
from chengyun.city.cases.whistles import units_to_call
from chengyun.city.people.models import Post, Unit, User
from chengyun.city.people.models.users import posts_standing
from chengyun.city.places.queries import road_of
from chengyun.kernel import clock
from chengyun.kernel.errors import Missing
from chengyun.kernel.recent import recent

CHANGE = "team.change"
Kind = Team.Kind
SMALLEST_AREA = 2


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A team that stands, with whoever fills its posts today."""

    team: Team
    members: Sequence[TeamMember]

    @property
    def lead(self) -> Unit | None:
        """The unit that leads: the one in the first post, else the unit of the person there."""
        first = next((row for row in self.members if row.post.leads), None)
        if first is None:
            return None
        return first.unit or (first.user.unit if first.user else None)

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Post by post who it is."""
        names: dict[str, list[str]] = {}
        for row in self.members:
            names.setdefault(row.post.name, []).append(str(row.unit or row.user))
        return [(post, "、".join(who)) for post, who in names.items()]


def members_of(teams: QuerySet[Team]) -> QuerySet[TeamMember]:
    """Who fills the posts of these teams; a unit that has ended and a person who has left fill none."""
    standing = Q(unit__valid_to=None, unit__isnull=False) | Q(user__is_active=True)
    rows = TeamMember.objects.filter(standing, team__in=teams, valid_to=None)
    return rows.select_related("post", "unit", "user__unit").order_by("post__order", "id")


@recent(5)
def _standing() -> list[Filled]:
    """Every team of the city that stands: two queries for as many cases as are asked about."""
    teams = Team.objects.filter(valid_to=None).select_related("template")
    members: dict[int, list[TeamMember]] = {}
    for row in members_of(teams):
        members.setdefault(row.team_id, []).append(row)
    return [Filled(team=team, members=members.get(team.pk, [])) for team in teams]


def forget_teams() -> None:
    """A team was made, filled or ended."""
    _standing.forget()


def team_at(area: str, grid: str, lon: float, lat: float) -> Filled | None:
    """The team of a place: that of the road before that of the grid, then the smallest region around."""
    fitting = [each for each in _standing() if _fits(each.team, area, grid, lon, lat)]
    return max(fitting, key=lambda each: _narrow(each.team), default=None)


def team_of(case: Case) -> Filled | None:
    """The team of the place a case lies in."""
    return team_at(case.area, case.grid, case.lon, case.lat)


def _fits(team: Team, area: str, grid: str, lon: float, lat: float) -> bool:
    if not area.startswith(team.area):
        return False
    if team.place_type == Kind.ROAD:
        return road_of(lon, lat) == team.place_code
    return team.place_type == Kind.REGION or grid == team.place_code


def _narrow(team: Team) -> tuple[int, int]:
    return [Kind.REGION, Kind.GRID, Kind.ROAD].index(Kind(team.place_type)), len(team.area)


def teams_for(user: User) -> QuerySet[Team]:
    """The teams in this person's area and around it, those with them or their units, those whose cases they had."""
    scope = user.scope("case.view")
    around = {area[:n] for area in scope.areas for n in range(SMALLEST_AREA, len(area))}
    current = TeamMember.objects.filter(valid_to=None)
    mine = current.filter(Q(unit__in=scope.units) | Q(user=user)).values("team")
    had = TeamCase.objects.filter(case__unit__in=scope.units).values("team")
    near = scope.area_q("area") | Q(area__in=around)
    return Team.objects.filter(near | Q(pk__in=mine) | Q(pk__in=had))


def team_for(user: User, code: str) -> Team:
    """One of them; Missing when it is not this person's to see."""
    found = teams_for(user).select_related("template").filter(code=code).first()
    if found is None:
        raise Missing(f"没有工作专班「{code}」，或者它不在你的范围内。")
    return found


def filled(team: Team) -> Filled:
    """A team with whoever fills its posts, as it stands this moment."""
    return Filled(team=team, members=list(members_of(Team.objects.filter(pk=team.pk))))


def cases_of(user: User, team: Team) -> QuerySet[Case]:
    """The cases that went to a team, as far as this person sees them."""
    return cases_for(user).filter(pk__in=TeamCase.objects.filter(team=team).values("case"))


def templates_for(user: User) -> QuerySet[TeamTemplate]:
    """The templates of this person's areas, of those in them and of those around them."""
    areas = user.scope("case.view").areas
    around = {area[:n] for area in areas for n in range(SMALLEST_AREA, len(area) + 1)}
    inner = user.scope("case.view").area_q("area")
    return TeamTemplate.objects.filter(inner | Q(area__in=around), valid_to=None)


def template_for(user: User, pk: int) -> TeamTemplate:
    """One of them; Missing when it is not this person's to see."""
    found = templates_for(user).filter(pk=pk).first()
    if found is None:
        raise Missing("没有这个专班模板，或者它不在你的范围内。")
    return found


def units_to_fill(area: str) -> QuerySet[Unit]:
    """The units that may be in a team of an area: whoever is called to a spot there, its offices and communities."""
    around = [area[:n] for n in range(SMALLEST_AREA, len(area) + 1)]
    offices = (Unit.Kind.BUREAU, Unit.Kind.CENTRE, Unit.Kind.STREET, Unit.Kind.COMMUNITY)
    near = Unit.objects.filter(kind__in=offices, valid_to=None, area__in=around)
    within = Unit.objects.filter(kind=Unit.Kind.COMMUNITY, valid_to=None, area__startswith=area)
    return (units_to_call(area) | near | within).order_by("code")


def people_to_fill(post: TeamPost, area: str) -> list[User]:
    """Whoever holds a post of that role in or around an area, or any where the template asks for none."""
    held = [row for row in posts_standing(localdate(clock.now())) if _reaches(row, area)]
    keys = {row.user_id for row in held if post.role in ("", row.role.key)}
    return list(User.objects.filter(pk__in=keys, is_active=True).order_by("name", "pk"))


def _reaches(post: Post, area: str) -> bool:
    return post.area.startswith(area) or area.startswith(post.area)
