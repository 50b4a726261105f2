"""One process that has imported what the city needs, and forks a process of a test from it.

An import of everything costs more than most tests do. Whoever is forked runs the very script of its command, in the
environment it was given: settings are read anew, and where one differs that was looked at while importing, the
process begins again from nothing. Started by `tests.forked`.
"""

from __future__ import annotations

import copy
import gc
import json
import os
import runpy
import select
import site
import socket
import sys
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import django
from django.conf import Settings, settings

NEEDED = ("granian.cli", "granian.server", "granian._loops", "chengyun.gateways.asgi")
SETTINGS = ("tests.settings", "chengyun.config.settings")
LONGEST = 1 << 18
"""More bytes than an environment and a command have."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A command, its environment, and where it writes: standard output and error."""

    words: list[str]
    environ: dict[str, str]
    output: tuple[int, int]


@dataclass(kw_only=True)
class Nursery:
    """Forks whom it is asked for, and tells how each ended."""

    control: socket.socket
    living: dict[int, tuple[int, socket.socket]] = field(default_factory=dict)
    """By a handle that is readable when the process has ended: its number, and who wants to know."""

    def serve(self) -> Wish | None:
        """Once in every process: what it shall become; None in this one, when nobody can ask any more."""
        while True:
            watched: list[Any] = [self.control, *self.living]
            for handle in select.select(watched, [], [])[0]:
                if handle in self.living:
                    self._ended(handle)
                    continue
                message, handles, _, _ = socket.recv_fds(self.control, LONGEST, 3)
                if not message:
                    return None
                wish = Wish(**json.loads(message), output=(handles[0], handles[1]))
                if self._fork(wish, socket.socket(fileno=handles[2])):
                    return wish

    def _fork(self, wish: Wish, told: socket.socket) -> bool:
        """True in the child."""
        with warnings.catch_warnings():
            # The threads there are belong to allocators, which know of forks.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            self._leave(told)
            return True
        for handle in wish.output:
            os.close(handle)
        self.living[os.pidfd_open(child)] = (child, told)
        return False

    def _leave(self, told: socket.socket) -> None:
        """A child leads a group of its own, says its number, and knows of nobody here."""
        os.setpgid(0, 0)
        told.sendall(f"{os.getpid()}\n".encode())
        for line in (self.control, told, *(line for _, line in self.living.values())):
            line.close()
        for handle in self.living:
            os.close(handle)

    def _ended(self, handle: int) -> None:
        child, told = self.living.pop(handle)
        os.close(handle)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        with told, suppress(OSError):  # perhaps nobody wants to know any more
            told.sendall(f"{code}\n".encode())


def prepare() -> dict[str, Any]:
    """Import everything; the settings as they were before."""
    first = copy.deepcopy(read())
    django.setup()
    for name in NEEDED:
        import_module(name)
    gc.collect()
    gc.freeze()
    return first


def read() -> dict[str, Any]:
    """Take the settings from the environment as it is now; nobody counts as having looked at one."""
    for name in SETTINGS:
        sys.modules.pop(name, None)
    now = Settings(os.environ["DJANGO_SETTINGS_MODULE"])
    settings._wrapped = now
    return {name: value for name, value in vars(now).items() if name.isupper()}


def looked_at() -> list[str]:
    """The settings somebody has asked for since they were read: each is kept when it is first found."""
    return [name for name in vars(settings) if name.isupper()]


def become(wish: Wish, first: dict[str, Any]) -> None:
    """Run the script of the command as its interpreter would."""
    for number, handle in enumerate(wish.output, start=1):
        os.dup2(handle, number)
        os.close(handle)
    looked = looked_at()
    os.environ.clear()
    os.environ.update(wish.environ)
    now = read()
    if any(now.get(name) != first[name] for name in looked):
        os.execve(wish.words[0], wish.words, wish.environ)
    sys.path[:0] = [each for each in os.environ["PYTHONPATH"].split(":") if each not in sys.path]
    sys.modules.pop("sitecustomize", None)
    site.execsitecustomize()
    sys.argv = wish.words
    runpy.run_path(wish.words[0], run_name="__main__")


def main() -> None:
    first = prepare()
    wish = Nursery(control=socket.socket(fileno=int(sys.argv[1]))).serve()
    if wish is not None:
        become(wish, first)


if __name__ == "__main__":
    main()
