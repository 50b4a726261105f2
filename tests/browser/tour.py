"""A way past every page of every system, in a city in which each kind of thing exists."""

from __future__ import annotations

from chengyun.city.assets.factories import HOME
from chengyun.city.cases.factories import LAT, LON, MANHOLE
from chengyun.city.cases.models import (
    Agreement,
    Campaign,
    JointAction,
    JointEntry,
    Steward,
    Team,
    Whistle,
)
from chengyun.city.cases.service_items import RESIDENT, token_of
from chengyun.city.people.models import StationVisit
from tests.browser.furnished import City
from tests.browser.tour_monitoring import Stop, monitoring


def stops(city: City) -> dict[str, list[Stop]]:
    """Who opens which pages, by system."""
    return {
        "coordination": [*_coordination(city), *_messages()],
        "data": _data(city),
        "evaluation": _evaluation(city),
        "monitoring": monitoring(city),
        "maintenance": _maintenance(city),
        "security": _security(city),
    }


def _coordination(city: City) -> list[Stop]:
    closed, filed = city.cases["closed"].code, city.cases["filed"].code
    accepted, handling = city.cases["accepted"].code, city.cases["handling"].code
    asked = city.cases["asked"].code
    return [
        ("dispatcher", "/desk/"),
        ("operator", "/desk/"),
        ("operator", "/cases/"),
        ("operator", "/cases/?q=nothing"),
        ("operator", "/find/suggest/?q=井盖"),
        ("operator", "/lists/coordination:cases/filters/"),
        ("operator", "/lists/exports/"),
        ("supervisor", f"/cases/{closed}/dossier/"),
        ("inspector", "/cases/new/"),
        ("supervisor", f"/cases/{closed}/"),
        ("dispatcher", f"/cases/{filed}/"),
        ("dispatcher", f"/cases/{filed}/dispatch/"),
        ("supervisor", f"/cases/{accepted}/file/"),
        ("department", f"/cases/{handling}/handle/"),
        ("supervisor", "/desk/?queue=approve"),
        ("supervisor", f"/cases/{asked}/"),
        ("supervisor", f"/cases/{asked}/grant_extension/"),
        ("leader", "/problems/"),
        ("leader", "/watched/"),
        ("operator", "/map/"),
        ("operator", f"/cases/{city.cases['reported'].code}/accept/"),
        ("operator", "/repeated/"),
        ("operator", f"/repeated/{closed}/"),
        ("dispatcher", "/rules/"),
        ("supervisor", "/rules/draft/?area=371502"),
        ("supervisor", f"/rules/draft/{city.rule}/?area=371502"),
        ("supervisor", "/rules/draft/add/?area=371502"),
        ("supervisor", "/rules/draft/simulation/?area=371502"),
        ("supervisor", f"/rules/editions/{city.edition}/"),
        ("dispatcher", f"/rules/try/?area=371502&point_lon={LON}&point_lat={LAT}"),
        ("inspector", "/m/"),
        *_inquiries(city),
        *_discoveries(city),
        *_patrols(city),
    ]


def _discoveries(city: City) -> list[Stop]:
    return [
        ("operator", "/discoveries/"),
        ("operator", "/discoveries/review/"),
        ("operator", f"/discoveries/{city.discovery.code}/"),
        ("leader", "/discoveries/precision/"),
        ("supervisor", "/cameras/"),
        ("supervisor", "/cameras/add/"),
        ("supervisor", "/cameras/DCF-001/"),
        ("inspector", "/flights/"),
        ("supervisor", "/flights/add/"),
        ("supervisor", f"/flights/{city.flight.code}/"),
    ]


def _inquiries(city: City) -> list[Stop]:
    called = city.cases["called"].code
    return [
        ("operator", "/intake/"),
        ("operator", "/inquiries/"),
        ("operator", f"/inquiries/{called}/"),
        ("operator", f"/cases/{called}/"),
        ("operator", "/inquiries/rates/"),
        ("petitions", "/petitions/"),
        ("petitions", "/cases/new/?type=petition"),
        ("supervisor", f"/cases/{city.cases['petition'].code}/"),
        ("supervisor", f"/cases/{city.cases['petition'].code}/admit/"),
        ("leader", "/entrusted/"),
        ("leader", "/entrusted/area/?area=371502"),
        ("leader", "/instructions/"),
        ("leader", "/instructions/next/"),
        ("department", f"/inquiries/{city.cases['instructed'].code}/"),
        ("dispatcher", "/handovers/"),
        ("dispatcher", f"/handovers/{city.handover}/"),
        ("dispatcher", f"/cases/{city.cases['handling'].code}/handover/"),
        ("department", f"/cases/{city.cases['invited'].code}/"),
        ("department", city.outside),
        *_campaigns(city),
        *_whistles(city),
        *_communities(city),
        *_together(),
        *_served(city),
        ("operator", "/intake/runs/"),
        ("operator", "/intake/runs/add/"),
        ("operator", f"/intake/runs/{city.intake}/"),
    ]


def _patrols(city: City) -> list[Stop]:
    stretch, point, missed, walk = city.patrol
    return [
        ("supervisor", "/patrol/"),
        ("supervisor", "/patrol/roster/"),
        ("supervisor", "/patrol/points/"),
        ("supervisor", "/patrol/points/add/"),
        ("supervisor", f"/patrol/points/{point}/"),
        ("supervisor", f"/patrol/duties/{stretch}/"),
        ("inspector", f"/patrol/duties/{stretch}/"),
        ("supervisor", "/patrol/missed/"),
        ("supervisor", f"/patrol/missed/{missed}/"),
        ("leader", "/walks/"),
        ("leader", f"/walks/{walk}/"),
    ]


def _campaigns(city: City) -> list[Stop]:
    over = Campaign.objects.get(state="closed").code
    return [
        ("supervisor", "/campaigns/"),
        ("supervisor", "/campaigns/add/"),
        ("supervisor", f"/campaigns/{city.campaign}/"),
        ("department", f"/campaigns/{city.campaign}/"),
        ("supervisor", f"/campaigns/{city.campaign}/change/"),
        ("supervisor", f"/campaigns/{city.campaign}/goals/"),
        ("supervisor", f"/campaigns/{city.campaign}/records/"),
        ("supervisor", f"/campaigns/{city.campaign}/close/"),
        ("leader", f"/campaigns/{over}/report/"),
        ("leader", f"/cases/?campaign={over}"),
    ]


def _whistles(city: City) -> list[Stop]:
    over = Whistle.objects.get(state="closed").code
    return [
        ("supervisor", "/whistles/"),
        ("supervisor", "/whistles/add/"),
        ("supervisor", f"/whistles/{city.whistle}/"),
        ("department", f"/whistles/{city.whistle}/"),
        ("supervisor", f"/whistles/{over}/"),
        ("supervisor", "/whistles/rates/"),
    ]


def _communities(city: City) -> list[Stop]:
    visit, waiting, done, _ = city.gathered
    area = StationVisit.objects.get(pk=visit).station.area
    return [
        ("community", "/communities/"),
        ("supervisor", "/communities/?unvisited=1"),
        ("community", f"/communities/{area}/"),
        ("supervisor", f"/communities/{area}/"),
        ("supervisor", "/communities/add/"),
        ("supervisor", f"/communities/{area}/station/"),
        ("community", f"/communities/{area}/visit/"),
        ("community", f"/visits/{visit}/"),
        ("supervisor", "/meetings/"),
        ("community", "/meetings/add/"),
        ("community", f"/meetings/{waiting.rpartition('-')[0]}/"),
        ("supervisor", f"/meetings/{done.rpartition('-')[0]}/"),
        ("department", "/promises/?mine=1"),
        ("department", f"/promises/{waiting}/"),
        ("community", f"/promises/{done}/"),
    ]


def _together() -> list[Stop]:
    joint, entry = JointAction.objects.get().code, JointEntry.objects.get(found="problem").pk
    agreed, team = Agreement.objects.get().code, Team.objects.get().code
    return [
        ("supervisor", "/joint/"),
        ("supervisor", "/joint/add/"),
        ("supervisor", f"/joint/{joint}/"),
        ("department", f"/joint/{joint}/"),
        ("department", f"/joint/{joint}/stops/2/"),
        ("department", f"/joint/{joint}/entries/{entry}/case/"),
        ("supervisor", "/teams/"),
        ("supervisor", "/teams/add/"),
        ("supervisor", "/teams/templates/"),
        ("supervisor", f"/teams/{team}/"),
        ("department", f"/teams/{team}/"),
        ("supervisor", "/agreements/"),
        ("supervisor", "/agreements/add/"),
        ("supervisor", f"/agreements/{agreed}/"),
        ("supervisor", f"/agreements/{agreed}/change/"),
        ("department", f"/promises/{agreed}-1/"),
    ]


def _served(city: City) -> list[Stop]:
    visit, _, _, served = city.gathered
    area = StationVisit.objects.get(pk=visit).station.area
    steward = Steward.objects.get().pk
    return [
        ("community", "/services/"),
        ("community", f"/services/add/?community={area}"),
        ("community", f"/services/{served.code}/"),
        ("department", f"/s/{token_of(served, RESIDENT)}/"),
        ("community", "/stewards/"),
        ("community", "/stewards/add/"),
        ("community", f"/stewards/{steward}/"),
        ("supervisor", "/bodies/"),
        ("supervisor", "/bodies/add/"),
        ("supervisor", f"/bodies/{served.enlistment.body.pk}/"),
    ]


def _messages() -> list[Stop]:
    return [
        ("department", "/messages/"),
        ("department", "/messages/?unread=1"),
        ("inspector", "/messages/"),
        ("department", "/messages/settings/"),
    ]


def _data(city: City) -> list[Stop]:
    return [
        ("admin", "/data/assets/"),
        ("admin", "/data/assets/map/"),
        ("admin", "/data/assets/add/?type=lamp"),
        ("admin", f"/data/assets/{city.asset}/"),
        ("admin", f"/data/assets/{city.asset}/edit/"),
        ("admin", "/data/imports/"),
        ("admin", "/data/imports/add/"),
        ("admin", f"/data/imports/{city.run}/"),
        ("admin", "/data/places/"),
        ("admin", "/data/places/371502/"),
        ("admin", f"/data/places/{HOME}/"),
        ("admin", "/data/places/import/"),
    ]


def _evaluation(city: City) -> list[Stop]:
    return [
        ("evaluator", "/evaluation/"),
        ("evaluator", "/evaluation/findings/"),
        ("evaluator", "/evaluation/findings/new/"),
        ("evaluator", f"/evaluation/findings/{city.finding}/"),
        ("evaluator", f"/evaluation/bulletins/{city.bulletin}/issue/"),
        ("evaluator", f"/evaluation/bulletins/{city.bulletin}/"),
        ("leader", f"/evaluation/bulletins/{city.bulletin}/"),
        ("leader", "/evaluation/ranking/"),
        ("evaluator", "/evaluation/ranking/?by=unit&sort=rework_rate"),
        ("evaluator", "/evaluation/indicators/inst_rate/?side=not"),
        ("evaluator", "/evaluation/indicators/"),
        *_schemes(city),
    ]


def _schemes(city: City) -> list[Stop]:
    base, (period, published, computed) = "/evaluation/schemes", city.scores
    month, shown = f"{base}/month", f"{base}/month/scores/{published}"
    editing = ("", "draft/", "draft/add/", "draft/0/", "draft/parts/", f"scores/{computed}/")
    return [
        *(("evaluator", f"{base}/{page}") for page in ("", "new/")),
        *(("evaluator", f"{month}/{page}") for page in editing),
        ("evaluator", f"{month}/compare/?period={period}"),
        *((who, f"{month}/given/?period={period}") for who in ("leader", "evaluator")),
        ("evaluator", f"{shown}/publish/"),
        ("leader", f"{month}/editions/1/"),
        ("leader", f"{shown}/"),
        ("supervisor", f"{shown}/appeal/?group=371502"),
    ]


def _maintenance(city: City) -> list[Stop]:
    return [
        ("admin", "/maintenance/units/"),
        ("admin", "/maintenance/units/add/"),
        ("admin", f"/maintenance/units/{city.cast.crew.code}/"),
        ("admin", "/maintenance/users/"),
        ("admin", "/maintenance/users/add/"),
        ("admin", "/maintenance/users/inspector/"),
        ("admin", "/maintenance/duties/"),
        ("admin", "/maintenance/duties/add/"),
        ("admin", f"/maintenance/duties/{city.binding}/"),
        ("admin", "/maintenance/classes/"),
        ("admin", f"/maintenance/classes/{MANHOLE}/"),
        ("admin", f"/maintenance/classes/{MANHOLE}/questions/"),
        ("admin", "/maintenance/phrases/"),
        ("admin", "/maintenance/kinds/"),
        ("admin", "/maintenance/kinds/cover/"),
        ("admin", "/maintenance/workflows/"),
        ("admin", "/maintenance/workflows/case/draft/?try=1"),
        ("admin", "/maintenance/workflows/case/draft/0/"),
        ("admin", "/maintenance/params/"),
        ("admin", "/maintenance/params/case.limit.accept/"),
        ("admin", "/maintenance/calendar/"),
        ("admin", "/maintenance/partners/"),
        ("admin", "/maintenance/partners/add/"),
        ("admin", "/maintenance/partners/hotline/"),
        ("admin", "/maintenance/messages/"),
        ("admin", f"/maintenance/messages/{city.told}/"),
        ("admin", "/maintenance/events/"),
        ("admin", "/maintenance/ways/"),
        ("admin", "/maintenance/ways/?role=department"),
        ("admin", "/maintenance/endpoints/"),
        ("admin", "/maintenance/endpoints/add/"),
        ("admin", f"/maintenance/endpoints/{city.endpoint}/"),
    ]


def _security(city: City) -> list[Stop]:
    return [
        ("security", "/maintenance/roles/"),
        ("security", "/maintenance/roles/add/"),
        ("security", "/maintenance/roles/dispatcher/"),
        ("security", "/maintenance/tokens/"),
        ("security", "/maintenance/tokens/add/"),
        ("security", f"/maintenance/tokens/{city.token}/"),
        ("auditor", "/maintenance/audit/"),
        ("auditor", f"/maintenance/audit/{city.audit_row}/"),
        ("charlie", "/me/"),
    ]
