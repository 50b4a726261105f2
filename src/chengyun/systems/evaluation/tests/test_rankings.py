"""The ranking page: who comes first, what each number was counted of, and the cases behind it."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.utils.timezone import localdate
from docx import Document
from pytest_django.fixtures import Settings

from chengyun.city.cases.factories import drive, make_case, make_working_city
from chengyun.city.cases.models import Case
from chengyun.city.indicators.services import tell_lake
from chengyun.city.indicators.tests.elsewhere import ROWS, Elsewhere
from chengyun.city.people.factories import Cast
from chengyun.kernel import audit, clock
from chengyun.kernel.params import set_param
from chengyun.kernel.recent import forget_everything
from chengyun.science.periods import month_of

pytestmark = pytest.mark.django_db
RANKING, FIGURE = "/evaluation/ranking/", "/evaluation/indicators/"


@pytest.fixture
def cast(settings: Settings, tmp_path: Path) -> Cast:
    settings.FACTS = tmp_path / "facts"
    return make_working_city()


@pytest.fixture
def cases(cast: Cast) -> list[Case]:
    """One closed, one filed, one only reported; all in the first district."""
    made = [
        drive(make_case(cast), cast, "closed"),
        drive(make_case(cast), cast, "filed"),
        make_case(cast),
    ]
    audit.seal_new()
    tell_lake()
    return made


def this_month() -> str:
    return month_of(localdate(clock.now())).key


def words_of(client: Client, url: str, **values: str) -> str:
    """What a page says, of this month unless other days are asked for."""
    asked = values if "from" in values else {"period": this_month(), **values}
    answer = client.get(url, asked)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def test_the_ranking_shows_numbers_with_what_they_were_counted_of(
    cast: Cast, cases: list[Case], client: Client
) -> None:
    client.force_login(cast.leader)
    page = words_of(client, RANKING, sort="inst_rate")
    assert "立案率排名" in page
    assert "100.00%</a><small>2/2</small>" in page
    assert page.index("东昌府区") < page.index("茌平区")
    assert "进行中，算到现在" in page


def test_another_month_has_nothing_and_says_so(
    cast: Cast, cases: list[Case], client: Client
) -> None:
    client.force_login(cast.leader)
    long_ago = month_of(localdate(clock.now())).back(30)
    page = words_of(client, RANKING, period=long_ago.key)
    assert "进行中" not in page
    assert "%</a>" not in page, "nothing is divided by nothing"
    assert "这段时间没有案件" in words_of(client, RANKING, period=long_ago.key, by="unit")


def test_a_district_sees_itself_alone(cast: Cast, cases: list[Case], client: Client) -> None:
    client.force_login(cast.supervisor)
    page = words_of(client, RANKING)
    assert "东昌府区" in page
    assert "茌平区" not in page


def test_in_the_first_days_of_a_month_the_one_before_is_shown(cast: Cast, client: Client) -> None:
    client.force_login(cast.leader)
    with clock.at(datetime(2026, 3, 2, 4, tzinfo=UTC)):
        assert "2026 年 2 月" in client.get(RANKING).content.decode()
    with clock.at(datetime(2026, 3, 4, 4, tzinfo=UTC)):
        assert "2026 年 3 月" in client.get(RANKING).content.decode()


def test_who_has_no_right_is_told(cast: Cast, client: Client) -> None:
    client.force_login(cast.inspector)
    assert client.get(RANKING).status_code == 403
    assert client.get(FIGURE + "inst/").status_code == 403


def test_every_number_opens_into_its_cases(cast: Cast, cases: list[Case], client: Client) -> None:
    client.force_login(cast.leader)
    closed, filed, reported = (case.short_code for case in cases)
    part = words_of(client, FIGURE + "inst_rate/")
    assert (closed in part, filed in part, reported in part) == (True, True, False)
    assert "立案数 2" in part
    assert "受理数 2" in part
    failed = words_of(client, FIGURE + "close_rate/", side="not", group="371502")
    assert closed not in failed
    every = words_of(client, FIGURE + "report/")
    assert all(code in every for code in (closed, filed, reported))


def test_what_a_rate_is_counted_of_is_the_city_s_choice(
    cast: Cast, cases: list[Case], client: Client
) -> None:
    set_param("indicator.inst_rate.whole", "3715", "report", by=cast.admin)
    forget_everything()
    client.force_login(cast.leader)
    page = words_of(client, FIGURE + "inst_rate/")
    assert "66.67%" in page
    assert "上报数 3" in page


@pytest.mark.parametrize(
    ("url", "values", "status", "sentence"),
    [
        (RANKING, {"period": "十月"}, 422, "看不懂统计期"),
        (RANKING, {"period": "1999"}, 422, "2000"),
        (RANKING, {"period": "0000-01"}, 422, "2000"),
        (RANKING, {"period": "2998"}, 422, "还没有开始"),
        (FIGURE + "inst/", {"group": "999999"}, 404, "没有这个分组"),
        (RANKING, {"by": "class", "sort": "inst_rate"}, 422, "按大类分组没有「立案率」可排"),
        (RANKING, {"by": "planet"}, 422, "没有这样的分组"),
        (RANKING, {"sort": "beauty"}, 422, "没有这样的分组或指标"),
        (RANKING, {"by": "unit", "sort": "inst_rate"}, 422, "按部门分组没有「立案率」可排"),
        (FIGURE + "beauty/", {}, 404, "没有这个指标"),
        (FIGURE + "satisfaction_rate/", {}, 404, "还没有数据"),
        (FIGURE + "report/", {"by": "unit"}, 404, "这样分组没有这个指标"),
    ],
)
def test_a_wrong_address_gets_a_sentence(
    cast: Cast, client: Client, url: str, values: dict[str, str], status: int, sentence: str
) -> None:
    client.force_login(cast.leader)
    answer = client.get(url, values)
    assert answer.status_code == status
    assert sentence in answer.content.decode()


def test_indicators_without_facts_say_what_they_wait_for(
    cast: Cast, cases: list[Case], client: Client
) -> None:
    client.force_login(cast.leader)
    page = words_of(client, FIGURE)
    assert "暂无数据，等回访记录" in page


def test_the_word_file_has_the_table_of_the_page(
    cast: Cast, cases: list[Case], client: Client
) -> None:
    client.force_login(cast.leader)
    answer = client.get("/evaluation/ranking/word/", {"sort": "inst_rate", "period": this_month()})
    assert "docx" in answer["Content-Disposition"]
    paper = Document(io.BytesIO(answer.content))
    ranks = [[cell.text for cell in row.cells] for row in paper.tables[0].rows]
    assert ranks[0] == ["名次", "区县", "立案率", "怎样得来"]
    assert ranks[1] == ["1", "东昌府区", "100.00%", "2/2"]
    assert ranks[-1] == ["", "合计", "100.00%", "2/2"]
    assert any("立案数 ÷ 受理数" in paragraph.text for paragraph in paper.paragraphs)


def test_the_history_of_another_system_is_ranked_in_its_own_words(
    cast: Cast, client: Client, tmp_path: Path
) -> None:
    other = Elsewhere(tmp_path)
    client.force_login(cast.leader)
    assert "谁的历史" not in words_of(client, RANKING)
    other.imported(other.write(*ROWS))
    forget_everything()
    asked = {"origin": "elsewhere", "from": "2015-03-01", "to": "2015-03-31"}
    page = words_of(client, RANKING, **asked)
    assert "谁的历史" in page and "进行中" not in page
    assert page.index("North") < page.index("未知") and "东昌府区" not in page
    found = words_of(client, FIGURE + "intime_dispose_rate/", side="not", **asked)
    assert "A2" in found and "A3" in found and "/cases/A2/" not in found
    client.force_login(cast.supervisor)
    assert client.get(RANKING, asked).status_code == 403
    client.force_login(cast.leader)
    assert "没有导入过来源" in client.get(RANKING, {"origin": "paris"}).content.decode()
