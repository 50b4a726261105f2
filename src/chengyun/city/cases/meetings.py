"""Reads about 例会 and 承诺事项. The user comes first: those of their area, of their unit, to their unit, their own."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.utils.timezone import localdate

from chengyun.city.cases.agreements import AGREE, agreements_for
from chengyun.city.cases.models import Agreement, Meeting, Promise
from chengyun.city.cases.whistles import acts_for, chief_places, units_to_call
from chengyun.city.people.chiefs import chief_kinds, names_fault, names_in
from chengyun.city.people.models import Binding, Unit, User
from chengyun.city.people.models.users import held_on
from chengyun.city.people.stations import stations_for
from chengyun.city.places.grounds import labels_of
from chengyun.city.places.queries import label_of, region_of, regions
from chengyun.city.places.specs import Level
from chengyun.kernel import clock
from chengyun.kernel.errors import Missing, wrong
from chengyun.kernel.params import settings_of
from chengyun.kernel.scope import inside

HOLD, KEEP = "meeting.hold", "promise.keep"
KINDS = "meeting.kinds"
BELOW: dict[int, Level] = {4: "district", 6: "street", 9: "community"}
State = Promise.State


def kinds_fault(text: object) -> str:
    """Why these are no kinds of meetings, "" when they are."""
    return names_fault(text) if names_in(str(text)) else "至少写一种例会。"


def kinds_of(area: str) -> list[str]:
    """The kinds of meetings of an area, by name."""
    return names_in(settings_of(area)[KINDS])


@dataclass(frozen=True, kw_only=True)
class Venue:
    """What a meeting is for: an area, or a road that has a chief."""

    area: str
    label: str
    road: str = ""

    @property
    def key(self) -> str:
        return f"road:{self.road}" if self.road else self.area

    @property
    def chiefly(self) -> set[str]:
        """The codes of the places whose chiefs hold meetings for it."""
        around = {self.area[:n] for n in range(4, len(self.area) + 1)}
        return {self.road} if self.road else around


def venue_of(area: str, road: str = "") -> Venue:
    """An area by its code, or a road by the code its chief is bound to; Invalid when there is none."""
    if road:
        found = next((venue for venue in _roads() if venue.road == road), None)
        if found is None:
            raise wrong("road", f"编码为「{road}」的道路没有路长，请先指定。")
        return found
    if region_of(area) is None:
        raise wrong("area", f"没有代码为「{area}」的区、街道、社区。")
    return Venue(area=area, label=label_of(area))


def _roads() -> list[Venue]:
    """The roads that have a chief today; one lies in the area of its chief's unit."""
    chiefs = Q(kind__in=chief_kinds(), place_type="road")
    rows = Binding.objects.filter(
        held_on(localdate(clock.now())) & chiefs, user__unit__isnull=False
    )
    areas = dict(rows.order_by("-pk").values_list("place_code", "user__unit__area"))
    labels = labels_of(("road", code) for code in areas)
    return [
        Venue(area=area, label=labels["road", code], road=code)
        for code, area in sorted(areas.items())
    ]


def venues_for(user: User) -> list[Venue]:
    """For what a person may hold a meeting: their areas and those right below, communities with a station, roads."""
    found = {}
    homes = [*user.scope(HOLD).areas, *([user.unit.area] if user.unit else [])]
    for home in dict.fromkeys(homes):
        found[home] = label_of(home)
        if level := BELOW.get(len(home)):
            found |= dict(regions(within=home, level=level).values_list("code", "name"))
    found |= {row.area: label_of(row.area) for row in stations_for(user)}
    areas = [Venue(area=area, label=label) for area, label in found.items()]
    chief_of = chief_places(user)
    return [
        venue
        for venue in (*areas, *_roads())
        if acts_for(user, venue.area, HOLD) or chief_of & venue.chiefly
    ]


def may_hold(user: User, venue: Venue) -> bool:
    """Whether this person holds meetings for a place: in post there, of its street or community, or as its chief."""
    if not user.may(HOLD):
        return False
    return acts_for(user, venue.area, HOLD) or bool(chief_places(user) & venue.chiefly)


def units_at(area: str) -> QuerySet[Unit]:
    """Who may be asked to a meeting, or promise something there: whoever is called to a spot, and communities."""
    communities = Unit.objects.filter(inside("area", area), kind=Unit.Kind.COMMUNITY, valid_to=None)
    return (units_to_call(area) | communities).order_by("code")


def units_with(area: str, agreement: Agreement | None) -> QuerySet[Unit]:
    """Of these, with the other sides of an agreement."""
    here = units_at(area)
    if agreement is None:
        return here
    fitting = Q(pk__in=here.values("pk")) | Q(pk__in=agreement.units.values("pk"))
    return Unit.objects.filter(fitting, valid_to=None).order_by("code")


def meetings_for(user: User) -> QuerySet[Meeting]:
    """What this person sees of them."""
    scope = user.scope("case.view")
    asked = Meeting.units.through.objects.filter(unit__in=scope.units).values("meeting")
    promised = Promise.objects.filter(unit__in=scope.units).values("meeting")
    mine = Q(unit__in=scope.units) | Q(by=user) | Q(pk__in=asked) | Q(pk__in=promised)
    mine |= Q(agreement__in=agreements_for(user).values("pk"))
    return Meeting.objects.filter(scope.area_q("area") | mine)


def meeting_for(user: User, code: str) -> Meeting:
    """One of them; Missing when it is not this person's to see."""
    rows = meetings_for(user).select_related("unit", "by", "agreement")
    found = rows.filter(code=code).first()
    if found is None:
        raise Missing(f"没有例会「{code}」，或者它不在你的范围内。")
    return found


def promises_for(user: User) -> QuerySet[Promise]:
    """What was promised where this person works, by their units, at their meetings, or in their agreements."""
    scope = user.scope("case.view")
    mine = Q(unit__in=scope.units) | Q(meeting__unit__in=scope.units) | Q(meeting__by=user)
    agreed = agreements_for(user).values("pk")
    return Promise.objects.filter(scope.area_q("area") | mine | Q(agreement__in=agreed))


def with_meetings(rows: QuerySet[Promise]) -> QuerySet[Promise]:
    """What a line of the list reads besides."""
    return rows.select_related("unit", "meeting__unit", "meeting__by", "agreement__by", "case")


def promise_for(user: User, code: str) -> Promise:
    """One of them; Missing when it is not this person's to see."""
    found = with_meetings(promises_for(user)).filter(code=code).first()
    if found is None:
        raise Missing(f"没有承诺「{code}」，或者它不在你的范围内。")
    return found


def convenes(user: User, meeting: Meeting) -> bool:
    """Whether this person writes the minutes and confirms what was promised: who called it, their unit, the area's."""
    if not user.may(HOLD):
        return False
    own = meeting.by_id == user.pk or (meeting.unit_id and meeting.unit_id == user.unit_id)
    return bool(own) or user.scope(HOLD).covers(area=meeting.area)


def follows(user: User, promise: Promise) -> bool:
    """Whether this person confirms it: who convenes its meeting, or looks after its agreement."""
    if promise.meeting:
        return convenes(user, promise.meeting)
    return user.may(AGREE) and user.scope(AGREE).covers(area=promise.area)


def keeps(user: User, promise: Promise) -> bool:
    """Whether it is this person's unit that has promised."""
    return user.may(KEEP) and user.scope(KEEP).covers(unit=promise.unit_id)


def overdue() -> Q:
    """Those that wait and are past their day, or were reported done after it: the lights show both as late."""
    running = Q(state=State.OPEN, due_at__lt=clock.now())
    return running | Q(state=State.DONE, done_at__gte=F("due_at"))


def to_keep(user: User) -> QuerySet[Promise]:
    """What this person's units have still to do."""
    return Promise.objects.filter(unit__in=user.scope(KEEP).units, state=State.OPEN)
