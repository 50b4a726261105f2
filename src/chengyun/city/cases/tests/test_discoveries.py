"""发现线索 at the door of algorithms: taken once, refused in one sentence with nothing kept, judged by one person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chengyun.city.cases.discoveries import all_together, by_algorithm, found_by, judged, tallies
from chengyun.city.cases.factories import (
    LAT,
    LON,
    make_camera,
    make_case,
    make_discovery,
    make_working_city,
    photo_bytes,
)
from chengyun.city.cases.models import Camera, Case, Discovery
from chengyun.city.cases.services import cameras, discoveries
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token
from chengyun.kernel import audit, clock
from chengyun.kernel.files import attachments_of
from chengyun.kernel.models import Attachment, Audit, File

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


@pytest.fixture
def camera(cast: Cast) -> Camera:
    return make_camera()


def caller(user: User) -> Client:
    raw, _ = issue_token(user, "试验", timedelta(days=1), by=None)
    client = Client(raise_request_exception=False)
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {raw}"
    return client


def sent(user: User, **changes: Any) -> Any:
    said = {
        "number": "S-1",
        "algorithm": "街面识别 2.1",
        "kind": "vendor",
        "confidence": "0.87",
        **{"x": "0.2", "y": "0.4", "w": "0.3", "h": "0.25"},
        "taken_at": (clock.now() - timedelta(minutes=1)).isoformat(),
        "camera": "DCF-001",
        "frame": SimpleUploadedFile("frame.jpg", photo_bytes()),
        **changes,
    }
    given = {key: value for key, value in said.items() if value is not None}
    return caller(user).post("/api/v1/discoveries", given)


def rows() -> tuple[int, ...]:
    kinds = (Discovery, File, Attachment, Case, Audit)
    return tuple(kind.objects.count() for kind in kinds)


def test_it_is_sent_confirmed_and_becomes_a_case_with_the_frame_as_its_photo(
    cast: Cast, camera: Camera
) -> None:
    answer = sent(cast.sender)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["state"], made["case"], made["place"]) == ("waiting", None, camera.address)
    path = f"/api/v1/discoveries/{made['code']}"
    done = caller(cast.operator).post(f"{path}/confirm").json()
    case = Case.objects.get(code=done["case"])
    assert (case.source, case.case_class.code) == ("video", "E0406")  # type: ignore[union-attr]
    assert case.data["discovery"] == made["code"]
    assert "街面识别 2.1，置信度 87%" in case.description
    assert [photo.role for photo in attachments_of(case)] == ["before"]
    verbs = Audit.objects.filter(verb__startswith="discovery.").order_by("id")
    assert [row.verb for row in verbs] == ["discovery.send", "discovery.confirm"]
    audit.seal_new()
    assert audit.verify().sound


def test_the_same_number_gets_the_first_answer_again(cast: Cast, camera: Camera) -> None:
    first = sent(cast.sender).json()
    before = rows()
    again = sent(cast.sender, confidence="0.1")
    assert (again.status_code, again.json()) == (200, first)
    assert rows()[:4] == before[:4]


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"camera": "nobody"}, 422, "没有摄像头「nobody」"),
    ({"camera": None}, 422, "哪个摄像头"),
    ({"kind": "ufo"}, 422, "没有发现种类「ufo」"),
    ({"number": " "}, 422, "编号"),
    ({"algorithm": " "}, 422, "哪个算法"),
    ({"confidence": "1.01"}, 422, "在 0 和 1 之间"),
    ({"confidence": "nan"}, 422, "confidence"),
    ({"x": "0.8"}, 422, "四边都要在 0 和 1 之间"),
    ({"y": "-0.1"}, 422, "四边都要在 0 和 1 之间"),
    ({"w": "0"}, 422, "宽高大于 0"),
    ({"taken_at": "2099-01-01T00:00:00+08:00"}, 422, "在将来"),
    ({"taken_at": "yesterday"}, 422, "taken_at"),
    ({"lon": "120.1", "lat": "30.2"}, 422, "不在本市范围内"),
    ({"lon": "116.0"}, 422, "要一起写"),
    ({"flight": "FJ000000"}, 422, "没有飞行任务"),
    ({"frame": SimpleUploadedFile("frame.jpg", b"not a picture")}, 415, "不是能打开的照片"),
    ({"frame": SimpleUploadedFile("big.jpg", photo_bytes() + bytes(21 << 20))}, 413, "最大 20 MB"),
    ({"frame": None}, 422, "frame"),
]


@pytest.mark.parametrize(("change", "status", "words"), WRONG, ids=[row[2] for row in WRONG])
def test_what_cannot_be_is_refused_in_one_sentence_and_leaves_nothing(
    change: dict[str, Any], status: int, words: str, cast: Cast, camera: Camera
) -> None:
    before = rows()
    answer = sent(cast.sender, **change)
    assert answer.status_code == status
    assert words in answer.json()["message"]
    assert rows()[:4] == before[:4]


def test_an_ended_camera_and_one_of_another_district_are_refused(
    cast: Cast, camera: Camera
) -> None:
    cameras.end_camera(camera, by=cast.supervisor)
    assert "已经停用" in sent(cast.sender).json()["message"]
    Camera.objects.update(state="working", area="371523001")
    assert "不在你方报送的区域内" in sent(cast.sender).json()["message"]


def test_only_a_sender_sends_and_only_a_reviewer_of_the_area_judges(
    cast: Cast, camera: Camera
) -> None:
    assert sent(cast.operator).status_code == 403
    path = f"/api/v1/discoveries/{make_discovery(cast).code}"
    assert caller(cast.sender).get(path).status_code == 403
    assert caller(cast.dispatcher).post(f"{path}/confirm").status_code == 403
    assert caller(cast.bob).get(path).status_code == 404
    assert caller(cast.charlie).get(path).status_code == 403
    assert Discovery.objects.get().waiting
    assert not Case.objects.exists()


def test_one_reviewer_wins_and_the_other_is_told_by_whom(cast: Cast) -> None:
    path = f"/api/v1/discoveries/{make_discovery(cast).code}"
    client = caller(cast.operator)
    assert client.post(f"{path}/confirm").status_code == 200
    for do, body in (("confirm", None), ("reject", {"reason": "false"})):
        second = client.post(f"{path}/{do}", body, "application/json")
        assert second.status_code == 409
        assert "孙晓梅" in second.json()["message"]
        assert "已确认" in second.json()["message"]
    assert Case.objects.count() == 1


def test_a_rejection_has_a_reason_and_a_known_problem_may_name_its_case(cast: Cast) -> None:
    case = make_case(cast)
    path = f"/api/v1/discoveries/{make_discovery(cast).code}/reject"
    client = caller(cast.operator)

    def reject(**body: str) -> Any:
        return client.post(path, body, "application/json")

    assert "请选驳回的原因" in reject(reason="bored").json()["message"]
    assert reject(reason="false", case=case.code).status_code == 422
    assert reject(reason="known", case="0000000000").status_code == 404
    done = reject(reason="known", case=case.code, note="昨天已报").json()
    assert (done["state"], done["reason"], done["case"]) == ("rejected", "known", case.code)
    assert Case.objects.count() == 1


def test_a_class_the_city_no_longer_has_confirms_nothing(cast: Cast) -> None:
    row = make_discovery(cast)
    type(row.kind).objects.update(class_code="E9999")
    answer = caller(cast.operator).post(f"/api/v1/discoveries/{row.code}/confirm")
    assert answer.status_code == 422
    row.refresh_from_db()
    assert row.waiting
    assert not Case.objects.exists()


def test_precision_counts_what_was_judged_and_claims_nothing_else(cast: Cast) -> None:
    since, until = clock.now() - timedelta(days=1), clock.now() + timedelta(minutes=1)
    waiting = make_discovery(cast)
    (one,) = judged(tallies(cast.operator, since, until), all_together)
    assert (one.waiting, one.judged, one.interval) == (1, 0, None)
    discoveries.confirm(waiting, by=cast.operator)
    for reason in ("false", "known", "false"):
        discoveries.reject(make_discovery(cast), reason, by=cast.operator)
    make_discovery(cast, kind="water", algorithm="积水识别 1.0")
    found = judged(tallies(cast.operator, since, until), by_algorithm)
    assert [(row.name, row.detail, row.confirmed, row.judged) for row in found] == [
        ("街面识别 2.1", "占道经营", 1, 4),
        ("积水识别 1.0", "道路积水", 0, 0),
    ]
    assert found[0].reasons == {"false": 2, "known": 1, "foreign": 0, "unclear": 0}
    assert found[0].interval is not None
    assert found[1].interval is None
    assert judged(tallies(cast.bob, since, until), all_together) == []


def test_cases_are_told_apart_by_who_saw_them_first(cast: Cast) -> None:
    make_case(cast)
    make_case(cast, source="hotline")
    make_case(cast, source="leader")
    discoveries.confirm(make_discovery(cast), by=cast.operator)
    now = clock.now()
    found = found_by(cast.operator, now - timedelta(days=1), now + timedelta(minutes=1))
    assert (found.own, found.complaints, found.whole) == (2, 1, 3)


def test_cameras_are_registered_changed_and_ended_at_the_api(cast: Cast) -> None:
    client = caller(cast.supervisor)
    new = {"code": "DCF-9", "name": "湖南路西杆", "lon": LON, "lat": LAT, "owner": "公安分局"}
    made = client.post("/api/v1/cameras", new, "application/json")
    assert (made.status_code, made.json()["state"]) == (201, "working")
    again = client.post("/api/v1/cameras", new, "application/json")
    assert (again.status_code, "已经有编号" in again.json()["message"]) == (422, True)
    far = client.post("/api/v1/cameras", new | {"code": "X", "lon": 120}, "application/json")
    assert "不在本市范围内" in far.json()["message"]
    path = "/api/v1/cameras/DCF-9"
    changed = client.put(path, new | {"state": "broken"}, "application/json")
    assert changed.json()["state_label"] == "故障"
    assert caller(cast.operator).put(path, new, "application/json").status_code == 403
    assert client.post(f"{path}/end").status_code == 200
    assert client.post(f"{path}/end").status_code == 409
    assert client.put(path, new, "application/json").status_code == 409
    assert [row["code"] for row in client.get("/api/v1/cameras").json()["items"]] == ["DCF-9"]
    assert caller(cast.bob).get("/api/v1/cameras").json()["items"] == []


def test_a_flight_is_planned_flown_and_what_it_finds_hangs_on_it(cast: Cast) -> None:
    make_camera()
    planner, pilot = caller(cast.supervisor), caller(cast.inspector)
    now = clock.now()
    plan = {
        "purpose": "徒骇河岸线巡查",
        "area": "371502",
        "begins_at": now.isoformat(),
        "ends_at": (now + timedelta(hours=2)).isoformat(),
        "pilot": "inspector",
    }
    for change in ({"ends_at": plan["begins_at"]}, {"pilot": "operator"}, {"area": "999999"}):
        answer = planner.post("/api/v1/flights", plan | change, "application/json")
        assert answer.status_code in (403, 422)
    code = planner.post("/api/v1/flights", plan, "application/json").json()["code"]
    path = f"/api/v1/flights/{code}"
    assert caller(cast.bob).get(path).status_code == 404
    assert caller(cast.operator).post(f"{path}/begin", {}, "application/json").status_code == 403
    assert pilot.post(f"{path}/finish", {}, "application/json").status_code == 409
    assert pilot.post(f"{path}/begin", {}, "application/json").json()["state"] == "flying"
    where = {"camera": None, "flight": code, "lon": LON, "lat": LAT}
    assert "没有坐标" in sent(cast.sender, **where | {"lon": None, "lat": None}).json()["message"]
    found = sent(cast.sender, **where).json()
    assert (found["flight"], found["camera"]) == (code, None)
    assert pilot.get(f"/api/v1/discoveries/{found['code']}").status_code == 200
    assert pilot.get(f"/api/v1/discoveries/{make_discovery(cast).code}").status_code == 404
    done = pilot.post(f"{path}/finish", {"words": "东岸两处"}, "application/json").json()
    assert (done["state"], done["words"]) == ("flown", "东岸两处")
    assert planner.post(f"{path}/cancel", {"words": "雨"}, "application/json").status_code == 409
    case = discoveries.confirm(Discovery.objects.get(code=found["code"]), by=cast.operator)
    assert case.source == "drone"


def test_kinds_are_kept_and_precision_is_told_at_the_api(cast: Cast) -> None:
    admin, path = caller(cast.admin), "/api/v1/discovery-kinds"
    new = {"key": "smoke", "label": "露天烧烤", "class": "E0129"}
    assert admin.post(path, new, "application/json").status_code == 201
    assert caller(cast.supervisor).post(path, new, "application/json").status_code == 403
    wrong = admin.put(f"{path}/smoke", {"label": "烧烤", "class": "P9999"}, "application/json")
    assert "没有类别" in wrong.json()["message"]
    assert admin.put(f"{path}/nothing", {"label": "x"}, "application/json").status_code == 404
    assert admin.post(f"{path}/smoke/end").json()["taken"] is False
    assert admin.post(f"{path}/smoke/end").status_code == 409
    discoveries.confirm(make_discovery(cast), by=cast.operator)
    now = clock.now()
    span = {"since": now - timedelta(days=1), "until": now + timedelta(minutes=1)}
    given = {key: moment.isoformat() for key, moment in span.items()}
    told = caller(cast.leader).get("/api/v1/discovery-precision", given).json()
    (row,) = told["by_algorithm"]
    assert (row["confirmed"], row["low"], row["high"]) == (1, 20.65, 100.0)
    assert told["by_source"][0]["detail"] == "DCF-001"
