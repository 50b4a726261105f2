"""The other verbs of the practice: pressing, helping, merging, splitting, rushing, closing by force, on the spot."""

from __future__ import annotations

from typing import Any

import pytest

from chengyun.city.cases import queries
from chengyun.city.cases.factories import (
    LAT,
    LON,
    MANHOLE,
    drive,
    make_case,
    make_working_city,
    photo_bytes,
)
from chengyun.city.cases.models import Case, CaseLink, Share, Supervision
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.tests.test_loop import REPORT, Caller
from chengyun.city.people.factories import DISTRICT, Cast, make_user
from chengyun.city.people.models import User
from chengyun.city.people.services.units import add_unit
from chengyun.kernel import audit, outbox
from chengyun.kernel.errors import Conflict, Invalid
from chengyun.kernel.files import store_photo
from chengyun.kernel.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def at(cast: Cast, state: str) -> Case:
    return drive(make_case(cast), cast, state)


def picture(by: User) -> list[int]:
    return [store_photo(photo_bytes(), "现场.jpg", by=by).pk]


def gardener(cast: Cast) -> User:
    """Somebody of another unit of the district."""
    unit = add_unit(
        "371502-YL", "园林处", kind="department", area=DISTRICT, parent=cast.bureau, by=None
    )
    return make_user("gardener", "园丁", "department", unit)


def verbs(case: Case, user: User) -> set[str]:
    return {v["verb"] for v in Caller(user).get(f"/cases/{case.code}").json()["verbs"]}


# 另派监督员 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "desk"), [("verifying", "operator"), ("checking", "dispatcher")])
def test_a_task_in_the_street_goes_to_another_inspector(cast: Cast, state: str, desk: str) -> None:
    case = case_of_inspector(cast, state)
    other = make_user("inspector-2", "余海涛", "inspector", cast.centre)
    before = (case.due_at, case.clock, case.paused)
    outbox.deliver_all()
    caller = Caller(getattr(cast, desk))
    same = caller.post(f"/cases/{case.code}/resend", {"inspector": cast.inspector.username})
    assert (same.status_code, same.json()["message"]) == (422, "现在就在周启明手上，请另选监督员。")
    gone = caller.post(f"/cases/{case.code}/resend", {"inspector": other.username})
    assert gone.status_code == 200, gone.json()
    case.refresh_from_db()
    assert (case.state, case.assignee) == (state, other)
    assert (case.due_at, case.clock, case.paused) == before
    verb = "verify" if state == "verifying" else "check_pass"
    assert (verb in verbs(case, other), verb in verbs(case, cast.inspector)) == (True, False)
    outbox.deliver_all()
    assert [m.kind for m in Message.objects.filter(person_id=other.pk)] == ["case.resent"]


def case_of_inspector(cast: Cast, state: str) -> Case:
    """A case that lies with the inspector of the place."""
    if state == "checking":
        return at(cast, state)
    case = make_case(cast)
    return act(case, "ask_verify", {"inspector": cast.inspector.username}, by=cast.operator)


# 改派, 催办, 督办 --------------------------------------------------------------------------------


def test_a_case_is_reassigned_with_a_new_clock(cast: Cast) -> None:
    case, other = at(cast, "handling"), gardener(cast)
    assert other.unit is not None
    with pytest.raises(Invalid, match="请另选责任单位"):
        act(case, "reassign", {"unit": cast.crew.code, "reason": "责任区"}, by=cast.dispatcher)
    act(case, "ask_extension", {"reason": "等"}, by=cast.department)
    act(case, "reassign", {"unit": other.unit.code, "reason": "责任区"}, by=cast.dispatcher)
    assert (case.state, case.unit, case.marks) == ("dispatched", other.unit, [])
    assert [c.unit for c in case.clocks.filter(name="handle")] == [cast.crew, other.unit]
    assert not queries.waiting(case).exists()


def test_supervision_has_a_level_a_reply_and_a_release(cast: Cast) -> None:
    case = at(cast, "handling")
    answer = Caller(cast.leader).post(
        f"/cases/{case.code}/supervise", {"watch_level": "listed", "reason": "第三次反映"}
    )
    assert [m["label"] for m in answer.json()["marks"]] == ["挂牌督办", "待回复督办"]
    assert answer.json()["supervision"]["level_label"] == "挂牌督办"
    case.refresh_from_db()
    assert queries.to_reply_to(cast.department).count() == 1
    act(case, "reply", {"reply": "今天办好"}, by=cast.department)
    assert queries.to_reply_to(cast.department).count() == 0
    drive(case, cast, "checked")
    with pytest.raises(Conflict, match="挂牌督办，要先解除督办，不能结案"):
        act(case, "close", {}, by=cast.supervisor)
    with pytest.raises(Conflict, match="由别的岗位督办"):
        act(case, "release", {"reason": "好了"}, by=cast.supervisor)
    act(case, "release", {"reason": "彻底解决"}, by=cast.leader)
    act(case, "close", {}, by=cast.supervisor)
    row = Supervision.objects.get(case=case)
    assert (row.reply, row.release, row.released_by) == ("今天办好", "彻底解决", cast.leader)


def test_a_new_level_takes_the_place_of_the_old_one(cast: Cast) -> None:
    case = at(cast, "handling")
    act(case, "supervise", {"watch_level": "watch", "reason": "快"}, by=cast.supervisor)
    act(case, "supervise", {"watch_level": "key_watch", "reason": "更快"}, by=cast.leader)
    assert [key for key in case.marks if "watch" in key] == ["key_watch"]
    assert Supervision.objects.filter(case=case, ended_at=None).count() == 1


def test_a_case_that_ends_is_not_supervised_any_more(cast: Cast) -> None:
    case = at(cast, "handling")
    act(case, "supervise", {"watch_level": "watch", "reason": "快"}, by=cast.leader)
    act(case, "void", {"reason": "重复"}, by=cast.supervisor)
    assert not Supervision.objects.filter(ended_at=None).exists()
    assert case.marks == []


def test_urging_and_emergency_leave_their_marks(cast: Cast) -> None:
    case = at(cast, "handling")
    act(case, "urge", {"note": "来电人再问"}, by=cast.operator)
    act(case, "escalate", {"grade": "4", "told": "应急局值班室"}, by=cast.supervisor)
    assert case.marks == ["urged", "emergency"]
    seen = Caller(cast.dispatcher).get(f"/cases/{case.code}").json()
    assert [m["label"] for m in seen["marks"]] == ["催办", "应急"]
    with pytest.raises(Conflict, match="已经转应急"):
        act(case, "escalate", {"grade": "3", "told": "市政府"}, by=cast.leader)
    act(case, "stand_down", {"reason": "险情排除"}, by=cast.supervisor)
    assert case.marks == ["urged"]


# 强制结案, 简易案件, 抢修 ------------------------------------------------------------------------


def test_the_duty_head_closes_by_force_with_a_reason(cast: Cast) -> None:
    case = at(cast, "handling")
    assert "force_close" not in verbs(case, cast.dispatcher)
    with pytest.raises(Invalid, match="原因"):
        act(case, "force_close", {}, by=cast.supervisor)
    act(case, "force_close", {"reason": "无责任主体"}, by=cast.supervisor)
    assert (case.state, case.open, case.marks) == ("closed", False, ["forced"])


def simple(cast: Cast, **changes: Any) -> Any:
    caller = Caller(cast.inspector)
    body = {
        **REPORT,
        "on_the_spot": True,
        "photos": [caller.photo()],
        "after_photos": [caller.photo()],
    }
    return caller.post("/cases", body | changes)


def test_what_was_handled_on_the_spot_only_needs_a_look(cast: Cast) -> None:
    answer = simple(cast)
    assert answer.status_code == 201, answer.json()
    case = Case.objects.get(code=answer.json()["code"])
    assert [m["label"] for m in answer.json()["marks"]] == ["简易"]
    assert {"pass", "refuse"} <= verbs(case, cast.operator)
    assert "accept" not in verbs(case, cast.operator)
    act(case, "pass", {}, by=cast.operator)
    assert (case.state, case.late, case.filed_at is not None) == ("closed", False, True)


@pytest.mark.parametrize("change", [{"after_photos": []}, {"photos": []}, {"class": ""}])
def test_a_simple_case_needs_its_proof(cast: Cast, change: dict[str, Any]) -> None:
    answer = simple(cast, **change)
    assert answer.status_code == 422
    assert "处置后照片" in answer.json()["message"]
    assert not Case.objects.exists()


def test_a_dangerous_defect_is_guarded_first_and_its_owner_found_later(cast: Cast) -> None:
    case = make_case(cast)
    act(case, "rush", {"class": MANHOLE, "unit": cast.crew.code}, by=cast.dispatcher)
    assert (case.state, case.clock, case.marks) == ("dispatched", "guard", ["rush", "unguarded"])
    assert "sign" not in verbs(case, cast.department)
    act(case, "guard", {"photos": picture(cast.department)}, by=cast.department)
    assert (case.state, case.clock, case.marks) == ("handling", "repair", ["rush"])
    act(case, "name_owner", {"owner": "自来水公司"}, by=cast.dispatcher)
    facts = {"result": "换好", "photos": picture(cast.department)}
    act(case, "handle", facts, by=cast.department)
    names = list(case.clocks.values_list("name", flat=True))
    assert names == ["accept", "guard", "repair", "feed_back"]


# 协办 --------------------------------------------------------------------------------------------


def shared(cast: Cast, helper: User) -> Case:
    case = at(cast, "filed")
    assert helper.unit is not None
    facts = {"unit": cast.crew.code, "helpers": [helper.unit.code]}
    return act(case, "dispatch", facts, by=cast.dispatcher)


def test_a_helper_sees_the_case_and_does_its_part(cast: Cast) -> None:
    helper = gardener(cast)
    case = shared(cast, helper)
    assert verbs(case, helper) == {"assist_done"}
    assert queries.to_help_with(helper).count() == 1
    act(case, "assist_done", {"note": "已移开护栏"}, by=helper)
    assert Caller(cast.dispatcher).get(f"/cases/{case.code}").json()["shares"] == [
        {
            "unit": "371502-YL",
            "unit_name": "园林处",
            "state": "done",
            "state_label": "协办完成",
            "note": "已移开护栏",
        }
    ]
    assert "assist_done" not in verbs(case, helper)
    assert "assist_done" not in verbs(case, cast.department)


def test_the_lead_waits_for_its_helper_or_says_why_not(cast: Cast) -> None:
    case = shared(cast, gardener(cast))
    act(case, "sign", {}, by=cast.department)
    facts: dict[str, Any] = {"result": "好了", "photos": picture(cast.department)}
    with pytest.raises(Invalid, match="园林处还没有协办完成"):
        act(case, "handle", facts, by=cast.department)
    facts["photos"] = picture(cast.department)
    act(case, "handle", facts | {"note": "不影响结果"}, by=cast.department)
    assert case.state == "handled"


def test_helpers_are_let_go_when_the_case_is_given_back(cast: Cast) -> None:
    case = shared(cast, gardener(cast))
    act(case, "ask_return", {"reason": "不归我", "cause": "cannot"}, by=cast.department)
    act(case, "return", {}, by=cast.dispatcher)
    assert Share.objects.get(case=case).state == Share.State.ENDED


@pytest.mark.parametrize("codes", [["371523-SZ"], ["nobody"], ["371502-SZ"]])
def test_a_helper_works_here_and_is_not_the_lead(cast: Cast, codes: list[str]) -> None:
    case = at(cast, "filed")
    with pytest.raises(Invalid) as refusal:
        act(case, "dispatch", {"unit": cast.crew.code, "helpers": codes}, by=cast.dispatcher)
    assert refusal.value.fields[0].field == "helpers"
    case.refresh_from_db()
    assert case.state == "filed"


# 合并, 拆分 --------------------------------------------------------------------------------------


def test_a_merged_case_follows_its_parent_to_its_end(cast: Cast) -> None:
    parent, child = at(cast, "filed"), make_case(cast)
    answer = Caller(cast.operator).post(f"/cases/{child.code}/merge", {"into": parent.code})
    assert answer.status_code == 200, answer.json()
    assert (answer.json()["state"], answer.json()["light"]) == ("merged", "")
    assert answer.json()["links"] == [{"code": parent.code, "how": "并入"}]
    parent.refresh_from_db()
    assert parent.marks == ["parent"]
    with pytest.raises(Conflict, match="别的案件并在它名下"):
        act(parent, "merge", {"into": make_case(cast).code}, by=cast.dispatcher)
    drive(parent, cast, "closed")
    child.refresh_from_db()
    assert (child.state, child.open) == ("closed", False)
    audit.seal_new()
    assert audit.verify().sound


def test_a_case_is_not_merged_into_itself_or_what_is_over(cast: Cast) -> None:
    case, over = make_case(cast), at(cast, "closed")
    for code in (case.code, over.code, "0000000000"):
        with pytest.raises(Invalid) as refusal:
            act(case, "merge", {"into": code}, by=cast.operator)
        assert refusal.value.fields[0].field == "into"
    assert not CaseLink.objects.exists()


def test_a_parent_somebody_acts_on_meanwhile_is_a_conflict(cast: Cast) -> None:
    parent, child = make_case(cast), make_case(cast)
    act(parent, "refuse", {"reason": "查无此事"}, by=cast.operator)
    with pytest.raises(Invalid, match="已经办结"):
        act(child, "merge", {"into": parent.code}, by=cast.operator)


def test_one_report_becomes_several_that_name_it(cast: Cast) -> None:
    case = make_case(cast, source="hotline", reporter_name="周启明", reporter_phone="13800000000")
    answer = Caller(cast.operator).post(
        f"/cases/{case.code}/split", {"parts": "路灯不亮\n\n  垃圾满溢 \n"}
    )
    assert answer.status_code == 200, answer.json()
    links = answer.json()["links"]
    assert [link["how"] for link in links] == ["拆出", "拆出"]
    children = [Case.objects.get(code=link["code"]) for link in links]
    assert [child.description for child in children] == ["路灯不亮", "垃圾满溢"]
    for child in children:
        assert (child.state, child.source, child.lon, child.marks) == (
            "reported", "hotline", LON, ["split_off"],
        )  # fmt: skip
        assert child.lat == LAT
        assert child.reporter == case.reporter
    seen = Caller(cast.operator).get(f"/cases/{children[0].code}").json()
    assert seen["links"] == [{"code": case.code, "how": "拆自"}]
    case.refresh_from_db()
    assert case.state == "reported"


@pytest.mark.parametrize("parts", ["  \n ", "\n".join(map(str, range(11)))])
def test_a_split_has_one_to_ten_parts(cast: Cast, parts: str) -> None:
    case = make_case(cast)
    with pytest.raises(Invalid):
        act(case, "split", {"parts": parts}, by=cast.operator)
    assert Case.objects.count() == 1
