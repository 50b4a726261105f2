"""Build the demo city: everything but its scores in one transaction, so that there is a whole city or none."""

import gc
import random
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import get_context

from django.db import transaction
from django.utils.timezone import get_current_timezone, localdate

from chengyun.city.cases.services.catalogue import load_catalogue
from chengyun.city.cases.services.kinds import store_kinds
from chengyun.city.people.models import User
from chengyun.demo.build.ageing import age_devices
from chengyun.demo.build.agreements import acts_of_agreements
from chengyun.demo.build.asking import acts_of_asking
from chengyun.demo.build.bulletins import acts_of_bulletins
from chengyun.demo.build.campaigns import acts_of_campaigns
from chengyun.demo.build.communities import acts_of_communities, open_stations
from chengyun.demo.build.devices import add_devices, give_route
from chengyun.demo.build.folk import CITY, bind_inspectors, build_folk, entrust
from chengyun.demo.build.habits import keep_filters
from chengyun.demo.build.handing import acts_of_handovers
from chengyun.demo.build.instructing import acts_of_instructions, add_team
from chengyun.demo.build.joint import acts_of_joint
from chengyun.demo.build.lamps import add_nights, add_plan
from chengyun.demo.build.messages import acts_of_sweeps, tell_news
from chengyun.demo.build.patrols import (
    acts_of_missed,
    acts_of_patrols,
    acts_of_walk,
    add_must_visits,
)
from chengyun.demo.build.petitions import acts_of_petitions, add_officer
from chengyun.demo.build.places import build_places
from chengyun.demo.build.play import Act, Played, Stage, acts_of, play
from chengyun.demo.build.register import build_register
from chengyun.demo.build.replies import acts_of_replies
from chengyun.demo.build.rising import acts_of_rising
from chengyun.demo.build.rules import build_rules
from chengyun.demo.build.scores import score_last_month
from chengyun.demo.build.seeing import Eyes, acts_of_sightings, acts_of_watch, add_cameras
from chengyun.demo.build.services import Serving, acts_of_services, register_bodies
from chengyun.demo.build.shelf import Shelf
from chengyun.demo.build.stewards import acts_of_steward, add_steward
from chengyun.demo.build.teams import form_teams
from chengyun.demo.build.whistles import acts_of_whistles, add_caller
from chengyun.demo.build.wording import add_wording
from chengyun.demo.divisions import divisions
from chengyun.demo.geometry.city import draw_city
from chengyun.demo.photos.album import Photo, album
from chengyun.demo.scenario.plan import DAYS, INSPECTORS, SEED, plan
from chengyun.demo.scenario.planned import Scenario
from chengyun.demo.spots import streets_of
from chengyun.kernel import audit, clock
from chengyun.kernel.actions import sole_writer
from chengyun.kernel.errors import Conflict, Invalid
from chengyun.kernel.installation import install, installation
from chengyun.kernel.params import settings_of
from chengyun.kernel.workcalendar import calendar_for, import_year
from chengyun.science.switching import night_of

Told = Callable[[str], None]
EVERY = 4000
SETTLED = timedelta(days=14)
"""The oldest case that still waits may lie some work days before the days that are played."""


def build_city(told: Told, *, days: int = DAYS) -> None:
    """Build it up to this moment. Raises Conflict where there is a city already.

    The pictures are drawn by a second process meanwhile. Facts can be told once the city has been committed.
    """
    if installation() is not None:
        raise Conflict("这里已经有一个城市了；演示城市要另用一个 CHENGYUN_HOME 或数据库。")
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as artist:
        pictures = artist.submit(album)
        with cycles_left_alone(), transaction.atomic():
            found(told, days, pictures)
    told("算上个月的考核成绩")
    score_last_month()
    told("补上两台设备的过去")
    age_devices(SEED)


def found(told: Told, days: int, pictures: Future[tuple[Photo, ...]]) -> None:
    """Lay the city out as it was ``days`` ago, then let the days pass."""
    now = clock.now()
    with clock.at(now - timedelta(days=days) - SETTLED):
        install("聊城市", CITY, demo=True)
        told("画地图")
        city = draw_city()
        told("写入区划、网格、道路和底图")
        build_places(city)
        told("建机构、账号和类别目录")
        load_catalogue(settings_of(CITY)["case.catalogue"], by=None)
        store_kinds(by=None)
        add_wording()
        import_years(now.year, (now - timedelta(days=days)).year)
        folk = build_folk(divisions(), INSPECTORS, random.Random(SEED))  # noqa: S311
        bind_inspectors(city, folk)
        entrust(folk)
        add_must_visits(folk.inspectors, localdate(clock.now()), SEED)
        caller = add_caller(folk, random.Random(SEED))  # noqa: S311
        add_officer(folk, random.Random(SEED + 2))  # noqa: S311
        add_team(folk, random.Random(SEED + 3))  # noqa: S311
        officers = open_stations(folk, caller, random.Random(SEED + 1))  # noqa: S311
        serving = register_bodies(officers[0])
        steward = add_steward(folk, random.Random(SEED + 4))  # noqa: S311
        build_rules(CITY, folk.units)
        form_teams(folk)
        told("编排九十天的案件，登记部件")
        scenario = plan(city, now, calendar_for(CITY), days=days)
        codes = build_register(scenario.assets, folk.units)
        told("画现场照片")
        shelf = Shelf()
        shelf.fill(pictures.result())
        add_cameras(scenario.cameras)
        add_devices(streets_of(city), folk.units, SEED)
        add_plan(CITY)
        add_nights(night_of(now, get_current_timezone()), SEED)
        give_route(folk.accounts["supervisor"])
    stage = Stage(folk=folk, shelf=shelf, codes=codes)
    live(told, scenario, stage, days, caller, officers, serving, steward)


def live(
    told: Told,
    scenario: Scenario,
    stage: Stage,
    days: int,
    caller: User,
    officers: list[User],
    serving: Serving,
    steward: User,
) -> None:
    """Play the days."""
    told(f"办理 {len(scenario.cases):,} 件案件、{len(scenario.findings):,} 处督查问题")
    acts = [
        *acts_over(scenario, stage, days, caller),
        *acts_of_communities(scenario.now, days, stage, officers),
        *acts_of_agreements(scenario.now, days, stage.folk),
        *acts_of_services(scenario.now, days, serving),
        *acts_of_steward(scenario.now, days, stage, steward),
    ]
    with sole_writer():
        play(
            acts, lambda done: told(f"  {done:,} / {len(acts):,} 步") if done % EVERY == 0 else None
        )
    folk = stage.folk
    keep_filters(folk.accounts)
    told("告诉该知道的人")
    people = [
        *folk.accounts.values(),
        *folk.inspectors,
        *folk.crews.values(),
        folk.police,
        *officers,
        steward,
    ]
    tell_news(scenario.now, people)
    audit.seal_new()


def acts_over(scenario: Scenario, stage: Stage, days: int, caller: User) -> Iterator[Act]:
    """Everything that happens in the days: cases and what follows them, discoveries, patrols, bulletins, limits."""
    folk, now, calendar = stage.folk, scenario.now, calendar_for(CITY)
    eyes = Eyes(stage=stage, scenario=scenario)

    def then(case: Played, number: int) -> Iterator[Act]:
        yield from acts_of_replies(case, number, folk.accounts["operator"], now)
        yield from acts_of_handovers(case, number, folk, now)
        yield from acts_of_instructions(case, number, folk, now)
        yield from acts_of_asking(case, number, folk.accounts["operator"], now)
        yield from acts_of_watch(eyes, case, number)

    yield from acts_of(stage, scenario, then)
    yield from acts_of_sightings(eyes)
    yield from acts_of_bulletins(
        now - timedelta(days=days), now, calendar, folk.accounts["evaluator"]
    )
    yield from acts_of_sweeps(now)
    yield from acts_of_campaigns(
        now, days, calendar, CITY, folk.units, folk.accounts["leader"], folk.crews
    )
    yield from acts_of_whistles(now, folk, caller)
    yield from acts_of_joint(now, folk)
    yield from acts_of_petitions(scenario, folk, days)
    yield from acts_of_rising(folk, now)
    yield from acts_of_patrols(folk.inspectors, now, calendar, SEED)
    yield from acts_of_missed(folk.accounts["supervisor"], now)
    yield from acts_of_walk(folk.accounts["leader"], scenario.walk)


@contextmanager
def cycles_left_alone() -> Iterator[None]:
    """Building makes few cycles: looking for them through all that lives is a tenth of its time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def import_years(*years: int) -> None:
    """The holiday plans of these years, as far as they are published."""
    for year in sorted(set(years)):
        try:
            import_year(CITY, year, by=None)
        except Invalid:
            continue
