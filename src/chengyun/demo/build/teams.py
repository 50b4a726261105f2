"""The 1+1+N team of one street of the demo city."""

from chengyun.city.cases.services import teams as service
from chengyun.demo.build.folk import CORE, Folk
from chengyun.demo.words.teams import LEAD, NAME, OTHERS, POSTS, STREET, WORDS


def form_teams(folk: Folk) -> None:
    """The template of the district, and the team of a street with every post filled."""
    template = service.define(CORE, NAME, POSTS, WORDS, by=None)
    team = service.form_team(template, "region", STREET, by=None)
    lead, chief, others = template.posts.all()
    who: dict[int, list[service.Who]] = {
        lead.pk: [folk.units[LEAD]],
        chief.pk: [folk.inspectors[0]],
        others.pk: [folk.units[key] for key in OTHERS],
    }
    service.fill(team, who, by=None)
