"""Write the index of the decision records: docs/decisions/README.md.

.venv/bin/python -m tools.decisions
"""

import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "decisions"
PAGE = FOLDER / "README.md"
TITLE = re.compile(r"# (\d{4})\. (.+)\n\n(\d{4}-\d\d-\d\d) · (accepted|replaced by \d{4})\n")
HEAD = """# Decisions

Why the house is built as it is. A record is one page: the question, what we saw, the decision, its consequences. It is
written before the change it explains and not edited afterwards; another one replaces it. Files are numbered in order;
this index is written by `python -m tools.decisions`.

| | decision | date | |
| --- | --- | --- | --- |
"""


def index() -> str:
    """The page. Raises `ValueError` naming a record whose head is not as it should be."""
    return HEAD + "".join(_row(path) for path in sorted(FOLDER.glob("[0-9]*.md")))


def _row(path: Path) -> str:
    head = TITLE.match(path.read_text(encoding="utf-8"))
    if head is None or not path.name.startswith(f"{head[1]}-"):
        raise ValueError(f"{path.name}: a record begins '# 0001. Title', then date and state")
    return f"| [{head[1]}]({path.name}) | {head[2]} | {head[3]} | {head[4]} |\n"


if __name__ == "__main__":
    PAGE.write_text(index(), encoding="utf-8")
