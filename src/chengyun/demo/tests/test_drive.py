"""The drive of ``./run --check``: its ways fit the tables, its words are found, its table tells what differs."""

import csv
import gzip
import random
from collections import Counter
from pathlib import Path

import pytest

from chengyun.city.cases.workflow import LEDGER, STANDARD
from chengyun.demo.drive import words
from chengyun.demo.drive.door import Answer, Upload
from chengyun.demo.drive.tally import Row, flows, table
from chengyun.demo.drive.ways import (
    AFTER_THE_LIMIT,
    ANOTHER_INSPECTOR,
    BY_ITSELF,
    FINDING_WAYS,
    WAYS,
    Way,
    asked_of,
    spread,
)
from chengyun.demo.scenario.texts import TOPICS
from chengyun.kernel.specs import Workflow


def walked(flow: Workflow, start: str, way: Way) -> str:
    """The state a way ends in."""
    state, marks = start, {"simple" if way.simple else "reachable"} & {*flow.given}
    named_by = {"=cause": way.cause, "=watch_level": way.watch}
    within = {mark.key: mark.within for mark in flow.marks}
    for verb in way.verbs:
        found = [s for s in flow.steps if s.verb == verb and state in s.source]
        step = next((s for s in found if marks >= {*s.where} and not marks & {*s.unless}), None)
        assert step is not None, (state, marks, verb)
        state = step.target or state
        marks = marks - {*step.lifts} | {named_by.get(key, key) for key in step.puts}
        marks |= {"shared"} if way.helped and verb == "dispatch" else set()
        marks = {key for key in marks if not within[key] or state in within[key]}
    return state


def test_every_way_is_one_the_table_allows_and_every_verb_is_taken() -> None:
    ends = {walked(STANDARD, STANDARD.start, way) for way in WAYS}
    assert ends == {state.key for state in STANDARD.states}
    taken = {verb for way in WAYS for verb in way.verbs}
    assert taken == {*STANDARD.verbs()} - BY_ITSELF - AFTER_THE_LIMIT - ANOTHER_INSPECTOR
    ends = {walked(LEDGER, "rectifying", way) for way in FINDING_WAYS}
    assert ends == {"rectifying", "rectified", "cleared", "voided"}


def test_two_hundred_reports_take_every_way_by_its_share() -> None:
    assert sum(way.share for way in WAYS) == 200
    taken = Counter(spread(WAYS, 200))
    assert taken == Counter({way: way.share for way in WAYS})
    assert asked_of(taken.elements())["close"] > 150
    assert len({way.verbs for way in spread(WAYS, 40)}) > 5


def test_without_the_folder_the_demo_speaks_for_itself(tmp_path: Path) -> None:
    origin, said = words.messages(tmp_path, 30, random.Random(1))
    assert origin == words.OWN
    assert len({message.text for message in said}) > 25


def test_messages_of_the_city_s_kind_are_taken_whole(tmp_path: Path) -> None:
    path = tmp_path / words.MESSAGES
    path.parent.mkdir()
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["row_id", "label_l1", "text_segmented", "has_raw", "title", "body"])
        rows.writerow([1, "城乡建设", "", 1, "井盖丢了", "雨水井盖不见，井口裸露。"])
        rows.writerow([2, "城乡建设", "只有分词", 0, "", ""])
        rows.writerow([3, "教育文体", "", 1, "学校", "与城管无关"])
    origin, said = words.messages(tmp_path, 2, random.Random(1))
    assert origin == words.REAL
    assert [message.text for message in said] == ["井盖丢了。雨水井盖不见，井口裸露。"] * 2
    assert "cover" in said[0].topic.key or "manhole" in said[0].topic.photo


@pytest.mark.data
def test_real_messages_find_different_topics(data: Path) -> None:
    origin, said = words.messages(data, 200, random.Random(1))
    assert origin == words.REAL
    assert len({message.text for message in said}) == 200
    assert len({message.topic.key for message in said}) > len(TOPICS) / 3


def test_the_table_tells_where_sources_differ() -> None:
    rows = [
        Row(label="受理", asked=9, answered=9, audited=9),
        Row(label="结案", asked=9, answered=8, audited=8),
        Row(label="只有一处", answered=3),
    ]
    assert [row.agrees for row in rows] == [True, False, False]
    lines = table(rows)
    assert [line.split()[-1] for line in lines[1:]] == ["相符", "不符", "不符"]
    assert lines[1].index("9") == lines[2].index("9")


def test_audit_rows_tell_who_stands_where() -> None:
    acts, standing = flows(
        [
            {"verb": "case.report", "from": "", "to": "reported", "count": 5},
            {"verb": "case.accept", "from": "reported", "to": "accepted", "count": 3},
            {"verb": "case.void", "from": "accepted", "to": "voided", "count": 1},
            {"verb": "user.login", "from": "", "to": "", "count": 4},
        ]
    )
    assert acts["case.accept"] == 3
    assert acts["user.login"] == 4
    assert standing == {"case.reported": 2, "case.accepted": 2, "case.voided": 1}


def test_a_file_is_sent_as_a_browser_does() -> None:
    sent = Upload(content=b"\xff\xd8", name="现场.jpg").form("edge")
    assert sent.startswith(b"--edge\r\n")
    assert "现场.jpg".encode() in sent
    assert sent.endswith(b"\xff\xd8\r\n--edge--\r\n")


def test_an_answer_gives_its_sentence() -> None:
    assert Answer(status=409, body={"message": "慢了一步。"}).sentence == "慢了一步。"
    assert Answer(status=502, body="<html>").sentence == ""
    assert Answer(status=201, body={}).done
