"""Invented people and the bodies they work for. Nobody here exists; telephone numbers are from an unused block."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢"
# fmt: off
GIVEN = (
    "建国", "文静", "启明", "晓燕", "国梁", "立新", "长河", "丽华", "志强", "秀英", "海涛",
    "春梅", "永刚", "玉兰", "明辉", "雪莲", "庆林", "桂芳", "世杰", "红霞", "宝山", "淑珍",
    "振华", "爱民", "光明", "小军", "慧敏", "德胜", "月娥", "新宇", "金凤", "成林", "瑞雪",
    "东升", "兰英", "福来", "思远", "佳怡", "浩然", "子涵", "一鸣", "婷婷", "伟", "敏", "静",
    "磊", "洋", "勇", "杰", "娟", "涛", "超", "霞", "平", "刚", "玲", "辉", "鹏", "丹", "颖",
)
# fmt: on
UNUSED_BLOCK = "1990000"  # 199 0000 xxxx: nobody's numbers


def name(rng: random.Random) -> str:
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


def names(rng: random.Random, taken: Iterable[str]) -> Iterator[str]:
    """Names without end, none of them twice and none that is taken."""
    seen = set(taken)
    while True:
        found = name(rng)
        if found not in seen:
            seen.add(found)
            yield found


def phone(rng: random.Random) -> str:
    return f"{UNUSED_BLOCK}{rng.randrange(10_000):04d}"


@dataclass(frozen=True, kw_only=True)
class Body:
    """A unit of the demo city; ``key`` is how topics name it, ``kind`` one of the platform's."""

    key: str
    code: str
    name: str
    short: str
    kind: str
    duties: str
    parent: str = "bureau"


BODIES = (
    Body(
        key="bureau",
        code="CG",
        name="聊城市城市管理局",
        short="市城管局",
        kind="bureau",
        duties="城市管理的主管部门",
        parent="",
    ),
    Body(
        key="centre",
        code="CG-JD",
        name="聊城市城市管理监督指挥中心",
        short="监督指挥中心",
        kind="centre",
        duties="受理、立案、派遣、核查、结案",
    ),
    Body(
        key="evaluation",
        code="CG-KP",
        name="聊城市城市管理局考评科",
        short="考评科",
        kind="department",
        duties="督查、考评、通报",
    ),
    Body(
        key="works",
        code="CG-SZ",
        name="聊城市市政工程处",
        short="市政工程处",
        kind="department",
        duties="道路、桥梁的养护维修",
    ),
    Body(
        key="lighting",
        code="CG-ZM",
        name="聊城市城市照明管理所",
        short="照明管理所",
        kind="department",
        duties="路灯和景观照明",
    ),
    Body(
        key="drainage",
        code="CG-PS",
        name="聊城市排水管理处",
        short="排水管理处",
        kind="department",
        duties="雨水、污水管网和泵站",
    ),
    Body(
        key="sanitation_1",
        code="CG-HW1",
        name="聊城市环境卫生第一服务中心",
        short="环卫一中心",
        kind="department",
        duties="光岳路以西的清扫保洁和公厕",
    ),
    Body(
        key="sanitation_2",
        code="CG-HW2",
        name="聊城市环境卫生第二服务中心",
        short="环卫二中心",
        kind="department",
        duties="光岳路以东的清扫保洁和渣土清运",
    ),
    Body(
        key="parks",
        code="CG-YL",
        name="聊城市园林绿化服务中心",
        short="园林绿化中心",
        kind="department",
        duties="行道树、公园和绿地",
    ),
    Body(
        key="rivers",
        code="CG-SX",
        name="聊城市城区水系管护中心",
        short="水系管护中心",
        kind="department",
        duties="东昌湖、古运河和城区河道保洁",
    ),
    Body(
        key="enforcement_1",
        code="CG-ZF1",
        name="聊城市城市管理执法支队一中队",
        short="执法一中队",
        kind="department",
        duties="古楼、柳园的市容秩序",
    ),
    Body(
        key="enforcement_2",
        code="CG-ZF2",
        name="聊城市城市管理执法支队二中队",
        short="执法二中队",
        kind="department",
        duties="新区、东城的市容秩序和户外广告",
    ),
    Body(
        key="enforcement_3",
        code="CG-ZF3",
        name="聊城市城市管理执法支队三中队",
        short="执法三中队",
        kind="department",
        duties="工地、渣土和违建",
    ),
    Body(
        key="traffic",
        code="JT-SS",
        name="聊城市道路交通设施服务中心",
        short="交通设施中心",
        kind="department",
        duties="护栏、标志和信号灯",
        parent="",
    ),
    Body(
        key="water",
        code="QY-GS",
        name="聊城市自来水公司（模拟）",
        short="自来水公司",
        kind="company",
        duties="供水管网和上水井",
        parent="",
    ),
    Body(
        key="heating",
        code="QY-RL",
        name="聊城市热力公司（模拟）",
        short="热力公司",
        kind="company",
        duties="供热管网和热力井",
        parent="",
    ),
    Body(
        key="gas",
        code="QY-RQ",
        name="聊城市燃气公司（模拟）",
        short="燃气公司",
        kind="company",
        duties="燃气管网和燃气井",
        parent="",
    ),
    Body(
        key="power",
        code="QY-DL",
        name="聊城市供电公司（模拟）",
        short="供电公司",
        kind="company",
        duties="变压器、电力井和电杆",
        parent="",
    ),
    Body(
        key="telecom",
        code="QY-TX",
        name="聊城市通信服务公司（模拟）",
        short="通信公司",
        kind="company",
        duties="通信线缆、交接箱和通信井",
        parent="",
    ),
    Body(
        key="bus",
        code="QY-GJ",
        name="聊城市公交公司（模拟）",
        short="公交公司",
        kind="company",
        duties="公交站亭和站牌",
        parent="",
    ),
    Body(
        key="police",
        code="GA",
        name="聊城市公安局城警联动大队",
        short="城警联动大队",
        kind="partner",
        duties="城警联动：协助处置阻碍执行职务、小广告号码、占道停车",
        parent="",
    ),
)
DEMO_ACCOUNTS = {
    "inspector": "周启明",
    "operator": "林晓燕",
    "supervisor": "马国梁",
    "dispatcher": "赵文静",
    "department": "孙立新",
    "evaluator": "于慧敏",
    "leader": "郭振华",
    "admin": "徐志强",
    "security": "韩雪莲",
    "auditor": "沈思远",
    "sender": "街面视频识别平台",
    "duty": "何敏",
}
