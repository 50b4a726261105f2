"""The people of the demo city at their API: each logs in once, when first needed."""

from __future__ import annotations

import functools

from chengyun.city.people.services.passwords import DEMO_PASSWORD
from chengyun.demo.build.folk import HOMES
from chengyun.demo.drive.door import Answer, Failed, Line, Person, Upload
from chengyun.demo.drive.tally import Tally
from chengyun.demo.photos.album import photo
from chengyun.demo.photos.scenes import KINDS
from chengyun.demo.words.people import BODIES

CODES = {body.key: body.code for body in BODIES}
LOGIN = "user.login"


class Crowd:
    """Everybody who acts in the drive, and the tally of what they were answered."""

    def __init__(self, url: str, tally: Tally) -> None:
        self.line = Line(url)
        self.tally = tally
        self._here: dict[str, Person] = {}

    def person(self, username: str) -> Person:
        if username not in self._here:
            self.tally.asked[LOGIN] += 1
            self._here[username] = Person(self.line, username, DEMO_PASSWORD)
            self.tally.acts[LOGIN] += 1
        return self._here[username]

    def crew(self, unit: str) -> Person:
        """Who signs and handles for a body, by its key."""
        account = "department" if unit == HOMES["department"] else f"crew-{unit.replace('_', '-')}"
        return self.person(account)

    def stranger(self) -> Person:
        return Person(self.line)

    def photo(self, by: Person, kind: str, *, fixed: bool) -> int:
        """Take a picture and send it; its id."""
        answer = by.upload("/photos", Upload(content=drawn(kind, fixed), name=f"{kind}.jpg"))
        if answer.status != 201:
            raise Failed(f"照片没有传上去：{answer.status} {answer.sentence}")
        return int(answer.body["id"])


@functools.cache
def drawn(kind: str, fixed: bool) -> bytes:
    """A picture of the demo's album."""
    found = next(each for each in KINDS if each.key == kind)
    return photo(found, 0, fixed).content


def must(answer: Answer, what: str) -> Answer:
    """The answer, where without it the drive cannot go on."""
    if not answer.done:
        raise Failed(f"{what}：{answer.status} {answer.sentence or answer.body}")
    return answer
