"""The joint action of the demo city in words. Everything is invented."""

NAME = "城管、住建、公安三方查工地（模拟）"
GATHER = "湖南路与花园路口"
LEAD = "enforcement_1"
STREET = "371502001"
STOPS = ("一号工地（模拟）", "二号工地（模拟）", "三号工地（模拟）")
CHECKLISTS = {
    "enforcement_1": ("围挡完好、净高 2.5 米", "门前没有带泥上路", "渣土车密闭"),
    "works": ("占道施工有批准", "临时路面平整"),
    "police": ("车辆号牌和手续", "驾驶人资格"),
}
FOUND = (
    ("enforcement_1", 1, 1, "fine", ""),
    ("enforcement_1", 1, 2, "problem", "出口 20 米路面带泥，冲洗设备没有开"),
    ("enforcement_1", 1, 3, "fine", ""),
    ("works", 1, 1, "fine", ""),
    ("works", 1, 2, "problem", "临时路面有两处坑"),
    ("police", 1, 1, "fine", ""),
)
"""Unit, stop, item, result and words."""
