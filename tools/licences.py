"""List the licence of everything the locks install in docs/licences.md, and refuse what may not be.

.venv/bin/python -m tools.licences [--check]
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licences.md"
FREE = {
    "0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT",
    "MIT-0", "MIT-CMU", "MPL-2.0", "OFL-1.1", "PSF-2.0", "Zlib",
}  # fmt: skip
NAMES = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""What metadata says in its own words, in those of SPDX."""
UNMODIFIED = {
    "psycopg": "the PostgreSQL driver, LGPL, used unmodified",
    "psycopg-binary": "the PostgreSQL driver, LGPL, used unmodified",
}
"""Allowed although not in the list above, and why."""
HEAD = """# Licences

What an installation of Chengyun holds besides its own code (Apache-2.0), with the licence each names
itself. Written by `python -m tools.licences`; CI refuses a page that is not current and a licence that
is not MIT, BSD, Apache-2.0, ISC, PSF, MPL-2.0, OFL or the like. Binary wheels also carry libraries of
their own as shared objects: libpq, GEOS and libheif with libde265 (LGPL, replaceable), PROJ (MIT).
"""


@dataclass(frozen=True, kw_only=True, order=True)
class Package:
    name: str
    version: str
    licence: str

    @property
    def fault(self) -> str | None:
        if self.name in UNMODIFIED or _is_free(self.licence):
            return None
        return f"{self.name} {self.version}: {self.licence or 'no licence named'}"


def _is_free(expression: str) -> bool:
    """Whether an SPDX expression of AND, OR and parentheses can be met with free licences alone."""
    choices = expression.strip("()").split(" OR ")
    return any(set(choice.split(" AND ")) <= FREE for choice in choices)


def python_packages(lock: str) -> Iterator[Package]:
    for name, version in re.findall(r"^([\w.-]+)==(\S+)", _read(f"requirements/{lock}.txt"), re.M):
        yield Package(name=name, version=version, licence=_licence(metadata.metadata(name)))


def _licence(facts: metadata.PackageMetadata | Message) -> str:
    words = [facts["License-Expression"], facts["License"], *_classified(facts)]
    named = [NAMES.get(word, word) for word in words if word]
    return next((word for word in named if _is_free(word)), named[0] if named else "")


def _classified(facts: metadata.PackageMetadata | Message) -> list[str]:
    lines = facts.get_all("Classifier") or []
    return [
        line.split(" :: ")[-1] for line in lines if line.startswith("License :: OSI Approved ::")
    ]


def browser_packages(*, dev: bool) -> Iterator[Package]:
    for path, facts in json.loads(_read("package-lock.json"))["packages"].items():
        if path and facts.get("dev", False) == dev:
            name = path.removeprefix("node_modules/")
            yield Package(name=name, version=facts["version"], licence=facts.get("license", ""))


def page(parts: dict[str, list[Package]]) -> str:
    lines = [HEAD]
    for title, packages in parts.items():
        lines += [
            f"\n## {title}\n",
            "| package | version | licence | |",
            "| --- | --- | --- | --- |",
        ]
        lines += [
            f"| {p.name} | {p.version} | {p.licence} | {UNMODIFIED.get(p.name, '')} |"
            for p in sorted(packages)
        ]
    return "\n".join(lines) + "\n"


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def main() -> int:
    base = list(python_packages("base"))
    parts = {
        "Installed by ./run": base,
        "In the browser": list(browser_packages(dev=False)),
        "Installed by ./test besides": [
            *(p for p in python_packages("dev") if p not in base),
            *browser_packages(dev=True),
        ],
    }
    faults = [p.fault for packages in parts.values() for p in packages if p.fault]
    for fault in faults:
        print(f"not allowed: {fault}")
    text = page(parts)
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(text, encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text:
        faults.append("stale")
        print("docs/licences.md is not current: run python -m tools.licences")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
