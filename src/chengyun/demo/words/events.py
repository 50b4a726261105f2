"""Topics about events 事件: litter, stalls, advertisements, sites, water. All texts are our own."""

from chengyun.demo.words.topic import Topic

# fmt: off
EVENTS = (
    Topic(
        key="road_broken", class_code="E0113", condition="破损", limit=("5", "work_day"),
        photo="pothole", unit="works", weight=9, spot="carriageway",
        seen=(
            "路面坑槽约 {n} 平方米，深约 {n} 厘米",
            "车行道破损，面积约 {n} 平方米",
            "人行道板松动 {n} 块",
            "路面网裂约 {m} 平方米",
            "沥青面层脱落，露出基层",
        ),
        told=(
            "路上有个大坑，车轮胎都硌鼓包了",
            "人行道砖翘起来了，下雨一踩一身泥",
            "坑越来越大，{days} 天前报过一次还没修",
            "路坏得厉害，骑车要绕着走",
            "坑里全是水，看不出深浅",
        ),
        done=("已铣刨补铺沥青 {n} 平方米", "已更换人行道板 {n} 块", "已冷补料填补并压实", "已修复，恢复通行"),
    ),
    Topic(
        key="litter", class_code="E0110", condition="公共场所散落", limit=("4", "work_hour"),
        photo="litter", unit="sanitation_1", weight=13, spot="pavement",
        seen=(
            "人行道散落生活垃圾约 {n} 平方米",
            "绿化带旁堆放生活垃圾 {n} 袋",
            "墙角暴露垃圾，有异味",
            "空地散落塑料袋和餐盒",
            "沿街散落菜叶垃圾",
        ),
        told=(
            "路边一堆垃圾，{days} 天没人收了，苍蝇乱飞",
            "有人半夜往这儿倒垃圾",
            "垃圾被风吹得满街都是",
            "楼后面成了垃圾堆，臭得开不了窗",
            "早市散了留下一地垃圾",
        ),
        done=("已清运垃圾 {n} 袋", "已清扫保洁", "已清理并冲洗地面", "已清理，加设垃圾桶一组"),
    ),
    Topic(
        key="rubble", class_code="E0111", condition="建筑", limit=("5", "work_day"),
        photo="rubble", unit="sanitation_2", weight=6, spot="pavement",
        seen=(
            "人行道堆放装修垃圾约 {n} 立方米",
            "空地积存建筑渣土约 {n} 立方米",
            "路边混合垃圾长期堆积",
            "绿化带内倾倒渣土",
        ),
        told=(
            "楼下堆着装修垃圾，占了一半路",
            "不知道谁拉来一车渣土倒在这儿",
            "砖头水泥袋子堆了 {days} 天",
            "渣土没盖，一刮风全是土",
        ),
        done=("已清运渣土 {n} 车", "已约谈责任人并清运", "已清理，恢复人行道"),
    ),
    Topic(
        key="road_dirty", class_code="E0112", condition="路面散落", limit=("2", "work_hour"),
        photo="litter", unit="sanitation_2", weight=8, spot="kerb",
        seen=("路面积灰", "路缘石边积存泥土", "路面油污约 {n} 平方米", "雨后路面有淤泥", "路面散落落叶未清"),
        told=("路边全是土，车一过就扬起来", "路上一大片油，骑车打滑", "下完雨路上都是泥", "落叶堆了厚厚一层"),
        done=("已机扫冲洗", "已人工清扫", "已用清洗剂处理油污", "已清理淤泥"),
    ),
    Topic(
        key="spill", class_code="E0114", condition="运输车辆", limit=("4", "work_hour"),
        photo="rubble", unit="sanitation_2", weight=3, spot="carriageway",
        seen=("渣土车遗撒约 {m} 米", "路面遗撒砂石", "混凝土遗撒，已凝固", "路口遗撒土方"),
        told=("渣土车一路撒土", "路上好多石子，崩到我车玻璃了", "水泥罐车漏了一路", "拉土的车不盖篷布"),
        done=("已清扫遗撒 {m} 米", "已冲洗路面并查找车辆", "已清理，对运输企业立案调查"),
    ),
    Topic(
        key="lawn", class_code="E0117", condition="绿地内", limit=("4", "work_hour"),
        photo="lawn", unit="parks", weight=6, spot="pavement",
        seen=("绿地内有枯枝和杂物", "绿地散落垃圾", "草坪内有宠物粪便", "灌木丛中堆放杂物", "绿化带黄土裸露，有纸屑"),
        told=("花坛里都是垃圾", "草地里全是狗粪，孩子没法玩", "绿化带里扔着旧沙发", "修下来的树枝堆了 {days} 天"),
        done=("已清理绿地杂物", "已清捡保洁", "已清运枯枝", "已清理并补植"),
    ),
    Topic(
        key="water_dirty", class_code="E0125", condition="水面", limit=("2", "work_day"),
        photo="water", unit="rivers", weight=3, spot="pavement",
        seen=("河面漂浮垃圾", "岸坡有塑料袋和杂草", "水面漂浮水草约 {m} 平方米", "护坡堆放杂物"),
        told=("河里漂着好多垃圾", "河边味道很大", "护城河水面一层绿", "岸边有人倒垃圾"),
        done=("已打捞漂浮物 {n} 袋", "已清理岸坡", "已打捞水草"),
    ),
    Topic(
        key="adverts", class_code="E0201", condition="公共场所", limit=("1", "work_day"),
        photo="adverts", unit="sanitation_1", weight=8, spot="pavement",
        seen=(
            "墙面张贴小广告 {n} 处", "电线杆喷涂小广告", "公交站亭粘贴小广告", "围挡上有手写广告",
            "配电箱张贴小广告",
        ),
        told=(
            "楼道口贴满了小广告", "墙上喷的电话号码擦都擦不掉", "路边电箱全是小广告，难看",
            "贴小广告的天天来，清了又贴",
        ),
        done=("已清除 {n} 处", "已清洗并刷漆覆盖", "已清理，号码已移交停机"),
    ),
    Topic(
        key="signboard", class_code="E0206", condition="违规设置", limit=("2", "work_day"),
        photo="shop", unit="enforcement_2", weight=3, spot="pavement",
        seen=("店铺一店多牌", "牌匾超高设置", "店招破损未整改", "违规设置侧招"),
        told=(
            "店招牌伸出来太多，走路碰头", "门头牌子松了，怕掉下来", "一个店挂了 {n} 块牌子",
            "招牌晚上太亮，照得睡不着",
        ),
        done=("已责令整改，拆除多余牌匾", "已加固", "商户已自行拆除"),
    ),
    Topic(
        key="roadwork", class_code="E0302", condition="无手续占道", limit=("1", "work_day"),
        photo="plain", unit="enforcement_3", weight=3, spot="carriageway",
        seen=("无手续占道施工", "施工占道超出批准范围", "占道施工未设警示", "施工围挡占用盲道"),
        told=(
            "施工把路占了大半，也没人指挥", "挖开的路 {days} 天没人管", "施工牌都没有，晚上看不清",
            "人行道被围起来，只能走快车道",
        ),
        done=("已责令停工补办手续", "已清场恢复通行", "已补设围挡和警示灯"),
    ),
    Topic(
        key="dust", class_code="E0304", condition="防尘措施", limit=("2", "work_hour"),
        photo="dust", unit="enforcement_3", weight=6, spot="site",
        seen=("工地裸土未覆盖约 {m} 平方米", "工地出入口未冲洗车辆", "土方作业未开雾炮", "工地围挡喷淋未开启"),
        told=(
            "工地天天扬土，阳台擦了又脏", "渣土车进出不洗轮子，满街是土", "工地土堆没盖，刮风呛人",
            "半夜还在拉土，灰很大",
        ),
        done=("已覆盖裸土", "已开启雾炮和喷淋", "已责令整改，复查合格", "已加装冲洗设备"),
    ),
    Topic(
        key="materials", class_code="E0306", condition="物料乱堆", limit=("1", "work_day"),
        photo="rubble", unit="enforcement_3", weight=3, spot="site",
        seen=("施工物料堆放在人行道", "砂石未覆盖", "钢管占用绿地", "施工材料乱堆约 {m} 平方米"),
        told=(
            "工地的沙子堆到路上来了", "钢管横在人行道上，差点绊倒", "施工队把料堆在草坪里",
            "砖头堆在门口 {days} 天了",
        ),
        done=("已清理归位", "已覆盖", "已清运，恢复人行道"),
    ),
    Topic(
        key="hawker", class_code="E0401", condition="公共场所流动", limit=("2", "urgent_hour"),
        photo="vendor", unit="enforcement_1", weight=9, spot="pavement",
        seen=("流动摊贩 {n} 处，占用人行道", "路口流动售卖水果", "学校门口流动摊点 {n} 个", "流动餐车占用非机动车道"),
        told=(
            "学校门口全是小摊，车堵得走不动", "卖水果的三轮占着车道", "流动摊点油烟大，地上全是油",
            "晚上摆摊的喇叭吵到十一点",
        ),
        done=("已劝离 {n} 处", "已引导至便民疏导点", "已取缔，安排值守"),
    ),
    Topic(
        key="out_of_shop", class_code="E0405", condition="出店", limit=("2", "urgent_hour"),
        photo="shop", unit="enforcement_1", weight=9, spot="pavement",
        seen=("店外经营，占道约 {n} 平方米", "商户货物摆放门外", "店外摆放桌椅 {n} 套", "修车店占道作业"),
        told=("店家把东西都摆到人行道上了", "饭店桌子摆了一路，没法走", "门口堆满货，轮椅过不去", "修车的油流了一地"),
        done=("已规范入店经营", "已责令清理", "已教育整改，复查合格"),
    ),
    Topic(
        key="stall", class_code="E0406", condition="占用道路", limit=("2", "urgent_hour"),
        photo="vendor", unit="enforcement_2", weight=6, spot="pavement",
        seen=("占道经营 {n} 处", "早市收摊后遗留摊位 {n} 处", "占用广场经营", "占道促销搭台"),
        told=(
            "马路市场占了半边路，公交都过不去", "早市到十点还不散", "广场上摆满了摊，没地方走",
            "占道搞促销，音响震天响",
        ),
        done=("已清理占道摊位 {n} 处", "已拆除促销台", "已恢复通行，安排盯守"),
    ),
    Topic(
        key="barbecue", class_code="E0129", condition="擅自露天烧烤", limit=("2", "urgent_hour"),
        photo="vendor", unit="enforcement_2", weight=3, spot="pavement",
        seen=("露天烧烤 {n} 处", "烧烤炉占道，油烟直排", "夜间露天烧烤", "烧烤摊点遗留油污"),
        told=(
            "楼下烧烤摊一股油烟味，窗户不敢开", "烧烤摊吵到半夜", "烤串的就在马路边，烟特别大",
            "露天烧烤收摊后地上全是油",
        ),
        done=("已取缔露天烧烤，暂扣炉具", "已引导入店", "已清理现场油污"),
    ),
    Topic(
        key="bicycles", class_code="E0410", condition="非机动车", limit=("2", "work_hour"),
        photo="bicycles", unit="enforcement_1", weight=7, spot="pavement",
        seen=(
            "非机动车乱停放 {n} 辆，占用盲道", "共享单车堆积约 {m} 辆", "电动车停在消防通道",
            "路口非机动车无序停放",
        ),
        told=("共享单车堵住了小区门口", "盲道上全是电动车", "单车倒了一大片，没人扶", "路口的电动车停得乱七八糟"),
        done=("已摆放规范", "已通知企业转运 {m} 辆", "已清理盲道"),
    ),
    Topic(
        key="shed", class_code="E0101", condition="在建", limit=("48", "urgent_hour"),
        photo="shed", unit="enforcement_3", weight=3, spot="pavement",
        seen=("楼前搭建彩钢棚约 {m} 平方米", "商户门前搭建雨棚", "楼顶正在搭建", "绿地内搭建杂物间"),
        told=(
            "邻居在院里盖房子，挡光", "一楼把窗户改成门还搭了棚子", "楼顶有人加盖，担心漏水",
            "小区绿地被圈起来搭棚子",
        ),
        done=("已责令停工", "已拆除彩钢棚", "当事人自行拆除", "已立案查处"),
    ),
    Topic(
        key="clutter", class_code="E0136", condition="未许可堆料", limit=("1", "work_day"),
        photo="shop", unit="enforcement_1", weight=4, spot="pavement",
        seen=("人行道乱堆杂物", "门前堆放废旧家具", "路边堆放纸箱", "公共区域堆放轮胎 {n} 个"),
        told=(
            "门口堆着别人的旧家具，{days} 天没人拉", "收废品的把东西堆路上", "修车铺轮胎堆了一人高",
            "楼道口全是纸箱，怕着火",
        ),
        done=("已清理", "已督促当事人清走", "已清运"),
    ),
    Topic(
        key="pipe_burst", class_code="E0501", condition="跑冒滴漏", limit=("1", "urgent_hour"),
        photo="flood", unit="water", weight=2, spot="carriageway",
        seen=("路面冒水，水面约 {m} 平方米", "供水管漏水", "阀门井往外冒清水", "路面渗水，面积扩大"),
        told=(
            "马路中间往上冒水，家里也没水了", "自来水管破了，水流了一条街", "门口一直渗水，路快泡塌了",
            "水管漏了 {days} 天，太浪费",
        ),
        done=("已关阀抢修，恢复供水", "已更换管段 {n} 米", "已焊接漏点，路面已围护"),
    ),
    Topic(
        key="sewer_blocked", class_code="E0503", condition="排水管堵塞", limit=("4", "work_hour"),
        photo="flood", unit="drainage", weight=5, spot="carriageway",
        seen=("污水外溢约 {m} 平方米", "污水井满溢", "排水管堵塞，污水倒流", "检查井冒水"),
        told=("污水井往外冒，臭气熏天", "一楼马桶返水", "粪水流了一路，没法走", "下水堵了，厨房全是水"),
        done=("已高压疏通 {m} 米", "已清掏检查井", "已疏通并冲洗路面"),
    ),
    Topic(
        key="collapse", class_code="E0505", condition="塌陷", limit=("2", "urgent_hour"),
        photo="pothole", unit="works", weight=2, spot="carriageway",
        seen=("路面塌陷，直径约 {n} 米，已围挡", "路面下沉约 {cm} 厘米", "路面空洞，深约 {n} 米", "沟槽回填处下沉"),
        told=(
            "路塌了一个洞，能看见下面的管子", "路面往下沉，车过去晃一下", "昨天还是小坑，今天塌成大洞了",
            "公交站前面的路塌了",
        ),
        done=("已围护并回填", "已开挖排查，回填夯实", "已修复路面，恢复通行"),
    ),
    Topic(
        key="flood", class_code="E0506", condition="积水", limit=("2", "urgent_hour"),
        photo="flood", unit="drainage", weight=3, spot="carriageway",
        seen=("道路积水约 {m} 平方米，深约 {cm} 厘米", "下穿桥积水，车辆绕行", "路口积水漫过路沿", "低洼处积水不退"),
        told=(
            "雨停了半天水还不退", "桥底下全是水，好几辆车熄火了", "水都没过膝盖了，孩子怎么上学",
            "门口一下雨就成河",
        ),
        done=("已用移动泵车排水", "已清掏雨水口，积水消退", "已排除积水，恢复通行"),
    ),
    Topic(
        key="cable", class_code="E0508", condition="断裂", limit=("2", "work_hour"),
        photo="plain", unit="telecom", weight=3, spot="kerb",
        seen=("架空线缆下垂，离地约 {n} 米", "通信线缆脱落", "线缆断落在人行道", "线缆缠绕行道树"),
        told=(
            "有根线耷拉到路上，不知道有没有电", "线垂得太低，大车一过就挂住", "断了的线在地上拖着",
            "线缆乱成一团，挂在树上",
        ),
        done=("已收线绑扎", "已剪除废弃线缆", "已重新架设"),
    ),
)
# fmt: on
