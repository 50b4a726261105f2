"""Static files: of the browser packages only what package.json names is copied, hashed and compressed."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.files.storage import FileSystemStorage


class Served(FileSystemFinder):
    """The files `served` names; an installation without test tools keeps no others."""

    def list(
        self, ignore_patterns: Iterable[str] | None
    ) -> Iterator[tuple[str, FileSystemStorage]]:
        names = json.loads((settings.ROOT / "package.json").read_text(encoding="utf-8"))["served"]
        files = {settings.ROOT / "node_modules" / name for name in names}
        for path, storage in super().list(ignore_patterns):
            if Path(storage.path(path)) in files:
                yield path, storage
