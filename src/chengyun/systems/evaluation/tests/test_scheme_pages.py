"""The pages of schemes and scores, as people use them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from docx import Document
from pytest_django.fixtures import Settings

from chengyun.city.cases.factories import make_working_city
from chengyun.city.cases.models import Case
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.kernel import outbox
from chengyun.kernel.models import Message
from chengyun.systems.evaluation.models import (
    AssessmentScheme,
    ScoreAppeal,
    ScoreEntry,
    ScoreExclusion,
    ScoreSheet,
)
from chengyun.systems.evaluation.scores import draft_of, rules_of
from chengyun.systems.evaluation.services.appeals import appeal, refuse_appeal
from chengyun.systems.evaluation.services.giving import decide, enter
from chengyun.systems.evaluation.services.schemes import begin_draft
from chengyun.systems.evaluation.services.sheets import compute, publish
from chengyun.systems.evaluation.tests.october import DISTRICT, OCTOBER, happen, november, scheme

pytestmark = pytest.mark.django_db
BASE = "/evaluation/schemes/"
MONTH = f"{BASE}month/"


@pytest.fixture(autouse=True)
def later() -> Iterator[None]:
    """Everything is looked at on the fifth of November."""
    with november():
        yield


@pytest.fixture
def cast(settings: Settings, tmp_path: Path) -> Cast:
    settings.FACTS = tmp_path / "facts"
    return make_working_city()


@pytest.fixture
def cases(cast: Cast) -> list[Case]:
    return happen(cast)


def text(answer: Any) -> str:
    words: str = answer.content.decode()
    return words


def see(client: Client, url: str, **values: str) -> str:
    answer = client.get(url, values)
    assert answer.status_code == 200, text(answer)
    return text(answer)


def post(client: Client, url: str, status: int = 303, /, **values: object) -> str:
    answer = client.post(url, values)
    assert answer.status_code == status, text(answer)
    return text(answer) if status != 303 else answer["Location"]


def published(cast: Cast) -> ScoreSheet:
    made = scheme(cast)
    return publish(compute(made, OCTOBER, by=cast.evaluator), by=cast.evaluator)


STEPS = {
    "indicator": "close_rate", "weight": "60", "full": "10", "method": "steps",
    "target": "95", "step": "5", "cut": "1", "missing": "share",
}  # fmt: skip
BANDS = {
    "indicator": "rework", "weight": "40", "full": "100", "method": "bands",
    "bands": "0 100\n5 60\n以上 0", "missing": "full",
}  # fmt: skip
DRAFT = f"{MONTH}draft/"
FORCE = {"start": "2026-10-01", "note": "第一版"}


@pytest.fixture
def made(cast: Cast, client: Client) -> str:
    """A scheme with nothing in its draft yet but grades."""
    client.force_login(cast.evaluator)
    values = {"name": "月度考核", "key": "month", "group": "district", "pattern": "empty"}
    return post(client, f"{BASE}new/", **values)


def test_a_scheme_begins_from_a_published_one_or_empty(cast: Cast, client: Client) -> None:
    client.force_login(cast.evaluator)
    assert "还没有考核方案" in see(client, BASE)
    assert "成都市金牛区" in see(client, f"{BASE}new/")
    values = {"name": "月度考核", "key": "Month 1", "group": "district", "pattern": "empty"}
    assert "代号" in post(client, f"{BASE}new/", 422, **values)
    assert "不能用来考核" in post(
        client, f"{BASE}new/", 422, **{**values, "key": "month", "pattern": "department"}
    )
    assert post(client, f"{BASE}new/", **{**values, "key": "month"}) == DRAFT
    assert "方案里还没有考核项" in see(client, DRAFT)


def test_items_are_written_and_the_checker_speaks(made: str, client: Client) -> None:
    counted = {**STEPS, "indicator": "inst", "method": "rate"}
    assert "不是比率" in post(client, f"{made}add/", 422, **counted)
    assert "要有名称" in post(client, f"{made}add/", 422, **{**STEPS, "indicator": ""})
    post(client, f"{made}add/", **STEPS)
    assert "已经在方案里" in post(client, f"{made}add/", 422, **STEPS)
    page = see(client, made)
    assert "达到 95% 得满分；每低 5 个百分点扣 1 分，不满一步不扣，扣完为止。" in page
    assert "权重合计 60%，要正好 100%。" in page
    assert "草稿还有 1 处不对" in post(client, f"{made}force/", 422, **FORCE)
    assert "看不懂「五 100」" in post(client, f"{made}add/", 422, **{**BANDS, "bands": "五 100"})
    post(client, f"{made}add/", **BANDS)
    assert "没有发现问题" in see(client, made)
    post(client, f"{made}force/", **FORCE)
    page = see(client, MONTH)
    assert "现行的第 1 版" in page and "起草新版" in page
    assert client.get(made).status_code == 302
    assert "第一版" in see(client, f"{MONTH}editions/1/")
    assert client.get(f"{MONTH}editions/2/").status_code == 404


def test_classes_of_districts_have_targets_of_their_own(made: str, client: Client) -> None:
    post(client, f"{made}add/", **{**STEPS, "weight": "100"})
    classes = "一类：东昌府区\n二类：茌平区"
    parts = {"grades": "A 90\nB 60\nC 0", "classes": classes, "vetoes": "发生亡人事故 0"}
    refused = post(client, f"{made}parts/", 422, **{**parts, "classes": "一类：巴黎"})
    assert "不考核「巴黎」" in refused
    refused = post(client, f"{made}parts/", 422, **{**parts, "grades": "A"})
    assert "要写名称、空格和一个数" in refused
    post(client, f"{made}parts/", **{**parts, "classes": "一类：东昌府区"})
    page = see(client, made)
    assert "还没有分类：" in page and "茌平区" in page and "总分记 0 分" in page
    post(client, f"{made}parts/", **parts)
    assert "二类的目标值" in see(client, f"{made}0/")
    post(client, f"{made}0/", **{**STEPS, "weight": "100", "target_1": "90"})
    page = see(client, made)
    assert "，二类 90%；" in page and "没有发现问题" in page


def test_the_draft_stands_beside_what_is_in_force(
    cast: Cast, cases: list[Case], client: Client
) -> None:
    made = scheme(cast)
    client.force_login(cast.evaluator)
    post(client, f"{MONTH}begin/")
    post(client, f"{MONTH}begin/", 409)
    draft = draft_of(made)
    assert draft is not None
    version = draft.version
    item = {"indicator": "dispose_rate", "weight": "50", "full": "100", "method": "rate",
            "missing": "full"}  # fmt: skip
    post(client, f"{MONTH}draft/0/", version=version, **item)
    post(client, f"{MONTH}draft/0/", 409, version=version, **item)
    post(client, f"{MONTH}draft/1/drop/", version=version + 1)
    page = see(client, f"{MONTH}compare/", period="2026-10")
    assert (
        "「处置率」：权重由 30% 改为 50%；没有数据时由 不计，权重分给别的项 改为 给满分。" in page
    )
    assert "去掉「按期处置率」（20%）。" in page
    assert page.count("100.00") >= 3, "the draft gives the other district full marks for nothing"
    assert "现行" in page and "草稿" in page
    assert client.get(f"{MONTH}compare/", {"period": "2027"}).status_code == 404
    manual = {"indicator": "", "label": "现场查看", "weight": "20", "full": "20",
              "method": "", "missing": "await"}  # fmt: skip
    post(client, f"{MONTH}draft/add/", version=version + 2, **manual)
    page = see(client, f"{MONTH}compare/", period="2026-10")
    assert "还没有人给分的，这里不计：现场查看。" in page and page.count("100.00") >= 3
    post(client, f"{MONTH}draft/drop/", version=version + 3)
    assert draft_of(made) is None and rules_of(made.editions.get()).items[0].weight == 30
    assert client.get(f"{MONTH}compare/").status_code == 404


def test_scores_are_computed_published_and_read(
    cast: Cast, cases: list[Case], client: Client
) -> None:
    made = scheme(cast)
    client.force_login(cast.evaluator)
    where = post(client, f"{MONTH}compute/", period="2026-10")
    page = see(client, where)
    assert "没有发布" in page and "100.00%" in page and "2/2" in page
    assert "/evaluation/indicators/intime_dispose_rate/?period=2026-10" in page
    client.force_login(cast.supervisor)
    assert client.get(where).status_code == 404
    assert client.post(f"{where}publish/").status_code == 403
    client.force_login(cast.evaluator)
    assert "不能撤回" in see(client, f"{where}publish/")
    post(client, f"{where}publish/")
    client.force_login(cast.supervisor)
    page = see(client, where)
    assert "城管考〔2026〕1号" in page and "没有数据，不计" in page
    assert "城管考〔2026〕1号" in see(client, BASE)
    client.force_login(cast.department)
    page = see(client, where)
    assert "/evaluation/indicators/" not in page, "a unit has no right to the figures"
    client.force_login(cast.inspector)
    assert client.get(where).status_code == 403
    client.force_login(cast.evaluator)
    for values, status, sentence in (
        ({"period": "十月"}, 404, "看不懂统计期"),
        ({"period": "2026-12"}, 404, "还没有开始"),
        ({"period": ""}, 422, "统计期"),
        ({"period": "2025-10"}, 409, "还没有启用的版本"),
    ):
        assert sentence in post(client, f"{MONTH}compute/", status, **values)
    assert made.sheets.count() == 1


def test_the_word_file_has_ranks_points_and_the_method(
    cast: Cast, cases: list[Case], client: Client
) -> None:
    sheet = published(cast)
    client.force_login(cast.leader)
    answer = client.get(f"{MONTH}scores/{sheet.pk}/word/")
    paper = Document(io.BytesIO(answer.content))
    ranks = [[cell.text for cell in row.cells] for row in paper.tables[0].rows]
    assert ranks[:2] == [["名次", "区县", "总分", "等级"], ["1", "东昌府区", "100.00", "A"]]
    assert paper.tables[1].rows[1].cells[1].text.splitlines() == ["30.00", "100.00% 2/2"]
    words = "\n".join(paragraph.text for paragraph in paper.paragraphs)
    assert "处置率，权重 30%，满分 100 分：满分 × 处置率。" in words
    assert sheet.mark in words and "记录链封存值" in words


def test_two_people_give_a_score_and_a_reason_keeps_a_district_out(
    cast: Cast, cases: list[Case], client: Client
) -> None:
    client.force_login(cast.evaluator)
    made = scheme(cast)
    post(client, f"{MONTH}begin/")
    post(client, f"{MONTH}draft/parts/", grades="A 90\nB 0", classes="", vetoes="亡人事故 0")
    post(client, f"{MONTH}draft/force/", start="2026-02-01", note="加否决项")
    given = f"{MONTH}given/"
    assert "这一期还没有人工评分" in see(client, given)
    entered = {"group": DISTRICT, "item": "veto:亡人事故", "reason": "10 月 8 日的事故"}
    post(client, f"{given}enter/?period=2026-10", **entered)
    post(client, f"{given}enter/?period=2026-10", 422, **{**entered, "reason": " "})
    entry = ScoreEntry.objects.get()
    decide = f"{given}{entry.pk}/decide/"
    post(client, decide, 403, decision="approve")
    assert "通过</button>" not in see(client, given)
    client.force_login(cast.leader)
    assert "通过</button>" in see(client, given)
    post(client, decide, 422, decision="refuse", answer="")
    post(client, decide, decision="approve")
    post(client, decide, 409, decision="approve")
    client.force_login(cast.evaluator)
    others = "371523"
    post(client, f"{given}exclude/?period=2026-10", group=others, item="", reason="平台停机")
    post(client, f"{given}exclude/?period=2026-10", 422, group="", item="", reason="全部")
    page = see(client, post(client, f"{MONTH}compute/", period="2026-10"))
    assert "否决：亡人事故，否决前 100.00" in page
    assert "不参加：平台停机" in page
    out = ScoreExclusion.objects.get()
    post(client, f"{MONTH}excluded/{out.pk}/readmit/")
    assert "这一期都计入" in see(client, given)
    assert made.editions.count() == 2


def test_a_district_appeals_and_the_answer_is_a_new_sheet(
    cast: Cast, cases: list[Case], client: Client
) -> None:
    sheet = published(cast)
    where = f"{MONTH}scores/{sheet.pk}/"
    client.force_login(cast.supervisor)
    page = see(client, where)
    assert page.count("申诉</a>") == 1, "only for its own district"
    asked = f"{where}appeal/?group={DISTRICT}"
    assert "东昌府区对2026 年 10 月成绩申诉" in see(client, asked)
    assert client.get(f"{where}appeal/?group=371523").status_code == 404
    post(client, asked, 422, item="rework_rate", reason="")
    post(client, asked, item="rework_rate", reason="有一次返工不该算")
    post(client, asked, 409, item="rework_rate", reason="有一次返工不该算")
    row = ScoreAppeal.objects.get()
    client.force_login(cast.leader)
    assert "有一次返工不该算" in see(client, where)
    answer = f"{MONTH}appeals/{row.pk}/answer/"
    post(client, answer, 422, decision="grant", answer="核过", score="")
    post(client, answer, 422, decision="grant", answer="核过", score="101")
    post(client, answer, 422, decision="refuse", answer=" ")
    corrected = post(client, answer, decision="grant", answer="核过记录", score="90")
    page = see(client, corrected)
    assert "和更正前比" in page and "-2.00" in page and "申诉成立：核过记录" in page
    page = see(client, where)
    assert "后来又发布过新的成绩" in page and "100.00" in page
    assert ScoreSheet.objects.exclude(published_at=None).count() == 2


def test_who_may_not_is_told(cast: Cast, cases: list[Case], client: Client) -> None:
    made = scheme(cast)
    begin_draft(made, by=cast.evaluator)
    client.force_login(cast.leader)
    for url in (f"{BASE}new/", f"{MONTH}draft/", f"{MONTH}compare/", f"{MONTH}draft/parts/"):
        assert client.get(url).status_code == 403, url
    for url in (f"{MONTH}compute/", f"{MONTH}given/enter/", f"{MONTH}draft/force/"):
        assert client.post(url).status_code == 403, url
    assert client.get(f"{BASE}other/").status_code == 404
    client.force_login(cast.charlie)
    assert client.get(BASE).status_code == 403
    assert AssessmentScheme.objects.count() == 1


def titles(person: User) -> list[str]:
    outbox.deliver_due()
    return list(Message.objects.filter(person_id=person.pk).values_list("title", flat=True))


def test_those_concerned_are_told(cast: Cast, cases: list[Case]) -> None:
    made = scheme(cast)
    veto = enter(made, OCTOBER, DISTRICT, "veto:亡人事故", None, "事故", by=cast.evaluator)
    assert titles(cast.leader) == ["2026 年 10 月月度考核有人工评分待审核"]
    assert titles(cast.evaluator) == [], "who entered it knows"
    decide(veto, False, "不是这里的", by=cast.leader)
    sheet = publish(compute(made, OCTOBER, by=cast.evaluator), by=cast.evaluator)
    assert titles(cast.supervisor) == ["2026 年 10 月月度考核成绩已发布"]
    row = appeal(sheet, DISTRICT, "rework_rate", "不该算", by=cast.supervisor)
    assert "东昌府区对2026 年 10 月月度考核的「返工率」申诉" in titles(cast.evaluator)
    refuse_appeal(row, "没有错", by=cast.evaluator)
    assert "东昌府区的「返工率」申诉不成立" in titles(cast.supervisor)
    assert titles(cast.inspector) == []
