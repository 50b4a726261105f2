"""What an installation without test tools keeps of the browser packages, and what a page asks of them."""

import json
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import get_finder

from chengyun.kernel.ui.templatetags.ui import MODULES
from tools import install

SERVED = json.loads((install.ROOT / "package.json").read_text())["served"]


def test_only_what_is_served_stays_with_its_licences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "NODE_MODULES", tmp_path)
    kept = {*SERVED, "echarts/LICENSE", "echarts/NOTICE", "tslib/LICENSE.txt"}
    for name in (*kept, "echarts/dist/echarts.js", "zrender/lib/core/a.js", "license-check/a.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / ".bin").mkdir()
    (tmp_path / ".bin" / "tool").symlink_to(tmp_path / "zrender")
    install._keep_served()
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == kept
    assert not (tmp_path / "zrender").exists() and not (tmp_path / ".bin").exists()


def test_pages_find_every_browser_package_they_name() -> None:
    found = {
        f"{storage.prefix}/{path}": Path(storage.path(path))
        for path, storage in get_finder("chengyun.config.static.Served").list([])
    }
    assert set(found) == {path for path in MODULES.values() if path.startswith("vendor/")}
    assert set(found.values()) == {install.ROOT / "node_modules" / name for name in SERVED}
