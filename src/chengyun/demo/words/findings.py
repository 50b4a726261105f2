"""What the weekly rounds of the evaluation office find, in its four fields."""

FINDINGS: dict[str, tuple[tuple[str, str, str], ...]] = {
    # field -> (unit, photo, words)
    "municipal": (
        ("works", "pothole", "路面坑槽 {n} 处，未及时修补"),
        ("works", "pothole", "人行道板松动 {n} 块"),
        ("lighting", "lamp", "连续 {n} 盏路灯不亮"),
        ("lighting", "lamp", "景观灯损坏 {n} 盏"),
        ("drainage", "manhole_broken", "检查井盖破损，未更换"),
        ("drainage", "flood", "雨水箅子堵塞 {n} 处"),
        ("traffic", "rail", "护栏变形 {n} 节"),
        ("works", "plain", "掘路恢复不到位，路面高低不平"),
    ),
    "greening": (
        ("parks", "lawn", "绿地内有垃圾杂物"),
        ("parks", "tree", "行道树断枝未清理"),
        ("parks", "lawn", "绿篱缺株约 {m} 米"),
        ("parks", "rail", "绿地护栏损坏 {n} 节"),
        ("parks", "lawn", "黄土裸露约 {m} 平方米"),
        ("parks", "plain", "树穴缺土，有杂草"),
    ),
    "sanitation": (
        ("sanitation_1", "litter", "路面有垃圾 {n} 处"),
        ("sanitation_1", "bins", "果皮箱满溢，未及时清运"),
        ("sanitation_2", "rubble", "渣土堆积约 {n} 立方米"),
        ("sanitation_2", "litter", "路缘石积尘"),
        ("sanitation_1", "toilet", "公厕保洁不到位，设施损坏"),
        ("sanitation_1", "adverts", "小广告未清除 {n} 处"),
        ("rivers", "water", "水面漂浮垃圾"),
    ),
    "enforcement": (
        ("enforcement_1", "shop", "店外经营 {n} 处"),
        ("enforcement_1", "bicycles", "非机动车乱停放，占用盲道"),
        ("enforcement_2", "vendor", "占道经营 {n} 处"),
        ("enforcement_2", "shop", "违规设置牌匾 {n} 块"),
        ("enforcement_3", "dust", "工地裸土未覆盖"),
        ("enforcement_3", "shed", "违规搭建雨棚"),
        ("enforcement_3", "rubble", "施工物料乱堆放"),
    ),
}
RECTIFIED: dict[str, tuple[str, ...]] = {
    "municipal": ("已修复", "已更换", "已维修到位，恢复正常"),
    "greening": ("已整改到位", "已清理补植", "已修剪清运"),
    "sanitation": ("已清理完毕，加强保洁", "已清运", "已整改，安排专人盯守"),
    "enforcement": ("已规范，商户签订承诺", "已清理", "已责令整改，复查合格"),
}
REDONE = ("整改不彻底，仍有残留", "照片不能说明已整改", "现场未恢复")
