"""The facts follow the history."""

from datetime import timedelta

from django.conf import settings

from chengyun.city.indicators.services import newest_seal, tell_lake
from chengyun.kernel import registry
from chengyun.kernel.specs import Periodic


def tell() -> None:
    """Periodic: what was done since goes to the lake."""
    tell_lake()


def to_tell() -> str:
    """Up to which seal there is history; and that the lake has yet to be begun, when it has."""
    seal = newest_seal()
    return f"{seal}" if settings.FACTS.is_dir() or not seal else f"{seal} of a new lake"


def keep_up() -> None:
    """Periodic: one file a month of the many small ones."""
    from chengyun.lake import facts  # takes a second and 90 MB

    facts.compact(settings.FACTS)


registry.add(
    Periodic(
        key="facts.tell",
        label="案件事实进数据湖",
        every=timedelta(seconds=4),
        run=tell,
        lane="facts",
        apart=True,
        mark=to_tell,
    ),
    Periodic(
        key="facts.keep_up",
        label="合并事实文件",
        every=timedelta(hours=1),
        run=keep_up,
        lane="facts",
        apart=True,
    ),
)
