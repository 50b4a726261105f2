"""What stands at the root of the checkout: scripts that parse, locks without addresses, a sound lint."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tools import check

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ("run", "test", ".ci/run", "tools/lock")
LOCKS = ("requirements/base.txt", "requirements/dev.txt", "requirements/node.txt")


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_parses_and_may_be_run(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)
    subprocess.run(["bash", "-n", name], cwd=ROOT, check=True)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not re.search(r"^\s*(--?(extra-)?index|-i |--find-links|-f |--trusted)", text, re.M)
    assert not re.search(r"via -r|/(tmp|home|root|work)/", text)
    pinned = len(re.findall(r"^[\w.-]+==", text, re.M))
    hashed = len(re.findall(r"^[\w.-]+==\S+(?: ; .*)? \\\n +--hash=sha256:", text, re.M))
    assert pinned == hashed > 0


def test_the_browser_lock_names_no_registry() -> None:
    text = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert text.count('"integrity"') == text.count('"node_modules/')


def test_one_database_driver_of_the_lock_for_both_sets() -> None:
    """The development set holds the base set, version for version."""
    base, dev = (set(re.findall(r"^[\w.-]+==\S+", (ROOT / n).read_text(), re.M)) for n in LOCKS[:2])
    assert base <= dev


def test_every_rule_of_the_project_lint_finds_its_bad_lines() -> None:
    assert list(check.self_faults()) == []


def test_without_python_the_run_script_says_what_to_do(tmp_path: Path) -> None:
    for tool in ("bash", "dirname"):
        (tmp_path / tool).symlink_to(f"/usr/bin/{tool}")
    done = subprocess.run(
        [ROOT / "run"], env={"PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "apt install python3" in done.stderr
