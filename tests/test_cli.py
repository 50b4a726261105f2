"""The `chengyun` command takes words as people write them."""

from chengyun.config.cli import spelled


def test_sub_commands_are_written_with_hyphens() -> None:
    assert spelled(["chengyun", "import-places", "a-b.gpkg", "--kind", "grids"]) == [
        "chengyun",
        "import_places",
        "a-b.gpkg",
        "--kind",
        "grids",
    ]
    assert spelled(["chengyun", "--version"]) == ["chengyun", "--version"]
    assert spelled(["chengyun"]) == ["chengyun"]
