"""What the coordination system declares: its pages, its queues, where the frame's buttons lead."""

from chengyun.kernel import registry
from chengyun.kernel.specs import Queue, System, Tab
from chengyun.kernel.ui.specs import Landmark
from chengyun.systems.coordination.queries import counter_of
from chengyun.systems.coordination.specs import Pile

# fmt: off
PILES = (
    Pile(key="accept",   label="待受理",   icon="inbox",  states=("reported",),               may="case.accept",    order=1),
    Pile(key="verify",   label="待核实",   icon="eye",    states=("verifying",),              may="case.verify",    order=2, mine=True),
    Pile(key="file",     label="待立案",   icon="shield", states=("accepted",),               may="case.file",      order=3),
    Pile(key="dispatch", label="待派遣",   icon="send",   states=("filed",),                  may="case.dispatch",  order=4),
    Pile(key="handle",   label="待处置",   icon="flag",   states=("dispatched", "handling"),  may="case.handle",    order=5),
    Pile(key="feedback", label="待反馈",   icon="return", states=("handled",),                may="case.feed_back", order=6),
    Pile(key="check",    label="待核查",   icon="eye",    states=("checking",),               may="case.check",     order=7, mine=True),
    Pile(key="close",    label="待结案",   icon="check",  states=("checked",),                may="case.close",     order=8),
    Pile(key="paused",   label="挂账",     icon="pause",  states=("suspended",),              may="case.suspend",   order=9),
    Pile(key="assign",   label="台账待交办", icon="list", states=("listed",),                 may="case.assign",    order=10),
    Pile(key="rectify",  label="台账待整改", icon="list", states=("rectifying",),             may="case.handle",    order=11),
    Pile(key="review",   label="台账待复核", icon="list", states=("rectified",),              may="case.review",    order=12),
)
# fmt: on

registry.add(
    *PILES,
    *(
        Queue(
            key=f"coordination.{pile.key}",
            label=pile.label,
            icon=pile.icon,
            url="coordination:desk",
            query=f"queue={pile.key}",
            may=pile.may,
            count=counter_of(pile),
            order=pile.order,
        )
        for pile in PILES
    ),
    System(
        key="coordination",
        label="指挥协调",
        icon="send",
        order=2,
        home="coordination:cases",
        may="case.view",
    ),
    Tab(
        system="coordination",
        key="cases",
        label="案件",
        url="coordination:cases",
        may="case.view",
        order=1,
    ),
    Tab(
        system="coordination",
        key="map",
        label="地图",
        url="coordination:on_map",
        may="case.view",
        order=2,
    ),
    Landmark(key="search", label="案号、地点、描述", url="coordination:cases", may="case.view"),
    Landmark(key="new", label="新建案件", url="coordination:new", may="case.report"),
    Landmark(key="map", label="地图", url="coordination:on_map", may="case.view"),
)
