"""Make one busy spot in the city of a million cases, and say where to look for duplicates (JSON).

Every fiftieth case is moved to one corner: 20,000 in two years, 27 a day. The city gets an outline, so that a place
that has no case yet can be located.
"""

import json
import random

import django

django.setup()

from django.db.models import F  # noqa: E402
from shapely import box  # noqa: E402

from chengyun.city.cases.models import Case  # noqa: E402
from chengyun.city.places.services import import_regions  # noqa: E402
from chengyun.city.places.specs import RegionRow  # noqa: E402
from chengyun.science.cells import cell  # noqa: E402

MAIN, LON, LAT = "371502", 115.98, 36.45
EACH = 200


def main() -> None:
    busy = Case.objects.annotate(rest=F("id") % 50).filter(rest=0)
    busy.update(lon=LON, lat=LAT, cell=cell(LON, LAT))
    outline = box(115.2, 35.7, 116.7, 37.1)
    import_regions([RegionRow(code="3715", name="聊城市", geometry=outline)], by=None)
    crowd = Case.objects.filter(district=MAIN, lon=LON).order_by("-id")
    alone = Case.objects.filter(district=MAIN).exclude(lon=LON).order_by("-id")
    random.seed(7)
    places = [(random.uniform(115.4, 116.5), random.uniform(35.9, 36.9)) for _ in range(EACH)]
    told = {
        "alone": list(alone.values_list("code", flat=True)[:EACH]),
        "crowd": list(crowd.values_list("code", flat=True)[:EACH]),
        "places": places,
        "corner": [LON, LAT],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
