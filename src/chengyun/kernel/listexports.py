"""Lists taken away as Excel files: what is on the screen, all pages of it, as the person who asks may see it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localtime
from django_tasks import task

from chengyun.kernel import clock, files, registry
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, Invalid, Missing
from chengyun.kernel.exports import write_xlsx
from chengyun.kernel.installation import installation
from chengyun.kernel.listings import Listing
from chengyun.kernel.models.files import File
from chengyun.kernel.models.lists import ListExport
from chengyun.kernel.paging import count, keyset
from chengyun.kernel.permissions import require
from chengyun.kernel.specs import Column
from chengyun.kernel.ui.words import masked_text

AT_MOST = 100_000
AT_ONCE = 2_000
"""Rows that are written while the person waits; more are written in the background."""
CHUNK = 500
KEPT = timedelta(days=7)
SILENT = timedelta(minutes=5)
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def listing_named(key: str) -> Listing:
    """A declared list; Missing when there is none of that name. Its page declares it, in the worker as well."""
    import_module(settings.ROOT_URLCONF)
    if not registry.has(Listing, key):
        raise Missing("没有这个列表。")
    return registry.get(Listing, key)


@transaction.atomic
def ask(
    listing: Listing,
    values: Mapping[str, str],
    *,
    words: Sequence[str],
    order: Sequence[str],
    by: Any,
    picks: Sequence[str] = (),
) -> ListExport:
    """Ask for a list as a file, or for some picked rows of it; that is recorded. Invalid beyond 100,000 rows."""
    require(by, listing.may)
    rows, exact = count(_picked(listing, listing.rows(by, values), picks))
    if not exact:
        raise Invalid(f"超过 {AT_MOST:,} 条，请先用条件缩小范围再导出。")
    now = clock.now()
    export = ListExport(
        owner_id=by.pk,
        listing=listing.key,
        values=dict(values),
        words=[*words, f"选中的 {len(picks)} 条"] if picks else list(words),
        picks=list(picks),
        order=list(order),
        rows=rows,
        made_at=now,
        seen_at=now,
    )
    export.save(force_insert=True)
    facts = {"list": listing.label, "filters": export.words, "rows": rows}
    record("list.export", export, by=by, facts=facts, new=True)
    return export


def write(export: ListExport) -> ListExport:
    """Write the file; what goes wrong is said on the person's page of exports. Only one worker writes it."""
    mine = ListExport.objects.filter(pk=export.pk, state=ListExport.WAITING)
    if not mine.update(state=ListExport.RUNNING, seen_at=clock.now()):
        raise Conflict("这份导出已经在写了。")
    try:
        file = _file(export)
    except Exception as error:
        told = getattr(error, "message", "写文件时出错，请再导出一次。")
        ListExport.objects.filter(pk=export.pk).update(state=ListExport.FAILED, error=told[:200])
        raise
    done = {"state": ListExport.DONE, "file": file, "seen_at": clock.now()}
    ListExport.objects.filter(pk=export.pk).update(**done)
    export.refresh_from_db()
    return export


@task()
def write_later(pk: int) -> None:
    """A large list, in the worker."""
    write(ListExport.objects.get(pk=pk))


def exports_of(user: Any) -> list[ListExport]:
    """What this person took away lately, newest first."""
    rows = ListExport.objects.filter(owner_id=user.pk).select_related("file")
    return list(rows.order_by("-id")[:50])


def export_of(user: Any, pk: int) -> ListExport:
    """One of this person's exports that has its file; Missing otherwise."""
    rows = ListExport.objects.filter(owner_id=user.pk, pk=pk, state=ListExport.DONE)
    found = rows.select_related("file").first()
    if found is None or found.file is None:
        raise Missing("没有这份导出，或者它的文件已经过了保存期，请再导出一次。")
    return found


def tend() -> None:
    """Take up what a worker left unfinished, and let go of files whose days are over."""
    now = clock.now()
    busy = ListExport.objects.filter(state__in=(ListExport.WAITING, ListExport.RUNNING))
    for export in busy.filter(seen_at__lt=now - SILENT):
        again = ListExport.objects.filter(pk=export.pk, seen_at=export.seen_at)
        if again.update(state=ListExport.WAITING, seen_at=now):
            write_later.enqueue(export.pk)
    for export in ListExport.objects.filter(state=ListExport.DONE, made_at__lt=now - KEPT):
        _let_go(export)


def _let_go(export: ListExport) -> None:
    """The row stays, its file goes; another row may still hold the same bytes."""
    file = export.file
    ListExport.objects.filter(pk=export.pk).update(state=ListExport.GONE, file=None)
    if file is None:
        return
    file.delete()
    if not File.objects.filter(sha256=file.sha256).exists():
        files.path_of(file).unlink(missing_ok=True)


def _file(export: ListExport) -> File:
    user = get_user_model().objects.get(pk=export.owner_id)
    listing = listing_named(export.listing)
    require(user, listing.may)
    at = localtime(export.made_at)
    header = [column.label for column in listing.columns]
    with tempfile.TemporaryFile() as target:
        lines = _lines(export, listing, user)
        write_xlsx(target, listing.label, header, lines, about=_about(export, listing, user))
        target.seek(0)
        name = f"{listing.label}-{at:%Y%m%d-%H%M}.xlsx"
        return files.store_bytes(target.read(), MEDIA_TYPE, name, by=user)


def _about(export: ListExport, listing: Listing, user: Any) -> list[tuple[str, str]]:
    """The second sheet: what the file is, so that it can be read without the page."""
    city = installation()
    demo = [("说明", "演示城市，全部数据为模拟")] if city and city.demo else []
    return [
        ("列表", listing.label),
        ("条件", "；".join(export.words) or "没有条件"),
        ("条数", f"{export.rows:,}"),
        ("导出人", str(user)),
        ("导出时间", f"{localtime(export.made_at):%Y-%m-%d %H:%M}"),
        ("个人信息", "文字里的手机号和身份证号已遮盖"),
        *demo,
    ]


def _lines(export: ListExport, listing: Listing, user: Any) -> Iterator[list[Any]]:
    """Page by page, so that no transaction is held open for a long list."""
    picked = _picked(listing, listing.rows(user, export.values), export.picks)
    rows, after = listing.more(picked), ""
    written = 0
    while written < AT_MOST:
        part = keyset(rows, tuple(export.order), after=after, limit=CHUNK)
        yield from ([cell(c, line) for c in listing.columns] for line in listing.lines(part.items))
        written, after = written + len(part.items), part.next
        now = clock.now()
        ListExport.objects.filter(pk=export.pk).update(written=written, seen_at=now)
        if not after:
            return


def _picked(listing: Listing, rows: QuerySet[Any], picks: Sequence[str]) -> QuerySet[Any]:
    return rows.filter(**{f"{listing.pick}__in": picks}) if picks else rows


def cell(column: Column, line: Any) -> Any:
    """A cell of the screen as a cell of a sheet: words and numbers, personal numbers masked."""
    value = column.value(line)
    if value is None or isinstance(value, bool | int | float):
        return value
    words = _words(column.kind, value)
    return words if column.kind == "code" else masked_text(words)


def _words(kind: str, value: Any) -> str:
    if kind in ("light", "badge", "stage"):
        return str(
            value["words" if kind == "badge" else "label"]
            if isinstance(value, dict)
            else value.words
        )
    if kind == "source":
        return str(value[1])
    if isinstance(value, datetime):
        return f"{localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "　".join(str(part).strip("　") for part in value if part)
    return str(value)
