"""What the demo hands over to the police, and how they answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chengyun.city.cases.models import HandOver
from chengyun.city.cases.services import handovers
from chengyun.demo.build.folk import Folk
from chengyun.demo.build.play import Act, Played

REASONS = {
    "hawker": "摊贩拒不驶离，阻碍执行职务，请到场处置。",
    "stall": "有人煽动围观，请到场维持秩序。",
    "adverts": "小广告号码涉嫌办假证，请调查。",
}
ANSWERS = (
    "已到场劝离，摊贩已收摊。",
    "已对当事人批评教育，现场秩序恢复。",
    "号码已列入调查，涉案线索另案办理。",
)
EVERY = 4
SOON, SLOW = timedelta(minutes=25), timedelta(hours=30)


@dataclass(frozen=True, kw_only=True)
class Handed:
    """A hand-over while it is played; ``number`` of the case decides how it went."""

    played: Played
    number: int
    folk: Folk

    @property
    def row(self) -> HandOver:
        return HandOver.objects.select_related("case", "unit").get(case=self.played.case)

    def hand_over(self) -> None:
        assert self.played.case is not None
        reason = REASONS[self.played.planned.topic]
        police = self.folk.units["police"]
        given = handovers.Handing(reason=reason)
        handovers.hand_over(self.played.case, police, given, by=self.folk.accounts["dispatcher"])

    def receive(self) -> None:
        handovers.receive(self.row, by=self.folk.police)

    def answer(self) -> None:
        handovers.feed_back(self.row, ANSWERS[self.number % len(ANSWERS)], by=self.folk.police)


def acts_of_handovers(played: Played, number: int, folk: Folk, now: datetime) -> Iterator[Act]:
    """Some cases against which a unit alone can do little; now and then the police are slow."""
    sent = next((event for event in played.planned.events if event.verb == "dispatch"), None)
    if sent is None or played.planned.topic not in REASONS or number % EVERY:
        return
    handed = Handed(played=played, number=number, folk=folk)
    at = sent.at + timedelta(minutes=2)
    received = at + (SLOW if number % (3 * EVERY) == 0 else SOON)
    acts = (
        (at, handed.hand_over),
        (received, handed.receive),
        (received + timedelta(hours=1 + number % 40), handed.answer),
    )
    yield from (act for act in acts if act[0] < now)
