"""What a phone keeps of the program so that it opens without a network: the shell, named by what is in it."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import find
from django.templatetags.static import static

from chengyun.kernel.ui.templatetags.ui import MODULES, modules_of

ISLANDS = "ui/islands.js"
STYLES = ("ui/tokens.css", "ui/ui.css", "ui/parts.css", "phone/phone.css")
SIGNS = ("ui/icons.svg", "ui/plate.svg")
FIRST = ("ui/theme.js",)
"""What runs before the first paint."""
SHARED = ("tokens", "ui/lights", "ui/counter")
FOLDER = Path(__file__).parents[1] / "templates"
TEMPLATES = ("coordination/phone.html", "coordination/phone_worker.js")


def modules() -> list[str]:
    """The modules the phone loads at once; the map comes when somebody wants it."""
    return [*(MODULES[name] for name in SHARED), ISLANDS, *sorted(modules_of("phone").values())]


def files() -> list[str]:
    """Everything of the shell, as addresses."""
    return [static(path) for path in (*STYLES, *SIGNS, *FIRST, *modules())]


def version() -> str:
    """Changes with every byte of the shell: the name of the cache a phone keeps it in."""
    return _version() if settings.DEBUG else _kept_version()


@cache
def _kept_version() -> str:
    return _version()


def _version() -> str:
    digest = hashlib.sha256()
    for path in (*STYLES, *SIGNS, *FIRST, *modules()):
        found = find(path)
        digest.update(f"{static(path)}\n".encode())
        digest.update(Path(str(found)).read_bytes() if found else b"")
    for name in TEMPLATES:
        digest.update((FOLDER / name).read_bytes())
    return digest.hexdigest()[:16]
