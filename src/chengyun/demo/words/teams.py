"""The 1+1+N team of the demo city in words: the parts are this city's own."""

from chengyun.city.cases.services.teams import NewPost

NAME = "“1+1+N”专班"
WORDS = "（模拟）一个责任单位牵头，一名路长，若干职能部门。"
POSTS = (
    NewPost(name="责任单位", filling="unit"),
    NewPost(name="路长", filling="person", role="inspector"),
    NewPost(name="职能部门", filling="units"),
)
STREET = "371502001"
LEAD, OTHERS = "enforcement_1", ("sanitation_1", "works", "parks")
