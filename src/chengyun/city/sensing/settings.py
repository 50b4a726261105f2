"""The numbers of sensing that a city may set."""

from __future__ import annotations

from chengyun.city.sensing import jobs
from chengyun.city.sensing.ailments import LOW
from chengyun.city.sensing.escalation import MINUTES
from chengyun.city.sensing.outages import LEAST
from chengyun.city.sensing.services.alerts import MOST_MINUTES
from chengyun.city.sensing.services.commands import LIMIT as COMMAND_LIMIT
from chengyun.city.sensing.specs import BATTERY, RANK_LABELS
from chengyun.kernel.specs import Field, Param

ACKNOWLEDGED = (("red", 15), ("orange", 30), ("yellow", 60), ("blue", 120))
"""How long units have to acknowledge a 预警."""
LONGEST_KEPT = 36_500


def _number(
    key: str, label: str, default: int, group: str, what: str, unit: str, among: tuple[int, int]
) -> Param:
    """A whole number; ``what`` is its name in the form, ``among`` the smallest and the largest."""
    least, most = among
    field = Field(
        key=key.rpartition(".")[2],
        label=what,
        kind="int",
        unit=unit,
        required=True,
        minimum=least,
        maximum=most,
    )
    return Param(key=key, label=label, default=default, group=group, field=field)


assert BATTERY.battery is not None
SETTINGS = (
    _number(
        LOW,
        "设备电量到多少提醒维护",
        int(BATTERY.battery[0]),
        "设备",
        "到多少提醒",
        "%",
        (1, 70),
    ),
    _number("lights.lit", "亮灯率目标", 98, "照明", "目标", "%", (1, 100)),
    _number("lights.intact", "完好率目标", 90, "照明", "目标", "%", (1, 100)),
    _number("lights.timely", "事故处置及时率目标", 100, "照明", "目标", "%", (1, 100)),
    _number(
        "weather.hours",
        "没有写结束时间的气象预警，多久以后自己结束",
        24,
        "预警",
        "多久以后",
        "小时",
        (1, 720),
    ),
    *(
        _number(
            f"alarm.escalate.{rank}",
            f"{RANK_LABELS[rank]}报警多久无人应答就上报值班长，再过同样久上报领导",
            minutes,
            "报警",
            "多久无人应答",
            "分钟",
            (1, MOST_MINUTES),
        )
        for rank, minutes in MINUTES
    ),
    _number(
        LEAST,
        "至少几台设备一起失联，合成一条「大面积失联」报警",
        10,
        "报警",
        "至少几台",
        "台",
        (2, 1000),
    ),
    *(
        _number(
            f"alert.limit.{rank}",
            f"{RANK_LABELS[rank]}预警的确认时限",
            minutes,
            "预警",
            "确认时限",
            "分钟",
            (1, MOST_MINUTES),
        )
        for rank, minutes in ACKNOWLEDGED
    ),
    _number(
        jobs.READINGS_KEPT,
        "读数保留多少天（0 就是一直保留）",
        0,
        "读数",
        "保留多少天",
        "天",
        (0, LONGEST_KEPT),
    ),
    _number(
        jobs.HOURS_KEPT,
        "每小时的最低、最高和平均保留多少天（0 就是一直保留）",
        0,
        "读数",
        "保留多少天",
        "天",
        (0, LONGEST_KEPT),
    ),
    _number(
        COMMAND_LIMIT,
        "控制指令多久没有人复核就作废",
        10,
        "控制指令",
        "多久没有人复核就作废",
        "分钟",
        (1, 60),
    ),
)
