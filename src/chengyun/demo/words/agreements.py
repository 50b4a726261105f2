"""The cooperation agreement of the demo city in words. Everything is invented."""

TITLE = "运河沿线城市管理共建框架协议（模拟）"
PARTNERS = "临清市、阳谷县"
ABOUT = "运河沿线三地垃圾同步清运、渣土车跨界线索互通、每两个月会商一次。"
OWN, SIDES = "bureau", ("371581", "371521")
MONTHS = 2

TASKS = (
    ("sanitation_1", "清理运河东昌府段两岸的散乱垃圾点", 4, "清了 14 处，立了 6 块告示牌。"),
    ("371581", "报送临清段渣土车跨界线索台账", 5, ""),
)
"""Unit, what, for how many days, and what they say once it is done."""

TOPIC, VENUE = "运河沿线共建第一次会商", "市城市管理局三楼会议室"
OFFICES = "三地城市管理局分管局长、监督指挥中心主任"
MINUTES = "东昌府段已清完；临清段台账还缺 11 月的，请尽快补报。渣土车线索每周五互通一次。"
AGREED = ("works", "在两县交界处设 3 块联合治理公示牌", 30)
