"""What the points of the demo's patrols are called: invented, of the kinds a city watches."""

MUST_VISITS = (
    "小学门口", "菜市场南门", "医院东门", "公交首末站", "下穿桥积水点", "夜市入口", "广场公厕", "垃圾转运站",
    "建筑工地出入口", "商场卸货区", "中学门口", "社区服务中心", "河边步道入口", "早餐摊点疏导区", "老旧小区北门",
    "停车场入口", "幼儿园门口", "农贸市场西门", "公园东门", "变压器围栏",
)  # fmt: skip
