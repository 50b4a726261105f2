"""Topics about parts 部件: covers, lamps, trees, bins, railings. All texts are our own."""

from chengyun.demo.words.topic import Topic

# fmt: off
PARTS = (
    Topic(
        key="rain_cover", class_code="P0103", condition="盖体丢失", limit=("2", "urgent_hour"),
        photo="manhole", unit="drainage", weight=5, spot="carriageway",
        seen=(
            "雨水井盖缺失，井口约 {cm} 厘米，已摆锥桶",
            "雨水井盖不见，井深约 {n} 米，来往车辆绕行",
            "非机动车道雨水井盖丢失，已请旁边商户照看",
            "雨水井盖移位约 {cm} 厘米，露出半个井口",
            "雨水井盖裂成 {n} 块，边缘下沉",
        ),
        told=(
            "路上的雨水井盖没了，井口黑洞洞的，我骑车差点掉进去",
            "有个下水井没有盖子，旁边连个提示都没有，孩子上学天天从这儿过",
            "雨水井盖被车轧翻了，现在敞着口",
            "井盖丢了有 {days} 天了，有人插了根树枝当记号",
            "昨晚下雨看不清路，一个井没盖，老人一脚踩空，幸好没伤着",
        ),
        done=("已补装球墨铸铁井盖并加防坠网", "已更换同型井盖，四周压实", "已找回原盖复位并加锁"),
    ),
    Topic(
        key="rain_cover_worn", class_code="P0103", condition="破损面积", limit=("4", "work_hour"),
        photo="manhole_broken", unit="drainage", weight=4, spot="carriageway",
        seen=(
            "雨水井盖破损约 {cm} 平方厘米，边缘有缺口",
            "雨水井盖有一道裂缝，长约 {cm} 厘米",
            "井盖缺角，车轮经过有异响",
            "雨水井盖边缘碎裂，钢筋外露",
        ),
        told=(
            "雨水井盖缺了一角，自行车轮子正好能卡进去",
            "井盖碎了一块，过车哐当响，晚上吵得睡不着",
            "门口的井盖裂了，越裂越大",
            "井盖破了个洞，高跟鞋容易踩进去",
        ),
        done=("已更换井盖", "已更换破损井盖并清理井口碎块", "已换新盖，试压无异响"),
    ),
    Topic(
        key="sewage_cover", class_code="P0102", condition="盖体松动作响", limit=("2", "work_day"),
        photo="manhole_broken", unit="drainage", weight=4, spot="carriageway",
        seen=(
            "污水井盖松动，车辆经过作响",
            "污水井盖与井座不合，一角翘起约 {n} 厘米",
            "污水井盖晃动，井圈砂浆脱落",
            "污水井盖可翻转，存在隐患",
        ),
        told=(
            "楼下污水井盖一过车就响，{days} 天没睡好觉了",
            "井盖翘着，电动车压上去直打滑",
            "污水井盖松了，踩上去一翻一翻的",
            "井盖响的事反映过一次，修了没几天又响",
        ),
        done=("已加装胶垫并校正井圈", "已更换井圈和井盖", "已重新坐浆固定，过车无响声"),
    ),
    Topic(
        key="water_cover", class_code="P0101", condition="盖周", limit=("5", "work_day"),
        photo="manhole_broken", unit="water", weight=3, spot="carriageway",
        seen=(
            "上水井周边路面沉陷，高差约 {n} 厘米",
            "自来水井盖四周路面开裂，范围约 {n} 平方米",
            "上水井盖低于路面约 {n} 厘米，车辆颠簸",
            "上水井盖周边隆起，影响骑行",
        ),
        told=(
            "自来水井旁边塌下去一圈，车开过去咯噔一下",
            "井盖比路面低一截，下雨天全是水看不见",
            "自来水井周围的路裂开了，一天比一天大",
            "井边上的路鼓起来了，骑车摔了一跤",
        ),
        done=("已切割修补井周路面", "已调整井圈高程并铺沥青", "已修复，与路面齐平"),
    ),
    Topic(
        key="rain_grate", class_code="P0104", condition="堵塞", limit=("1", "work_day"),
        photo="flood", unit="drainage", weight=6, spot="kerb",
        seen=(
            "雨水箅子被落叶堵塞约一半",
            "雨水箅子内积存泥沙和塑料袋，排水不畅",
            "雨水箅子被餐饮油污堵塞",
            "连续 {n} 个雨水箅子堵塞",
        ),
        told=(
            "路边的雨水口堵了，一下雨就积一片水",
            "雨水箅子里全是垃圾，水下不去",
            "饭店往雨水口倒泔水，堵了还有味",
            "雨水口堵了 {days} 天，没人来掏",
        ),
        done=("已清掏 {n} 座雨水口", "已疏通并冲洗", "已清理杂物，试水通畅"),
    ),
    Topic(
        key="heat_cover", class_code="P0110", condition="盖体松动作响", limit=("2", "work_day"),
        photo="manhole_broken", unit="heating", weight=2, spot="carriageway",
        seen=(
            "热力井盖松动作响",
            "热力井盖一侧下沉约 {n} 厘米",
            "热力井盖井圈破碎，盖体晃动",
            "热力井冒热气，井盖松动",
        ),
        told=(
            "热力公司的井盖响个不停",
            "供暖的井盖松了，一压就翘",
            "热力井往外冒白汽，井盖也不稳",
            "井盖晃，冬天结了冰更滑",
        ),
        done=("已更换井圈", "已加固并垫胶圈", "已检修阀门，井盖复位"),
    ),
    Topic(
        key="gas_cover", class_code="P0111", condition="破损面积", limit=("4", "work_hour"),
        photo="manhole_broken", unit="gas", weight=1, spot="pavement",
        seen=(
            "燃气井盖破损，缺口约 {cm} 平方厘米", "燃气井盖裂开，标识不清", "燃气井盖缺角，已围挡",
            "燃气井盖边缘碎裂约 {cm} 平方厘米",
        ),
        told=("燃气井的盖子破了，有点担心", "燃气井盖裂了个口子", "人行道上燃气井盖碎了", "燃气井盖坏了，请派人看看"),
        done=("已更换燃气井盖，检测无泄漏", "已换盖并补标识", "已修复，浓度检测正常"),
    ),
    Topic(
        key="lamp_out", class_code="P0137", condition="单盏不亮", limit=("2", "work_day"),
        photo="lamp", unit="lighting", weight=12, spot="kerb",
        seen=(
            "路灯不亮，杆号 {n}{days}",
            "连续 {n} 盏路灯不亮",
            "路灯时亮时灭",
            "非机动车道一侧路灯不亮，共 {n} 盏",
            "路灯灯罩脱落，灯不亮",
        ),
        told=(
            "路灯坏了 {days} 天，晚上下班黑灯瞎火的",
            "这一段 {n} 盏路灯都不亮，走夜路害怕",
            "路灯一闪一闪的，晃眼睛",
            "小区门口的路灯不亮，老人晚上不敢出门",
            "路灯不亮，昨晚有人在这里摔倒了",
        ),
        done=("已更换灯具 {n} 套", "已更换熔断器，恢复照明", "已查明电缆接头故障并修复", "已更换镇流器，试灯正常"),
    ),
    Topic(
        key="lamp_damaged", class_code="P0137", condition="损坏/缺失", limit=("1", "work_day"),
        photo="lamp", unit="lighting", weight=4, spot="kerb",
        seen=(
            "路灯杆检修门缺失，电线裸露",
            "路灯灯臂歪斜",
            "路灯基座螺栓外露，检修口敞开",
            "路灯灯头下垂，有坠落风险",
        ),
        told=(
            "路灯杆子下面的小门没了，电线露在外面，孩子容易碰到",
            "路灯被车撞歪了",
            "灯头快掉下来了，风一吹直晃",
            "路灯杆上的盖子丢了，下雨怕漏电",
        ),
        done=("已加装检修门并包扎线头", "已校正灯臂", "已更换灯头并紧固", "已断电检修，恢复正常"),
    ),
    Topic(
        key="rail", class_code="P0217", condition="损坏", limit=("3", "work_day"),
        photo="rail", unit="traffic", weight=5, spot="carriageway",
        seen=(
            "中央护栏被撞，{n} 节变形",
            "机非护栏倒伏约 {m} 米",
            "护栏缺失 {n} 节",
            "护栏立柱断裂，栏片松脱",
        ),
        told=(
            "护栏被车撞倒了，横在路上",
            "护栏断了 {n} 节，有人从缺口横穿马路",
            "护栏歪到机动车道上了，开车得绕",
            "护栏坏了 {days} 天没人修",
        ),
        done=("已更换护栏 {n} 节", "已扶正加固", "已清理残件并补装"),
    ),
    Topic(
        key="road_plate", class_code="P0212", condition="歪倒", limit=("3", "work_day"),
        photo="sign", unit="traffic", weight=2, spot="kerb",
        seen=("路名牌倾斜", "路名牌立柱被撞弯", "路名牌倒伏在绿化带", "路名牌歪斜约 {cm} 度"),
        told=("路名牌歪了，外地人找不着路", "路牌倒在草里了", "路名牌被车蹭弯了", "路牌斜着，风大怕砸人"),
        done=("已扶正并重新浇筑基础", "已更换立柱", "已校正"),
    ),
    Topic(
        key="toilet", class_code="P0301", condition="配套设施损坏", limit=("3", "work_day"),
        photo="toilet", unit="sanitation_1", weight=4, spot="pavement",
        seen=(
            "公厕隔间门损坏 {n} 扇",
            "公厕水龙头漏水",
            "公厕感应冲水器失灵",
            "公厕洗手台破损",
        ),
        told=(
            "公厕女间有 {n} 个门锁坏了，没法用",
            "公厕水龙头关不上，一直流",
            "公厕冲不了水，味道很大",
            "公厕灯坏了，里面什么也看不见",
        ),
        done=("已更换门锁 {n} 把", "已更换水龙头", "已维修冲水器", "已修复并保洁"),
    ),
    Topic(
        key="bin", class_code="P0305", condition="箱体变形", limit=("3", "work_day"),
        photo="bins", unit="sanitation_1", weight=5, spot="pavement",
        seen=(
            "果皮箱箱体变形，箱门脱落",
            "果皮箱内桶缺失",
            "分类垃圾箱一侧箱体开裂",
            "垃圾箱锈蚀穿孔",
        ),
        told=(
            "路边垃圾箱坏了，垃圾掉一地",
            "垃圾箱的门没了，风一吹到处都是",
            "垃圾桶裂了，往外流脏水",
            "果皮箱被撞扁了",
        ),
        done=("已更换果皮箱", "已修复箱门", "已更换内桶并清洗"),
    ),
    Topic(
        key="tree_fallen", class_code="P0402", condition="倒伏", limit=("1", "work_day"),
        photo="tree", unit="parks", weight=5, spot="kerb",
        seen=(
            "行道树断枝，枝条搭在架空线上",
            "行道树倾斜，树干靠近车道",
            "法桐倒伏，占半幅车道",
            "国槐断枝 {n} 根，落在人行道",
        ),
        told=(
            "大风把树刮倒了，路过不去",
            "树枝断了挂在上面，随时要掉下来",
            "树歪得厉害，压着我家的线",
            "树倒在非机动车道上，只能走快车道",
        ),
        done=("已清理倒伏树木", "已修剪断枝", "已支撑扶正", "已清运枝条，恢复通行"),
    ),
    Topic(
        key="tree_trim", class_code="P0402", condition="修剪不及时", limit=("2", "work_day"),
        photo="plain", unit="parks", weight=3, spot="kerb",
        seen=("行道树枝条遮挡信号灯", "行道树下垂枝影响行人", "树枝遮挡路灯", "树枝伸入公交站亭"),
        told=(
            "树枝把红绿灯挡住了，开车看不见", "树枝太低，走路碰头", "树长得太密，屋里白天也要开灯",
            "树叶把路灯全挡了",
        ),
        done=("已修剪遮挡枝条", "已提升分枝点", "已修剪 {n} 株"),
    ),
    Topic(
        key="green_fence", class_code="P0408", condition="变形", limit=("3", "work_day"),
        photo="rail", unit="parks", weight=2, spot="kerb",
        seen=("绿地护栏损坏 {n} 节", "草坪护栏缺失约 {m} 米", "绿篱护栏锈蚀断开", "绿地护栏变形外翻"),
        told=("草坪边上的栏杆断了，尖头朝外", "绿化带护栏被撞烂了", "公园护栏少了一截", "护栏锈断了，孩子爱往里钻"),
        done=("已更换护栏 {n} 节", "已焊接加固", "已补装"),
    ),
    Topic(
        key="bus_stop", class_code="P0204", condition="亭体或附件歪倒", limit=("1", "work_day"),
        photo="sign", unit="bus", weight=2, spot="pavement",
        seen=("公交站牌歪斜", "候车亭座椅断裂", "公交站牌立柱折断", "候车亭顶棚松动"),
        told=("站牌倒了，看不见几路车", "候车亭的凳子断了，扎手", "站亭顶上的板子快掉了", "公交站牌歪着，怕砸到人"),
        done=("已扶正站牌", "已更换座椅", "已加固顶棚"),
    ),
)
# fmt: on
