"""The standard kinds of asset and their attributes. No Django.

Class codes: GB/T 30428.2-2013 as used in the public filing tables of Yuncheng (Shanxi). Codes of 电力井盖, 通信井盖,
消防设施, 交通标志牌 and 交通信号灯 are inferred from the order of CJ/T 214-2007; a city checks them.
"""

from chengyun.city.assets.specs import AssetType
from chengyun.kernel.specs import Field

COVER_FIELDS = (
    Field(
        key="shape",
        label="形状",
        kind="choice",
        choices=(("round", "圆形"), ("square", "方形"), ("other", "其他")),
    ),
    Field(
        key="material",
        label="材质",
        kind="choice",
        choices=(
            ("iron", "球墨铸铁"),
            ("composite", "复合材料"),
            ("concrete", "钢纤维混凝土"),
            ("other", "其他"),
        ),
    ),
    Field(key="size_mm", label="规格", kind="int", unit="毫米", minimum=100, maximum=5000),
    Field(
        key="standing",
        label="设置位置",
        kind="choice",
        choices=(
            ("carriageway", "车行道"),
            ("cycleway", "非机动车道"),
            ("pavement", "人行道"),
            ("green", "绿地"),
        ),
    ),
    Field(key="net", label="防坠网", kind="bool"),
)
BUILT = Field(key="built", label="建成日期", kind="date")
POLE = Field(key="pole", label="杆号", max_length=30)
HEIGHT = Field(key="height_m", label="高度", kind="decimal", unit="米", minimum=0, maximum=100)
LENGTH = Field(key="length_m", label="长度", kind="decimal", unit="米", minimum=0, maximum=100_000)
MATERIAL = Field(key="material", label="材质", max_length=30)
VOLTAGE = Field(key="voltage", label="电压等级", max_length=20)
SPECIES = Field(key="species", label="树种", max_length=30)
GIRTH = Field(key="girth_cm", label="胸径", kind="decimal", unit="厘米", minimum=0, maximum=1000)
HOURS = Field(key="hours", label="开放时间", max_length=40, hint="如 06:00–22:00")
LAMP_FIELDS = (
    POLE,
    Field(key="power_w", label="功率", kind="int", unit="瓦", minimum=1, maximum=5000),
    Field(
        key="source",
        label="光源",
        kind="choice",
        choices=(("led", "LED"), ("sodium", "高压钠灯"), ("halide", "金卤灯"), ("other", "其他")),
    ),
    Field(key="circuit", label="回路", max_length=30),
    HEIGHT,
    BUILT,
)


def _cover(key: str, label: str, code: str) -> AssetType:
    return AssetType(key=key, label=label, code=code, sign="cover", fields=COVER_FIELDS)


TYPES = (
    _cover("water_cover", "上水井盖", "0101"),
    _cover("sewage_cover", "污水井盖", "0102"),
    _cover("rain_cover", "雨水井盖", "0103"),
    _cover("rain_grate", "雨水箅子", "0104"),
    _cover("power_cover", "电力井盖", "0105"),
    _cover("telecom_cover", "通信井盖", "0107"),
    _cover("heat_cover", "热力井盖", "0110"),
    _cover("gas_cover", "燃气井盖", "0111"),
    AssetType(
        key="hydrant",
        label="消防设施",
        code="0124",
        sign="other",
        fields=(
            Field(
                key="form",
                label="形式",
                kind="choice",
                choices=(("above", "地上式"), ("below", "地下式")),
            ),
            Field(
                key="pipe_mm", label="接管口径", kind="int", unit="毫米", minimum=50, maximum=500
            ),
        ),
    ),
    AssetType(
        key="telecom_box",
        label="通信交接箱",
        code="0127",
        sign="power",
        fields=(Field(key="number", label="箱号", max_length=30), MATERIAL),
    ),
    AssetType(
        key="power_box",
        label="变压器（配电箱）",
        code="0128",
        sign="power",
        fields=(
            Field(key="number", label="设备编号", max_length=30),
            VOLTAGE,
            Field(
                key="capacity_kva",
                label="容量",
                kind="int",
                unit="千伏安",
                minimum=1,
                maximum=100_000,
            ),
        ),
    ),
    AssetType(key="lamp", label="路灯", code="0137", sign="lamp", fields=LAMP_FIELDS),
    AssetType(key="scene_lamp", label="景观灯", code="0139", sign="lamp", fields=LAMP_FIELDS),
    AssetType(
        key="news_stand",
        label="报刊亭",
        code="0140",
        sign="building",
        fields=(Field(key="licence", label="许可证号", max_length=40), HOURS),
    ),
    AssetType(
        key="fitness",
        label="户外健身设施",
        code="0146",
        sign="other",
        fields=(Field(key="kind", label="器材", max_length=40), BUILT),
    ),
    AssetType(
        key="parking",
        label="停车泊位",
        code="0201",
        sign="traffic",
        fields=(
            Field(key="spaces", label="泊位数", kind="int", unit="个", minimum=0, maximum=100_000),
            Field(
                key="chargers", label="充电桩数", kind="int", unit="个", minimum=0, maximum=100_000
            ),
            Field(key="charged", label="收费", kind="bool"),
        ),
    ),
    AssetType(
        key="bus_stop",
        label="公交站亭",
        code="0204",
        sign="traffic",
        fields=(
            Field(key="stop", label="站名", max_length=40),
            Field(key="lines", label="停靠线路", max_length=200),
            Field(key="shelter", label="有候车亭", kind="bool"),
        ),
    ),
    AssetType(
        key="road_plate",
        label="路名牌",
        code="0212",
        sign="traffic",
        fields=(Field(key="road", label="路名", max_length=40), MATERIAL),
    ),
    AssetType(
        key="traffic_sign",
        label="交通标志牌",
        code="0213",
        sign="traffic",
        fields=(Field(key="content", label="标志内容", max_length=60), POLE),
    ),
    AssetType(
        key="signal",
        label="交通信号灯",
        code="0214",
        sign="traffic",
        fields=(Field(key="crossing", label="路口", max_length=60), POLE, BUILT),
    ),
    AssetType(
        key="barrier",
        label="交通护栏",
        code="0217",
        sign="fence",
        fields=(LENGTH, HEIGHT, MATERIAL),
    ),
    AssetType(
        key="toilet",
        label="公共厕所",
        code="0301",
        sign="building",
        fields=(
            Field(
                key="grade",
                label="类别",
                kind="choice",
                choices=(("1", "一类"), ("2", "二类"), ("3", "三类"), ("0", "未定类")),
            ),
            Field(key="seats", label="厕位数", kind="int", unit="个", minimum=0, maximum=1000),
            Field(key="barrier_free", label="无障碍厕位", kind="bool"),
            HOURS,
        ),
    ),
    AssetType(
        key="bin",
        label="垃圾箱（果皮箱、桶）",
        code="0305",
        sign="bin",
        fields=(
            Field(
                key="sorts",
                label="分类",
                kind="choice",
                choices=(("2", "两分类"), ("4", "四分类"), ("0", "不分类")),
            ),
            Field(key="litres", label="容积", kind="int", unit="升", minimum=1, maximum=10_000),
            MATERIAL,
        ),
    ),
    AssetType(
        key="old_tree",
        label="古树名木",
        code="0401",
        sign="tree",
        fields=(
            Field(key="plate", label="挂牌编号", required=True, max_length=30),
            SPECIES,
            Field(key="age", label="树龄", kind="int", unit="年", minimum=0, maximum=5000),
            GIRTH,
            HEIGHT,
        ),
    ),
    AssetType(
        key="street_tree",
        label="行道树",
        code="0402",
        sign="tree",
        fields=(SPECIES, GIRTH, HEIGHT, Field(key="planted", label="种植日期", kind="date")),
    ),
    AssetType(
        key="bench",
        label="街头座椅",
        code="0407",
        sign="other",
        fields=(MATERIAL,),
    ),
    AssetType(
        key="green_fence",
        label="绿地护栏",
        code="0408",
        sign="fence",
        fields=(LENGTH, HEIGHT, MATERIAL),
    ),
)
