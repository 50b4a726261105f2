"""The way of a hotline's file in: uploaded, its columns named, checked as a whole, then written in small steps.

All or nothing: one bad row and nothing is written, unless the good ones alone are asked for. From the first written row
on a run only goes forward, after a crash too: a number that was taken is not taken again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction

from chengyun.city.assets.sheets import Sheet, open_sheet
from chengyun.city.cases import intake_sheets
from chengyun.city.cases.intake_sheets import Checked, Read
from chengyun.city.cases.models import IntakeRun
from chengyun.city.cases.services.opening import NewCase, open_case
from chengyun.city.cases.specs import Source
from chengyun.city.people.models import User
from chengyun.kernel import clock, files, registry
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, Invalid, Refusal, wrong
from chengyun.kernel.exports import csv_lines
from chengyun.kernel.installation import city_area
from chengyun.kernel.permissions import require

log = logging.getLogger(__name__)

State = IntakeRun.State
STEP = 10
FAULTS_SHOWN = 300
SILENT = timedelta(minutes=3)
SORRY = "程序出错，没有导入完；请把这次导入的编号告诉管理员。"


@transaction.atomic
def upload(data: bytes, name: str, source: str, *, by: User | None) -> IntakeRun:
    """Keep a file; the columns are guessed from their names. Refuses what is no table."""
    require(by, "inquiry.take")
    if not registry.has(Source, source) or not registry.get(Source, source).reply:
        raise wrong("source", "请选这份表是哪里来的。")
    file = files.store_bytes(data, "application/octet-stream", name, by=by)
    header = [column for column in open_sheet(files.path_of(file), name).header if column]
    now = clock.now()
    run = IntakeRun(
        file=file,
        name=file.name,
        source=source,
        header=header,
        columns=intake_sheets.guessed(header),
        area=_area_of(by),
        owner_id=by.pk if by else None,
        made_at=now,
        seen_at=now,
    )
    run.save(force_insert=True)
    record("intake_run.upload", run, by=by, area=run.area, facts={"name": run.name}, new=True)
    return run


def _area_of(by: User | None) -> str:
    areas = by.scope("inquiry.take").areas if by else ()
    return areas[0] if areas else city_area()


def choose(run: IntakeRun, columns: Mapping[str, str], *, by: User | None) -> None:
    """Which column holds what; the file waits to be checked."""
    require(by, "inquiry.take", area=run.area)
    chosen = intake_sheets.checked_columns(run.header, columns)
    again = (State.UPLOADED, State.REFUSED, State.READY)
    _claim(run, again, State.CHECKING, columns=chosen, faults=[], error="", report=None)


def check(run: IntakeRun) -> None:
    """Read the whole file and say what is wrong with it; nothing is written."""
    if run.state != State.CHECKING:
        return
    try:
        _close_check(run, _checked(run))
    except Exception as error:
        _fail(run, error)


def _checked(run: IntakeRun) -> Checked:
    by = person_of(run)
    require(by, "inquiry.take")
    reach = by.scope("inquiry.take") if by else None
    return intake_sheets.check(_sheet(run), run.columns, book=run.source, reach=reach)


def _sheet(run: IntakeRun) -> Sheet:
    return open_sheet(files.path_of(run.file), run.name)


def person_of(run: IntakeRun) -> User | None:
    """In whose name a run writes."""
    return User.objects.get(pk=run.owner_id) if run.owner_id else None


def _close_check(run: IntakeRun, found: Checked) -> None:
    total = len(found.good) + found.known + found.bad
    if not total:
        raise Invalid("表格里只有列名，没有来件。")
    columns: dict[str, object] = {
        "total": total,
        "good": len(found.good),
        "known": found.known,
        "bad": found.bad,
        "faults": [list(fault) for fault in found.faults[:FAULTS_SHOWN]],
        "state": State.REFUSED if found.bad else State.READY,
    }
    if found.faults:
        text = b"".join(csv_lines(("行", "列", "问题"), found.faults))
        columns["report"] = files.store_bytes(
            text, "text/csv", f"{run.name}-问题.csv", by=person_of(run)
        )
    _update(run, **columns)


@transaction.atomic
def start(run: IntakeRun, *, by: User | None, partial: bool = False) -> None:
    """Let a checked file in; with ``partial`` its good rows only."""
    require(by, "inquiry.take", area=run.area)
    if run.bad and not partial:
        raise Conflict(f"{run.bad} 行有错，没有导入。改好后重新上传，或只导入没有错的行。")
    if not run.good:
        raise Conflict("没有可以导入的行，都已经登记过。" if run.known else "没有可以导入的行。")
    _claim(run, (State.READY, State.REFUSED), State.WRITING, partial=partial, written=0)
    record("intake_run.start", run, by=by, area=run.area, facts={"rows": run.good})


def write(run: IntakeRun) -> None:
    """Every good row becomes a case, in small transactions; what was taken meanwhile is left out."""
    if run.state != State.WRITING:
        return
    try:
        by, found = person_of(run), _checked(run)
        if found.bad and not run.partial:
            raise Conflict("没有导入：检查之后情况变了，请重新检查。")
        for start_at in range(0, len(found.good), STEP):
            _write_some(run, found.good[start_at : start_at + STEP], by)
        _finish(run, by)
    except Exception as error:
        _fail(run, error)


@transaction.atomic
def _write_some(run: IntakeRun, rows: list[Read], by: User | None) -> None:
    written = sum(_write_one(run, read, by) for read in rows)
    _update(run, written=run.written + written, known=run.known + len(rows) - written)


def _write_one(run: IntakeRun, read: Read, by: User | None) -> bool:
    """Whether the row became a case; a number that somebody took meanwhile does not."""
    try:
        open_case(NewCase(source=run.source, simulated=run.simulated, **read.given), by=by)
    except Conflict:
        return False
    return True


@transaction.atomic
def _finish(run: IntakeRun, by: User | None) -> None:
    _update(run, state=State.DONE, finished_at=clock.now())
    facts = {"written": run.written, "known": run.known, "bad": run.bad}
    record("intake_run.finish", run, by=by, area=run.area, facts=facts)


def _claim(run: IntakeRun, sources: tuple[str, ...], target: str, **columns: object) -> None:
    columns |= {"state": target, "seen_at": clock.now()}
    if not IntakeRun.objects.filter(pk=run.pk, state__in=sources).update(**columns):
        run.refresh_from_db()
        raise Conflict(f"这次导入现在是「{run.get_state_display()}」，不用再办。")
    for name, value in columns.items():
        setattr(run, name, value)


def _update(run: IntakeRun, **columns: object) -> None:
    columns["seen_at"] = clock.now()
    IntakeRun.objects.filter(pk=run.pk).update(**columns)
    for name, value in columns.items():
        setattr(run, name, value)


def _fail(run: IntakeRun, error: Exception) -> None:
    """The run ends here; what people can mend is said, what the program got wrong goes to the log."""
    if not isinstance(error, Refusal):
        log.exception("intake run %s failed", run.pk)
    message = error.message if isinstance(error, Refusal) else SORRY
    run.refresh_from_db(fields=["written"])
    _update(run, state=State.FAILED, error=message[:300], finished_at=clock.now())


def stalled() -> list[IntakeRun]:
    """Runs whose worker has not been heard of; each is claimed, so that one worker takes it up again."""
    silent = IntakeRun.objects.filter(
        state__in=IntakeRun.BUSY, seen_at__lt=clock.now() - SILENT
    ).select_related("file")
    return [
        run
        for run in silent
        if IntakeRun.objects.filter(pk=run.pk, seen_at=run.seen_at).update(seen_at=clock.now())
    ]


def go_on(run: IntakeRun) -> None:
    """A run from where it stands."""
    check(run)
    write(run)
