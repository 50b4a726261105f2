"""The facts follow the history."""

from datetime import timedelta

from django.conf import settings

from chengyun.city.indicators.services import tell_next
from chengyun.kernel import registry
from chengyun.kernel.specs import Periodic


def tell() -> None:
    """Periodic: what was done since goes to the lake; years of history bit by bit, for people's pages come first."""
    tell_next()


def keep_up() -> None:
    """Periodic: one file a month of the many small ones."""
    # A second and 90 MB of libraries, for the one lane that needs them.
    from chengyun.lake import facts

    facts.compact(settings.FACTS)


registry.add(
    Periodic(
        key="facts.tell",
        label="案件事实进数据湖",
        every=timedelta(seconds=4),
        run=tell,
        lane="facts",
    ),
    Periodic(
        key="facts.keep_up",
        label="合并事实文件",
        every=timedelta(hours=1),
        run=keep_up,
        lane="facts",
    ),
)
