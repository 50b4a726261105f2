"""Background work of the register: checking and writing files."""

from __future__ import annotations

from datetime import timedelta

from django_tasks import task

from chengyun.city.assets.models import ImportRun
from chengyun.city.assets.services import imports
from chengyun.kernel import registry
from chengyun.kernel.specs import Periodic


@task()
def check_file(run: int) -> None:
    imports.check(ImportRun.objects.select_related("file").get(pk=run))


@task()
def write_file(run: int) -> None:
    imports.write(ImportRun.objects.select_related("file").get(pk=run))


@task()
def resume_run(run: int) -> None:
    imports.resume(ImportRun.objects.select_related("file").get(pk=run))


def take_up_stalled() -> None:
    """Runs whose worker died go on in another."""
    for run in imports.stalled():
        resume_run.enqueue(run.pk)


registry.add(
    Periodic(
        key="assets.resume",
        label="接续中断的部件导入",
        every=timedelta(minutes=1),
        run=take_up_stalled,
    )
)
