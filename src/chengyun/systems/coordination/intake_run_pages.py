"""A hotline's export file: upload, which column holds what, report by row, progress, result."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from chengyun.city.cases import callers, intake_sheets, jobs
from chengyun.city.cases.models import IntakeRun
from chengyun.city.cases.services import intake_runs as service
from chengyun.city.cases.specs import Source
from chengyun.city.people.queries import names_of_users, person_of
from chengyun.kernel import registry
from chengyun.kernel.errors import Invalid, Missing, TooLarge
from chengyun.kernel.files import path_of
from chengyun.kernel.forms import faulty, form_of, retold
from chengyun.kernel.listings import Listing, listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Column, Field
from chengyun.kernel.tables import Links
from chengyun.systems.coordination import intake

MEGABYTE = 1024 * 1024
FILE_AT_MOST = 20 * MEGABYTE
TONES = {"done": "eco", "refused": "red", "failed": "red", "ready": "accent", "uploaded": "amber"}


def badge_of(run: IntakeRun) -> dict[str, str]:
    return {"words": run.get_state_display(), "tone": TONES.get(run.state, "line")}


def outcome_of(run: IntakeRun) -> str:
    if run.state == IntakeRun.State.DONE:
        return f"登记 {run.written:,} 件，{run.known:,} 件以前登记过"
    if run.error:
        return run.error
    return f"{run.good:,} 行可导入，{run.bad:,} 行有错" if run.total else ""


RUNS = Listing(
    key="coordination:intake_runs",
    label="来件导入",
    may="inquiry.take",
    columns=(
        Column(key="name", label="文件", kind="strong", value=lambda run: (run.name, "")),
        Column(
            key="source",
            label="来源",
            kind="short",
            value=lambda run: registry.get(Source, run.source).label,
        ),
        Column(key="state", label="状态", kind="badge", value=badge_of),
        Column(key="outcome", label="结果", value=outcome_of),
        Column(key="made", label="上传", kind="time", value=lambda run: run.made_at),
    ),
    rows=lambda user, values: callers.runs_for(user),
    links=Links(url=lambda run: reverse("coordination:intake_run", args=[run.pk])),
    counted=False,
)
registry.add(RUNS)


@door(may="inquiry.take")
def intake_runs(request: HttpRequest) -> HttpResponse:
    """All files that were brought in, newest first."""
    none = ("还没有导入过来件表。", reverse("coordination:intake_run_add"), "导入表格")
    return page(request, **listed(request, RUNS, none=none))


@door(may="inquiry.take")
def intake_run_add(request: HttpRequest) -> HttpResponse:
    """Upload a table; what its columns hold is asked next."""
    user = person_of(request)
    sources = intake.sources()
    if request.method != "POST":
        return page(request, sources=sources)
    file = request.FILES.get("file")
    if file is None:
        raise Invalid("请先选一个文件。")
    if (file.size or 0) > FILE_AT_MOST:
        raise TooLarge("文件最大 20 MB，请分成几个文件。")
    source = request.POST.get("source", "")
    run = service.upload(file.read(), file.name or "来件表", source, by=user)
    return back(request, reverse("coordination:intake_run", args=[run.pk]))


@door(may="inquiry.take")
def intake_run(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: which column holds what, how far it is, what is wrong with it, what may be done."""
    user = person_of(request)
    run = callers.run_for(user, pk)
    form = _columns_form(request, run)
    context = _context(run)
    if request.method != "POST":
        return page(request, form=form, **context)
    if not form.is_valid():
        return faulty(request, form, **context)
    try:
        service.choose(run, form.cleaned_data, by=user)
    except Invalid as refusal:
        return retold(request, form, refusal, **context)
    jobs.run_intake.enqueue(run.pk)
    return back(request, reverse("coordination:intake_run", args=[pk]))


def _columns_form(request: HttpRequest, run: IntakeRun) -> Any:
    fields = [
        Field(key=key, label=label, kind="unit", required=key in intake_sheets.NEEDED)
        for key, label in intake_sheets.LABELS.items()
    ]
    columns = [(column, column) for column in run.header]
    return form_of(
        fields,
        request.POST if request.method == "POST" else None,
        initial=run.columns,
        choices=dict.fromkeys(intake_sheets.LABELS, columns),
    )


def _context(run: IntakeRun) -> dict[str, Any]:
    states = IntakeRun.State
    return {
        "run": run,
        "badge": badge_of(run),
        "owner": names_of_users([run.owner_id or 0]).get(run.owner_id or 0, "系统"),
        "source": registry.get(Source, run.source).label,
        "asks": run.state in (states.UPLOADED, states.READY, states.REFUSED),
        "may_start": run.state == states.READY and run.good > 0,
        "may_start_partly": run.state == states.REFUSED and run.good > 0,
        "more": max(run.bad - len({row for row, _, _ in run.faults}), 0),
    }


@require_POST
@door(may="inquiry.take")
def intake_run_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a checked file in, whole or only its good rows."""
    user = person_of(request)
    run = callers.run_for(user, pk)
    service.start(run, by=user, partial=request.POST.get("partial") == "1")
    jobs.run_intake.enqueue(run.pk)
    return back(request, reverse("coordination:intake_run", args=[pk]))


@door(may="inquiry.take")
def intake_run_report(request: HttpRequest, pk: int) -> FileResponse:
    """Every fault of a file, as CSV."""
    run = callers.run_for(person_of(request), pk)
    if run.report is None:
        raise Missing("这次导入没有问题清单。")
    return FileResponse(
        path_of(run.report).open("rb"),
        as_attachment=True,
        filename=run.report.name,
        content_type="text/csv; charset=utf-8",
    )
