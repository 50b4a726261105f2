"""The alley steward of the demo city in words. Everything is invented."""

NAME = "刘桂兰"
COMMUNITY = "371502001001"
ALLEY = "灯市口胡同北段"
REPORTS = (
    (17, "rubble", "胡同口又倒了一堆装修垃圾，挡住半边路。", True),
    (9, "out_of_shop", "小卖部的冰柜摆到路上了，三轮车过不去。", True),
    (3, "rubble", "墙根堆了几袋渣土，像是昨天夜里倒的。", False),
)
"""Days ago, topic, words, whether it was filed."""
DECLINED = "和昨天上报的是同一堆，已经在清运。"
