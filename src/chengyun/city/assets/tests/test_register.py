"""The register's verbs: codes, places, states, who may."""

import io
from typing import Any

import pytest
from PIL import Image

from chengyun.city.assets import queries
from chengyun.city.assets.drafts import LABELS, Draft
from chengyun.city.assets.factories import AWAY, HOME, make_asset
from chengyun.city.assets.queries import Filters
from chengyun.city.assets.services.register import (
    add_asset,
    attach_photo,
    change_asset,
    end_asset,
    set_state,
)
from chengyun.city.assets.specs import AssetType, Layout
from chengyun.city.people.factories import CITY, Cast, make_cast
from chengyun.city.places.factories import centre_of, make_city
from chengyun.kernel import audit, registry
from chengyun.kernel.errors import Conflict, Invalid, Missing, NotAllowed, WrongMedia
from chengyun.kernel.models import Audit
from chengyun.kernel.params import set_param
from chengyun.kernel.specs import Misdeclared
from chengyun.science.coordinates import gcj02_of


@pytest.fixture
def cast(db: None) -> Cast:
    found = make_cast()
    make_city()
    return found


def draft(kind: str = "lamp", grid: str = HOME, **more: Any) -> Draft:
    lon, lat = centre_of(grid)
    return Draft(**{"type": kind, "lon": lon, "lat": lat, **more})


def test_declared_types_do_not_share_codes_labels_or_column_names() -> None:
    types = registry.all_of(AssetType)
    assert len(types) >= 20
    assert len({t.code for t in types}) == len({t.label for t in types}) == len(types)
    labels = {f.label for t in types for f in t.fields}
    assert not labels & set(LABELS.values())


def test_a_new_asset_gets_the_next_code_its_grid_and_its_history(cast: Cast) -> None:
    first = add_asset(draft(attributes={"power_w": "150", "source": "LED"}), by=cast.admin)
    second = add_asset(draft(), by=cast.admin)
    assert first.code == "3715020137000001"
    assert second.code == "3715020137000002"
    assert (first.area, first.grid_code) == (HOME[:12], HOME)
    assert first.attributes == {"power_w": 150, "source": "led"}
    [line] = queries.history_of(first)
    assert (line.row.verb, line.actor) == ("asset.add", "许明")
    assert audit.verify().sound


def test_a_code_brought_along_is_checked_and_the_next_one_follows_it(cast: Cast) -> None:
    add_asset(draft(code="3715020137000041"), by=None)
    assert make_asset().code == "3715020137000042"
    with pytest.raises(Conflict, match="已经有了"):
        add_asset(draft(code="3715020137000041"), by=None)
    for wrong, why in (
        ("371502013700001", "16 位"),
        ("3715020402000001", "大小类是 0402"),
        ("3715230137000001", "应当以 3715020137 开头"),
        ("3715020137000000", "不能全是 0"),
    ):
        with pytest.raises(Invalid, match=why):
            add_asset(draft(code=wrong), by=None)


def test_the_layout_of_codes_is_the_citys_to_set(cast: Cast) -> None:
    set_param("asset.code.layout", CITY, "6+2+3+5", by=None)
    assert make_asset().code == "3715020103700001"
    with pytest.raises(Invalid):
        set_param("asset.code.layout", CITY, "6+2", by=None)
    with pytest.raises(Misdeclared):
        Layout(region=5)


def test_a_point_outside_the_city_is_refused_and_gcj02_is_converted(cast: Cast) -> None:
    with pytest.raises(Invalid, match="不在城市范围内"):
        add_asset(draft(lon=116.4, lat=39.9), by=None)
    lon, lat = gcj02_of(*centre_of(HOME))
    moved = add_asset(draft(lon=float(lon), lat=float(lat), crs="gcj02"), by=None)
    assert (moved.lon, moved.lat) == pytest.approx(centre_of(HOME), abs=1e-8)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"power_w": "many"}, "power_w"),
        ({"power_w": 0}, "power_w"),
        ({"source": "candle"}, "source"),
        ({"built": "2026-02-30"}, "built"),
        ({"wings": 2}, "wings"),
        ({"pole": "a\0b"}, "pole"),
    ],
)
def test_attributes_are_checked(cast: Cast, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        add_asset(draft(attributes=wrong), by=None)
    assert [f.field for f in refused.value.fields] == [field]


def test_an_unknown_type_or_state_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid, match="没有「moon」这种部件"):
        add_asset(draft("moon"), by=None)
    with pytest.raises(Invalid, match="状态"):
        add_asset(draft(state="melted"), by=None)


def test_only_differences_are_recorded(cast: Cast) -> None:
    asset = make_asset(name="湖南路 3 号杆")
    change_asset(asset, {"name": "湖南路 3 号杆", "keeper_id": cast.crew.pk}, by=cast.admin)
    change_asset(asset, {"name": "湖南路 3 号杆"}, by=cast.admin)
    rows = Audit.objects.filter(verb="asset.change", subject_id=asset.pk)
    assert [row.facts for row in rows] == [{"changes": {"keeper_id": [None, cast.crew.pk]}}]
    assert asset.version == 2


def test_the_slower_of_two_is_told(cast: Cast) -> None:
    asset = make_asset()
    set_state(asset, "broken", by=None, version=1)
    with pytest.raises(Conflict, match="刚被别人改过") as refused:
        change_asset(asset, {"name": "x"}, by=None, version=1)
    assert refused.value.version == 2


def test_a_moved_asset_changes_grid_but_not_district(cast: Cast) -> None:
    asset = make_asset()
    lon, lat = centre_of("371502002001001")
    change_asset(asset, {"lon": lon, "lat": lat}, by=None)
    assert asset.grid_code == "371502002001001"
    lon, lat = centre_of(AWAY)
    with pytest.raises(Invalid, match="别的区县"):
        change_asset(asset, {"lon": lon, "lat": lat}, by=None)
    with pytest.raises(Invalid, match="不能修改"):
        change_asset(asset, {"code": "1"}, by=None)


def test_an_ended_asset_stays_but_is_not_changed(cast: Cast) -> None:
    asset = make_asset()
    with pytest.raises(Invalid, match="注销原因"):
        end_asset(asset, " ", by=None)
    end_asset(asset, "道路拓宽拆除", by=cast.admin)
    assert (asset.state, asset.valid_to is not None) == ("removed", True)
    with pytest.raises(Conflict, match="已经注销"):
        set_state(asset, "good", by=None)
    everything = queries.assets_for(cast.admin)
    assert not queries.narrowed(everything, Filters()).exists()
    assert queries.narrowed(everything, Filters(gone=True)).exists()


def test_another_district_sees_and_changes_nothing(cast: Cast) -> None:
    asset = make_asset()
    with pytest.raises(Missing):
        queries.asset_for(cast.bob, asset.code)
    with pytest.raises(NotAllowed):
        set_state(asset, "broken", by=cast.bob)
    with pytest.raises(NotAllowed, match="管辖范围"):
        add_asset(draft(grid=AWAY), by=cast.district_admin)
    assert queries.asset_for(cast.inspector, asset.code) == asset


def test_a_department_sees_and_changes_what_it_keeps(cast: Cast) -> None:
    mine, other = make_asset(keeper_id=cast.crew.pk), make_asset()
    assert list(queries.assets_for(cast.department)) == [mine]
    set_state(mine, "broken", by=cast.department, note="灯罩碎了")
    with pytest.raises(NotAllowed):
        set_state(other, "broken", by=cast.department)


def test_search_finds_codes_names_types_and_pole_numbers(cast: Cast) -> None:
    lamp = make_asset(attributes={"pole": "HN-017"}, address="湖南路与柳园路口")
    make_asset("street_tree")
    rows = queries.assets_for(cast.admin)
    for words in (lamp.code, lamp.code[:12], "路灯", "hn-017", "柳园路"):
        assert list(queries.narrowed(rows, Filters(q=words))) == [lamp], words
    assert not queries.narrowed(rows, Filters(q="！")).exists()
    change_asset(lamp, {"name": "三岔口高杆灯"}, by=None)
    assert list(queries.narrowed(rows, Filters(q="高杆灯"))) == [lamp]


def test_near_gives_the_nearest_first(cast: Cast) -> None:
    here, there = make_asset(), make_asset(grid="371502001001002")
    make_asset(grid="371502002002004")
    lon, lat = centre_of(HOME)
    found = queries.near(cast.admin, lon, lat, 210)
    assert [asset for asset, _ in found] == [here, there]
    assert found[1][1] == pytest.approx(200, abs=1)
    assert queries.near(cast.admin, lon, lat, 210, kinds=("bin",)) == []


def test_photos_are_pictures(cast: Cast) -> None:
    asset = make_asset()
    with pytest.raises(WrongMedia):
        attach_photo(asset, b"no picture", "a.jpg", by=cast.admin)
    buffer = io.BytesIO()
    Image.new("RGB", (20, 10)).save(buffer, "PNG")
    attach_photo(asset, buffer.getvalue(), "a.png", by=cast.admin, caption="灯杆")
    assert queries.history_of(asset)[0].row.verb == "asset.photo"
    assert queries.reads(cast.alice, asset.pk)
    assert not queries.reads(cast.bob, asset.pk)
