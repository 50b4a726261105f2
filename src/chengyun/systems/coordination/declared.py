"""What the coordination system declares: its pages, its queues, where the frame's buttons lead."""

from chengyun.city.cases import callers, discoveries, handovers, whistles
from chengyun.city.cases import queries as cases
from chengyun.kernel import registry
from chengyun.kernel.specs import Panel, Queue, System, Tab
from chengyun.kernel.ui.specs import Landmark
from chengyun.systems.coordination import slots
from chengyun.systems.coordination.queries import counter_of
from chengyun.systems.coordination.specs import Pile

# fmt: off
PILES = (
    Pile(key="accept",   label="待受理",   icon="inbox",  states=("reported",),               may="case.accept",    order=1, before_dispatch=True),
    Pile(key="verify",   label="待核实",   icon="eye",    states=("verifying",),              may="case.verify",    order=2, before_dispatch=True, mine=True),
    Pile(key="file",     label="待立案",   icon="shield", states=("accepted",),               may="case.file",      order=3, before_dispatch=True),
    Pile(key="dispatch", label="待派遣",   icon="send",   states=("filed",),                  may="case.dispatch",  order=4, before_dispatch=True),
    Pile(key="handle",   label="待处置",   icon="flag",   states=("dispatched", "handling"),  may="case.handle",    order=5),
    Pile(key="approve",  label="待审批",   icon="check",  states=(),                          may="case.approve",   order=5, rows=cases.to_decide, first_for="case.extend"),
    Pile(key="assist",   label="待协办",   icon="people", states=(),                          may="case.handle",    order=6, rows=cases.to_help_with),
    Pile(key="shared",   label="待办移送",  icon="people", states=(),                          may="handover.take",  order=6, rows=handovers.to_take),
    Pile(key="reply",    label="待回复督办", icon="flag", states=(),                          may="case.handle",    order=6, rows=cases.to_reply_to),
    Pile(key="answer",   label="待回复来件", icon="phone", states=(),                         may="inquiry.answer", order=6, rows=callers.to_answer),
    Pile(key="feedback", label="待反馈",   icon="return", states=("handled",),                may="case.feed_back", order=6),
    Pile(key="check",    label="待核查",   icon="eye",    states=("checking",),               may="case.check",     order=7, mine=True),
    Pile(key="close",    label="待结案",   icon="check",  states=("checked",),                may="case.close",     order=8),
    Pile(key="paused",   label="挂账",     icon="pause",  states=("suspended",),              may="case.suspend",   order=9),
    Pile(key="assign",   label="台账待交办", icon="list", states=("listed",),                 may="case.assign",    order=10),
    Pile(key="rectify",  label="台账待整改", icon="list", states=("rectifying",),             may="case.handle",    order=11),
    Pile(key="review",   label="台账待复核", icon="list", states=("rectified",),              may="case.review",    order=12),
)
# fmt: on

CASES = "coordination/slot_cases.html"

registry.add(
    *PILES,
    Panel(
        slot="asset.main",
        key="coordination.asset",
        label="这个部件的案件",
        template=CASES,
        context=slots.of_asset,
        may="case.view",
    ),
    Panel(
        slot="unit.side",
        key="coordination.unit",
        label="在办案件",
        template=CASES,
        context=slots.of_unit,
        may="people.view",
    ),
    Panel(
        slot="user.side",
        key="coordination.person",
        label="手上待核实、待核查的案件",
        template=CASES,
        context=slots.of_person,
        may="people.view",
    ),
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
        key="inquiries",
        label="来件",
        url="coordination:inquiries",
        may="case.view",
        order=1,
    ),
    Tab(
        system="coordination",
        key="problems",
        label="问题库",
        url="coordination:problems",
        may="case.view",
        order=2,
    ),
    Tab(
        system="coordination",
        key="watched",
        label="督办",
        url="coordination:watched",
        may="case.view",
        order=3,
    ),
    Tab(
        system="coordination",
        key="handovers",
        label="移送",
        url="coordination:handovers",
        may="case.view",
        order=3,
    ),
    Queue(
        key="coordination.discoveries",
        label="待审线索",
        icon="camera",
        url="coordination:review",
        may="discovery.judge",
        count=lambda user: (discoveries.count_waiting(user), 0),
        order=7,
    ),
    Tab(
        system="coordination",
        key="discoveries",
        label="发现线索",
        url="coordination:discoveries",
        may="discovery.view",
        order=3,
    ),
    Tab(
        system="coordination",
        key="patrol",
        label="巡查",
        url="coordination:patrol",
        may="duty.view",
        order=5,
    ),
    Tab(
        system="coordination",
        key="walks",
        label="马路办公",
        url="coordination:walks",
        may="walk.record",
        order=5,
    ),
    Tab(
        system="coordination",
        key="campaigns",
        label="专项行动",
        url="coordination:campaigns",
        may="case.view",
        order=3,
    ),
    Tab(
        system="coordination",
        key="whistles",
        label="吹哨报到",
        url="coordination:whistles",
        may="case.view",
        order=3,
    ),
    Queue(
        key="coordination.whistles",
        label="待到场报到",
        icon="megaphone",
        url="coordination:whistles",
        query="mine=1",
        may="whistle.answer",
        count=whistles.waiting,
        order=6,
    ),
    Tab(
        system="coordination",
        key="map",
        label="地图",
        url="coordination:on_map",
        may="case.view",
        order=4,
    ),
    Tab(
        system="coordination",
        key="repeated",
        label="反复问题",
        url="coordination:repeated",
        may="case.view",
        order=7,
    ),
    Tab(
        system="coordination",
        key="rules",
        label="派遣规则",
        url="coordination:rules",
        may="dispatch.rule.view",
        order=8,
    ),
    Landmark(
        key="search",
        label="案号、地点、描述",
        url="coordination:find",
        may="case.view",
        suggest="coordination:suggest",
    ),
    Tab(
        system="coordination",
        key="phone",
        label="手机端",
        url="coordination:phone",
        may="duty.record",
        order=9,
    ),
    Landmark(key="new", label="新建案件", url="coordination:new", may="case.report"),
    Landmark(key="map", label="地图", url="coordination:on_map", may="case.view"),
)
