"""Files on their way into the register: upload, report by row, progress, result."""

from __future__ import annotations

import io

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from chengyun.city.assets import exports, jobs, queries
from chengyun.city.assets.drafts import type_of
from chengyun.city.assets.models import ImportRun
from chengyun.city.assets.services import imports as runs
from chengyun.city.people.queries import names_of_users, person_of
from chengyun.kernel import registry
from chengyun.kernel.errors import Invalid, Missing, TooLarge
from chengyun.kernel.files import path_of
from chengyun.kernel.listings import Listing, listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.tables import Links
from chengyun.systems.data import lists

MEGABYTE = 1024 * 1024
FILE_AT_MOST = 80 * MEGABYTE


RUNS = Listing(
    key="data:imports",
    label="部件导入",
    may="asset.import",
    columns=lists.RUN_COLUMNS,
    rows=lambda user, values: queries.runs_for(user),
    lines=queries.run_lines,
    links=Links(url=lambda line: reverse("data:import_run", args=[line.run.pk])),
    counted=False,
)
registry.add(RUNS)


@door(may="asset.import")
def imports(request: HttpRequest) -> HttpResponse:
    """All files that were imported, newest first."""
    none = ("还没有导入过部件表。", reverse("data:import_add"), "导入部件")
    return page(request, **listed(request, RUNS, none=none))


@door(may="asset.import")
def import_add(request: HttpRequest) -> HttpResponse:
    """Upload a table; it is checked in the background."""
    user = person_of(request)
    if request.method != "POST":
        return page(request, types=lists.type_options(user))
    file = request.FILES.get("file")
    if file is None:
        raise Invalid("请先选一个文件。")
    if (file.size or 0) > FILE_AT_MOST:
        raise TooLarge("文件最大 80 MB，请分成几个文件。")
    run = runs.upload(file.read(), file.name or "部件表", by=user)
    jobs.check_file.enqueue(run.pk)
    return back(request, reverse("data:import_run", args=[run.pk]))


@door(may="asset.import")
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: how far it is, what is wrong with it, what may be done."""
    user = person_of(request)
    run = queries.run_for(user, pk)
    states = ImportRun.State
    waiting = run.busy or run.state == states.UPLOADED
    return page(
        request,
        run=run,
        badge=lists.run_badge(run),
        owner=names_of_users([run.owner_id or 0]).get(run.owner_id or 0, "系统"),
        waiting=waiting,
        may_start=run.state == states.READY,
        may_start_partly=run.state == states.REFUSED and run.good > 0,
        more=max(run.bad - len({row for row, _, _ in run.faults}), 0),
    )


@require_POST
@door(may="asset.import")
def import_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a checked file in, whole or only its good rows."""
    user = person_of(request)
    run = queries.run_for(user, pk)
    runs.start(run, by=user, partial=request.POST.get("partial") == "1")
    jobs.write_file.enqueue(run.pk)
    return back(request, reverse("data:import_run", args=[pk]))


@door(may="asset.import")
def import_report(request: HttpRequest, pk: int) -> FileResponse:
    """Every fault of a file, as CSV."""
    run = queries.run_for(person_of(request), pk)
    if run.report is None:
        raise Missing("这次导入没有问题清单。")
    return FileResponse(
        path_of(run.report).open("rb"),
        as_attachment=True,
        filename=run.report.name,
        content_type="text/csv; charset=utf-8",
    )


@door(may="asset.import")
def import_template(request: HttpRequest, key: str) -> FileResponse:
    """An empty table for one type."""
    kind = type_of(key)
    file = io.BytesIO()
    exports.write_template(file, kind)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"导入模板-{kind.label}.xlsx")
