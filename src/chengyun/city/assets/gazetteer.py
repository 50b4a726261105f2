"""Parts of the register as places somebody may name: 东昌路 33 号灯杆, a name, a code."""

from __future__ import annotations

from chengyun.city.assets.models import Asset
from chengyun.city.assets.queries import assets_for
from chengyun.city.assets.specs import AssetType
from chengyun.city.people.models import User
from chengyun.city.places.gazetteer import Spot
from chengyun.kernel import registry, search

AT_MOST = 4
NEWEST = 2000
"""A word that half of the register holds is looked for in so many of its newest rows."""


def spots_of_assets(user: User, words: str) -> list[Spot]:
    """Parts this person sees whose code, name or address holds all the words."""
    terms = search.terms(words)
    if not terms or not user.may("asset.view"):
        return []
    rows = assets_for(user).filter(search.match(Asset, terms, newest=NEWEST), valid_to=None)
    return [_spot(asset) for asset in rows.order_by("-id")[:AT_MOST]]


def _spot(asset: Asset) -> Spot:
    kind = registry.get(AssetType, asset.type).label
    words = asset.address or asset.name or asset.code
    return Spot(
        words=words, kind=kind, more=f"{asset.name} {asset.code}", lon=asset.lon, lat=asset.lat
    )
