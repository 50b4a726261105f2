"""The check for duplicates and the list of repeated problems.

A check may take two statements more than the barest request.
"""

import json
from typing import Any
from urllib.parse import urlencode

from bench._asked import Keys, at_api, at_pages, statements, times
from bench._stage import CITY, Environ, run, serving

OF_ITS_OWN = 2
WORDS = "雨水井盖不见，请尽快处理"


def measure(name: str, environ: Environ, keys: Keys) -> list[str]:
    """Print the times on one database; says whether a check took too many statements."""
    spots = json.loads(run(environ, "bench._alike"))
    asked = _asked(spots)
    with serving(CITY, environ) as port:
        caller = at_api(port, keys["leader"])
        for title, urls in asked.items():
            print(f"  {name}: {title}  {times(caller, urls)}  p95 ≤ 20 ms", flush=True)
        page = at_pages(port, keys["dispatcher"])
        repeated = times(page, ["/repeated/"] * 20)
        print(f"  {name}: repeated problems of a district, 30 days  {repeated}  p95 ≤ 300 ms")
    with serving("bench._counted:application", environ) as port:
        caller = at_api(port, keys["leader"])
        bare = statements(caller, "/api/v1/classes")
        urls = [_new(*at) for at in (spots["corner"], *spots["places"][:5])]
        most = max(statements(caller, url) - bare for url in urls)
    print(
        f"  {name}: statements of a check beside those of any request  {most}  at most {OF_ITS_OWN}"
    )
    over = f"{name}: a check for duplicates took {most} statements, at most {OF_ITS_OWN}"
    return [over] if most > OF_ITS_OWN else []


def _asked(spots: Any) -> dict[str, list[str]]:
    """What is asked for, by what it is."""
    of_case = {
        "a case nobody else reported": spots["alone"],
        "a case at a corner with 27 a day": spots["crowd"],
    }
    found = {
        f"duplicates of {title}": [f"/api/v1/cases/{code}/similar" for code in codes]
        for title, codes in of_case.items()
    }
    found["duplicates of a new report, quiet places"] = [_new(*at) for at in spots["places"]]
    found["duplicates of a new report, the busy corner"] = [_new(*spots["corner"])] * 100
    return found


def _new(lon: float, lat: float) -> str:
    said = {"lon": lon, "lat": lat, "class": "P0103", "description": WORDS}
    return f"/api/v1/similar?{urlencode(said)}"
