"""The way of a file into the register: uploaded, checked as a whole, written in small steps, shown at once.

No step holds the database for long. Rows are first staged, where nobody sees them and a failure removes them again;
when all are staged they are published. From the first published row on the run only goes forward, after a crash too.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import F

from chengyun.city.assets.checking import Batch, Checked, Checker, Fault
from chengyun.city.assets.models import Asset, ImportRun
from chengyun.city.assets.services.register import build, facts_of, issue
from chengyun.city.assets.sheets import Sheet, open_sheet, sheet_of
from chengyun.city.assets.specs import Layout
from chengyun.city.people.models import User
from chengyun.kernel import clock, files, sequences
from chengyun.kernel.actions import record, record_many
from chengyun.kernel.errors import Conflict, Invalid, Refusal
from chengyun.kernel.exports import csv_lines
from chengyun.kernel.installation import city_area
from chengyun.kernel.permissions import require
from chengyun.kernel.scope import Person

log = logging.getLogger(__name__)

State = ImportRun.State
STEP = 500
FAULTS_SHOWN = 500
FAULTS_KEPT = 100_000
SILENT = timedelta(minutes=3)
SORRY = "程序出错，没有写入任何一行；请把这次导入的编号告诉管理员。"


def import_assets(
    source: Path | Sequence[Mapping[str, object]],
    *,
    by: User | None,
    partial: bool = False,
    simulated: bool = False,
) -> ImportRun:
    """Check and write a file, or rows in memory (column name to value), all at once. The run says what happened.

    All or nothing: one bad row and nothing is written, unless ``partial`` lets the good ones in.
    """
    if isinstance(source, Path):
        run = upload(source.read_bytes(), source.name, by=by, partial=partial, simulated=simulated)
    else:
        run = _open("", by=by, partial=partial, simulated=simulated)
    given = None if isinstance(source, Path) else sheet_of(source)
    check(run, given=given)
    if run.state == State.READY:
        start(run, by=by)
        write(run, given=given)
    return run


@transaction.atomic
def upload(
    data: bytes, name: str, *, by: User | None, partial: bool = False, simulated: bool = False
) -> ImportRun:
    """Keep a file that is to be imported."""
    require(by, "asset.import")
    file = files.store_bytes(data, "application/octet-stream", name, by=by)
    run = _open(file.name, by=by, partial=partial, simulated=simulated)
    ImportRun.objects.filter(pk=run.pk).update(file=file)
    run.file = file
    return run


def check(run: ImportRun, *, given: Sheet | None = None) -> None:
    """Read the whole file and say what is wrong with it; nothing is written to the register."""
    _claim(run, State.UPLOADED, State.CHECKING)
    try:
        _check(run, given)
    except Exception as error:
        _fail(run, error)


@transaction.atomic
def start(run: ImportRun, *, by: User | None, partial: bool | None = None) -> None:
    """Let a checked file in; with ``partial`` its good rows only."""
    require(by, "asset.import", area=run.area)
    chosen = run.partial if partial is None else partial
    if run.bad and not chosen:
        raise Conflict(f"{run.bad} 行有错，没有导入。改好后重新上传，或只导入没有错的行。")
    if not run.good:
        raise Conflict("没有可以导入的行。")
    source = State.REFUSED if run.state == State.REFUSED else State.READY
    _claim(run, source, State.WRITING, partial=chosen)
    record("asset_import.start", run, by=by, area=run.area, facts={"rows": run.good})


def write(run: ImportRun, *, given: Sheet | None = None) -> None:
    """Stage every good row, then publish all; refused as a whole if a row no longer fits the register."""
    run.refresh_from_db()
    if run.state == State.WRITING:
        try:
            _stage(run, given)
        except Exception as error:
            _unstage(run)
            _fail(run, error)
    if run.state == State.PUBLISHING:
        _publish(run)


def stalled() -> list[ImportRun]:
    """Runs whose worker has not been heard of; each is claimed, so that only one worker takes it up again."""
    limit = clock.now() - SILENT
    found = ImportRun.objects.filter(state__in=ImportRun.BUSY, seen_at__lt=limit)
    return [
        run
        for run in found
        if ImportRun.objects.filter(pk=run.pk, seen_at=run.seen_at).update(seen_at=clock.now())
    ]


def resume(run: ImportRun) -> None:
    """Take up a run where its worker left it."""
    if run.state == State.CHECKING:
        ImportRun.objects.filter(pk=run.pk, state=State.CHECKING).update(state=State.UPLOADED)
        run.state = State.UPLOADED
        check(run)
        return
    if run.state == State.WRITING:
        _unstage(run)
    write(run)


def _open(name: str, *, by: User | None, partial: bool, simulated: bool) -> ImportRun:
    require(by, "asset.import")
    now = clock.now()
    with transaction.atomic():
        run = ImportRun(
            name=name or "程序生成",
            partial=partial,
            simulated=simulated,
            area=_area_of(by),
            owner_id=by.pk if by else None,
            made_at=now,
            seen_at=now,
        )
        run.save(force_insert=True)
        record("asset_import.upload", run, by=by, area=run.area, facts={"name": name}, new=True)
    return run


def _area_of(by: User | None) -> str:
    scope = by.scope("asset.import") if by else None
    return scope.areas[0] if scope and scope.areas else city_area()


def _claim(run: ImportRun, source: str, target: str, **columns: object) -> None:
    """Take a run from one state to the next; somebody faster makes it a Conflict."""
    columns |= {"state": target, "seen_at": clock.now(), "done": 0}
    if not ImportRun.objects.filter(pk=run.pk, state=source).update(**columns):
        run.refresh_from_db()
        raise Conflict(f"这次导入现在是「{run.get_state_display()}」，不用再办。")
    for name, value in columns.items():
        setattr(run, name, value)


def _update(run: ImportRun, **columns: object) -> None:
    columns["seen_at"] = clock.now()
    ImportRun.objects.filter(pk=run.pk).update(**columns)
    for name, value in columns.items():
        setattr(run, name, value)


def _checker(run: ImportRun, given: Sheet | None) -> Checker:
    if given is None:
        if run.file is None:
            raise Invalid("这次导入的表格没有保存下来，请重新导入。")
        given = open_sheet(files.path_of(run.file), run.name)
    by = _person_of(run)
    require(by, "asset.import")
    reach = by.scope("asset.import") if by else None
    return Checker(sheet=given, reach=reach, simulated=run.simulated)


def _person_of(run: ImportRun) -> User | None:
    return User.objects.get(pk=run.owner_id) if run.owner_id else None


def _check(run: ImportRun, given: Sheet | None) -> Counter[str]:
    """One pass over the file; leaves the run READY or REFUSED and gives the greatest serial numbers."""
    checker = _checker(run, given)
    _update(run, total=checker.sheet.total, done=0)
    faults: list[Fault] = []
    rows = good = bad = 0
    for batch in checker.batches():
        good += len(batch.good)
        bad += len({f.row for f in batch.faults})
        faults.extend(batch.faults[: max(FAULTS_KEPT - len(faults), 0)])
        rows += batch.rows
        done = rows if run.state == State.CHECKING else rows // 10
        _update(run, done=done, good=good, bad=bad)
    if not good + bad:
        raise Invalid("表格里只有列名，没有部件。")
    _close_check(run, faults)
    return checker.highest


def _close_check(run: ImportRun, faults: list[Fault]) -> None:
    refused = bool(run.bad) and not (run.partial and run.good)
    columns: dict[str, object] = {
        "faults": [list(fault) for fault in faults[:FAULTS_SHOWN]],
        "total": run.good + run.bad,
    }
    if faults:
        text = b"".join(csv_lines(("行", "列", "问题"), faults))
        columns["report"] = files.store_bytes(
            text, "text/csv", f"{run.name}-问题.csv", by=_person_of(run)
        )
    if run.state == State.CHECKING:
        columns["state"] = State.REFUSED if refused else State.READY
    elif refused:
        columns["state"] = State.REFUSED
    _update(run, **columns)


def _stage(run: ImportRun, given: Sheet | None) -> None:
    highest = _check(run, given)
    if run.state == State.REFUSED:
        return
    for prefix, serial in highest.items():
        sequences.at_least(f"asset:{prefix}", serial)
    checker = _checker(run, given)
    staged = 0
    for batch in checker.batches():
        if batch.faults and not run.partial:
            raise Conflict(f"没有导入：检查之后部件库变了。{batch.faults[0]}。")
        for some in _steps(batch):
            _stage_some(run, checker.form, some)
            staged += len(some)
            _update(run, done=(run.total + 5 * staged) // 10)
    _update(run, state=State.PUBLISHING, good=staged)


def _steps(batch: Batch) -> Iterable[list[Checked]]:
    rows = batch.good
    return (rows[start : start + STEP] for start in range(0, len(rows), STEP))


def _stage_some(run: ImportRun, form: Layout, rows: list[Checked]) -> None:
    """One short transaction: codes and hidden rows."""
    assets = [_row(checked) for checked in rows]
    for asset in assets:
        asset.run, asset.staged = run, True
    with transaction.atomic():
        _issue_codes(form, rows, assets)
        Asset.everything.bulk_create(assets, batch_size=STEP)


def _row(checked: Checked) -> Asset:
    draft = checked.draft
    asset = build(
        draft,
        checked.kind,
        draft.code,
        dict(draft.attributes),
        lon=checked.lon,
        lat=checked.lat,
        area=checked.area,
        grid=checked.grid,
    )
    asset.cell = checked.cell
    return asset


def _issue_codes(form: Layout, rows: list[Checked], assets: list[Asset]) -> None:
    """Codes for the rows that bring none, one statement for each district and class."""
    wanting: dict[str, list[tuple[Checked, Asset]]] = {}
    for checked, asset in zip(rows, assets, strict=True):
        if not asset.code:
            prefix = form.prefix_of(checked.area, checked.kind)
            wanting.setdefault(prefix, []).append((checked, asset))
    for prefix, pairs in wanting.items():
        checked = pairs[0][0]
        last = int(issue(form, checked.area, checked.kind, len(pairs))[form.prefix :])
        for serial, (_, asset) in enumerate(pairs, start=last - len(pairs) + 1):
            asset.code = f"{prefix}{serial:0{form.serial}d}"
            asset.search = f"{asset.code} {asset.search}"


def _publish(run: ImportRun) -> None:
    by = _person_of(run)
    waiting = Asset.everything.filter(run=run, staged=True).order_by("id")
    while some := list(waiting[:STEP]):
        with transaction.atomic():
            record_many("asset.add", some, by=by, facts_of=facts_of)
            mine = Asset.everything.filter(run=run, id__gte=some[0].pk, id__lte=some[-1].pk)
            mine.update(staged=False)
            ImportRun.objects.filter(pk=run.pk).update(
                written=F("written") + len(some), seen_at=clock.now()
            )
        run.refresh_from_db(fields=["written"])
        _update(run, done=(6 * run.total + 4 * run.written) // 10)
    _finish(run, by)


def _finish(run: ImportRun, by: Person | None) -> None:
    with transaction.atomic():
        _update(run, state=State.DONE, done=run.total, finished_at=clock.now())
        facts = {"written": run.written, "bad": run.bad}
        record("asset_import.finish", run, by=by, area=run.area, facts=facts)


def _unstage(run: ImportRun) -> None:
    """Remove the hidden rows of a run that did not come to its end; they were never part of the register."""
    waiting = Asset.everything.filter(run=run, staged=True).order_by("id")
    while some := list(waiting.values_list("id", flat=True)[:STEP]):
        Asset.everything.filter(run=run, staged=True, id__lte=some[-1]).delete()


def _fail(run: ImportRun, error: Exception) -> None:
    """The run ends here; what the user can mend is said, what the program got wrong goes to the log."""
    if not isinstance(error, Refusal):
        log.exception("asset import %s failed", run.pk)
    message = error.message if isinstance(error, Refusal) else SORRY
    _update(run, state=State.FAILED, error=message[:300], finished_at=clock.now())
