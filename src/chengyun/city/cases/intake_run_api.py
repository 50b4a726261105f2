"""Files of a hotline for programs: upload, name the columns, let in."""

from __future__ import annotations

from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest
from ninja import Field, File, Form, Path, Router, Schema
from ninja.files import UploadedFile

from chengyun.city.cases import callers, jobs
from chengyun.city.cases.models import IntakeRun
from chengyun.city.cases.schemas import Code
from chengyun.city.cases.services import intake_runs as service
from chengyun.kernel.api import caller, idempotent, problems
from chengyun.kernel.errors import TooLarge
from chengyun.kernel.permissions import require

router = Router(tags=["来件"])
FILE_AT_MOST = 20 * 1024 * 1024
Pk = Annotated[int, Path(ge=1, le=2**63 - 1)]


class FaultOut(Schema):
    row: int
    column: str
    message: str


class RunOut(Schema):
    """A file on its way in; ``columns`` says which of ``header`` holds what."""

    id: int
    name: str
    source: str
    header: list[str]
    columns: dict[str, str]
    state: str
    total: int
    good: int
    known: int
    bad: int
    written: int
    faults: list[FaultOut]
    error: str


class Origin(Schema):
    source: Code = "hotline"


class Columns(Schema):
    columns: dict[Code, str] = Field(..., max_length=20)


class Start(Schema):
    partial: bool = False


def shown(run: IntakeRun) -> dict[str, Any]:
    """A file as every answer gives it."""
    names = (
        "name", "source", "header", "columns", "state", "total", "good", "known", "bad", "written", "error",
    )  # fmt: skip
    faults = [{"row": r, "column": c, "message": m} for r, c, m in run.faults]
    return {"id": run.pk, "faults": faults, **{name: getattr(run, name) for name in names}}


@router.post("/intake-runs", response={201: RunOut, **problems(413, 415)})
@idempotent
def upload(request: HttpRequest, file: File[UploadedFile], origin: Form[Origin]) -> tuple[int, Any]:
    """上传热线导出的来件表（XLSX、CSV），先猜每一列是什么。"""
    if (file.size or 0) > FILE_AT_MOST:
        raise TooLarge("文件最大 20 MB，请分成几个文件。")
    run = service.upload(file.read(), file.name or "来件表", origin.source, by=caller(request))
    return 201, shown(run)


@router.get("/intake-runs/{pk}", response={200: RunOut, **problems(404)})
def run(request: HttpRequest, pk: Pk) -> Any:
    """一次导入：检查得怎样，登记了多少。"""
    return shown(_found(request, pk))


@router.post("/intake-runs/{pk}/check", response={200: RunOut, **problems(404, 409)})
@idempotent
@transaction.atomic
def check(request: HttpRequest, pk: Pk, body: Columns) -> tuple[int, Any]:
    """定下每一列是什么，逐行检查（在后台）。"""
    found = _found(request, pk)
    service.choose(found, body.columns, by=caller(request))
    jobs.run_intake.enqueue(found.pk)
    return 200, shown(found)


@router.post("/intake-runs/{pk}/start", response={200: RunOut, **problems(404, 409)})
@idempotent
@transaction.atomic
def start(request: HttpRequest, pk: Pk, body: Start) -> tuple[int, Any]:
    """登记检查过的来件（在后台）；partial 为真时只登记没有错的行。"""
    found = _found(request, pk)
    service.start(found, by=caller(request), partial=body.partial)
    jobs.run_intake.enqueue(found.pk)
    return 200, shown(found)


def _found(request: HttpRequest, pk: int) -> IntakeRun:
    user = caller(request)
    require(user, "inquiry.take")
    return callers.run_for(user, pk)
