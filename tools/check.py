"""The project lint: rules no other tool knows, each with lines that show what it finds and lets pass.

.venv/bin/python tools/check.py
"""

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
LONGEST_MEDIAN = 10
TESTS = ("*/tests/*", "tests/*", "conftest.py", "bench/*")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A line that matches `pattern` in a file that matches `files` and not `exclude` is a fault."""

    name: str
    advice: str
    pattern: str
    files: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    bad: tuple[str, ...]
    good: tuple[str, ...] = ()

    def finds(self, line: str) -> bool:
        return re.search(self.pattern, line) is not None

    def covers(self, path: str) -> bool:
        return _any(path, self.files) and not _any(path, self.exclude)


RULES = (
    Rule(
        name="write",
        advice="a write is a verb of services.py with by=",
        pattern=r"\.(create|get_or_create|update_or_create|bulk_create|bulk_update)\("
        r"|\.save\((\)|update_fields|force_|using)|\.update\((\w+=|\*\*|$)"
        r"|(?<!@router)\.delete\(",
        files=("src/chengyun/*.py",),
        exclude=(
            *TESTS,
            "src/chengyun/kernel/*.py",
            "src/chengyun/lake/*.py",
            "*/services.py",
            "*/services/*",
            "*/factories.py",
            "*/migrations/*",
        ),
        bad=(
            "Case.objects.create(code=code)",
            "case.save()",
            'case.save(update_fields=["state"])',
            "Case.objects.filter(pk=1).update(state=state)",
            "token.delete()",
        ),
        good=("digest.update(row)", 'picture.save(out, "JPEG")', '@router.delete("/tokens/{key}")'),
    ),
    Rule(
        name="clock",
        advice="the time is kernel.clock.now(), which tests and the demo can move",
        pattern=r"\b(timezone|datetime|dt)\.(now|utcnow|today)\(|\bdate\.today\(",
        files=("src/chengyun/*.py",),
        exclude=("src/chengyun/kernel/clock.py",),
        bad=("seen = timezone.now()", "datetime.now(UTC)", "date.today()"),
        good=("seen = clock.now()",),
    ),
    Rule(
        name="style attribute",
        advice="looks belong to a class; the policy of the browser refuses style=",
        pattern=r"\sstyle=[\"'{]",
        files=("*.html", "*.js"),
        bad=('<td style="width:3em">',),
        good=('<td class="narrow">',),
    ),
    Rule(
        name="inline script",
        advice="scripts are modules of their own; no handler and no code in a page",
        pattern=r"<[^>]*\son[a-z]+=[\"']|javascript:|<script(?![^>]*(src=|nonce=|application/json))",
        files=("*.html",),
        bad=('<a onclick="go()">', "<script>", '<a href="javascript:go()">'),
        good=(
            '<script type="module" src="/static/ui/page.js"></script>',
            '<script type="importmap" nonce="{{ CSP_NONCE }}">',
            "<p>on=duty</p>",
        ),
    ),
    Rule(
        name="colour",
        advice="every colour is a variable of tokens.css",
        pattern=r"(?<![&\w])#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})\b(?![-\w])"
        r"|\b(?:rgba?|hsla?|oklch)\(",
        files=("src/*.css", "src/*.js", "src/*.svg"),
        exclude=("*/tokens.css", "*/tests/*"),
        bad=("color: #1a7f5a;", '"#fff"', "background: rgb(0 0 0 / 50%)"),
        good=("color: var(--late);", "#face-box { margin: 0 }"),
    ),
    Rule(
        name="colour in a page",
        advice="every colour is a variable of tokens.css",
        pattern=r"(?:fill|stroke|color|content)=[\"']#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch)\(",
        files=("src/*.html",),
        bad=('<path fill="#c00">', '<meta name="theme-color" content="#0a5">'),
        good=('<a href="#add">', '<path class="late">'),
    ),
    Rule(
        name="this machine",
        advice="no path of a machine and no address of a package index belongs here",
        pattern=r"(?<![\w.])/(work|home/\w+|root)/|registry\.npm|files\.pythonh|\bpypi\.org",
        files=("*",),
        exclude=("package-lock.json", "tools/check.py"),
        bad=("see /home/someone/city",),
        good=("../shared/data", "$HOME/city"),
    ),
    Rule(
        name="unfinished",
        advice="finish it or leave it out; what is missing is said in docs/coverage.md",
        pattern=r"\b(TODO|FIXME|XXX)\b|raise NotImplementedError",
        files=("*.py", "*.js", "*.css", "*.html"),
        exclude=("tools/check.py",),
        bad=("# TODO: more", "raise NotImplementedError"),
        good=("todo = queue(user)", "except NotImplementedError:"),
    ),
)

FORBIDDEN_NAMES = ("utils", "common", "helpers", "extras", "misc")
FORBIDDEN_PATH = re.compile(rf"(^|/)({'|'.join(FORBIDDEN_NAMES)})(/|\.\w+$)")
SUBJECT = re.compile(r"[a-z][a-z.]*: [A-Z].*\.")
# A package of tables names them for Django; the root names the version.
TELLING_INITS = ("src/chengyun/__init__.py", "*/models/__init__.py")


@dataclass(frozen=True)
class Fault:
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def _any(path: str, globs: tuple[str, ...]) -> bool:
    return any(fnmatch(path, glob) for glob in globs)


def self_faults() -> Iterator[Fault]:
    """Rules that do not find their bad lines, or find their good ones."""
    for rule in RULES:
        for line in rule.bad:
            if not rule.finds(line):
                yield Fault("tools/check.py", f"rule {rule.name!r} misses {line!r}")
        for line in rule.good:
            if rule.finds(line):
                yield Fault("tools/check.py", f"rule {rule.name!r} refuses {line!r}")


def _git(*words: str) -> list[str]:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def project_files() -> list[str]:
    """What git keeps or would keep; generated and ignored files are nobody's style."""
    listed = _git("ls-files", "--cached", "--others", "--exclude-standard")
    return sorted(path for path in listed if (ROOT / path).is_file())


def subject_faults() -> Iterator[Fault]:
    for line in _git("log", "--no-merges", "--format=%h %s"):
        commit, subject = line.split(" ", 1)
        if not SUBJECT.fullmatch(subject):
            yield Fault(
                commit, f"the subject {subject!r} is not like 'coordination: Add the duty board.'"
            )


def line_faults(path: str, text: str) -> Iterator[Fault]:
    rules = [rule for rule in RULES if rule.covers(path)]
    for number, line in enumerate(text.splitlines(), start=1):
        for rule in rules:
            if rule.finds(line):
                yield Fault(f"{path}:{number}", f"{rule.name}: {rule.advice}")


def file_faults(path: str, text: str) -> Iterator[Fault]:
    lines = len(text.splitlines())
    if lines > LONGEST_FILE and path.endswith((".py", ".js", ".css", ".html")):
        yield Fault(
            path, f"{lines} lines; over {LONGEST_FILE} a file becomes a folder of that name"
        )
    if FORBIDDEN_PATH.search(path):
        yield Fault(path, f"no module is called {', '.join(FORBIDDEN_NAMES)}: say what it holds")
    if path.endswith("__init__.py") and text.strip() and not _any(path, TELLING_INITS):
        yield Fault(
            path, "a package __init__ is empty, so that a declaration can be imported alone"
        )


@dataclass(frozen=True)
class Function:
    where: str
    name: str
    length: int


def functions(path: str, tree: ast.Module) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Function(f"{path}:{node.lineno}", node.name, _length(node))


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the function without its docstring: what is explained is not counted against it."""
    first = node.body[0]
    told = ast.get_docstring(node) is not None
    return _lines(node) - (_lines(first) if told and len(node.body) > 1 else 0)


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def name_faults(path: str, tree: ast.Module) -> Iterator[Fault]:
    """Identifiers are English; Chinese is for people to read, also as the key of a column."""
    for node in ast.walk(tree):
        name = None if isinstance(node, ast.keyword) else _name(node)
        if name and not name.isascii():
            yield Fault(f"{path}:{getattr(node, 'lineno', 1)}", f"identifier {name!r} is not ASCII")


def _name(node: ast.AST) -> str | None:
    found = (getattr(node, attribute, None) for attribute in ("id", "name", "arg"))
    return next((name for name in found if isinstance(name, str)), None)


@dataclass(frozen=True)
class Report:
    faults: list[Fault]
    lengths: list[tuple[int, str]]
    functions: list[Function]


def examine(paths: list[str]) -> Report:
    report = Report([*self_faults(), *subject_faults()], [], [])
    for path in paths:
        try:
            text = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        report.faults.extend(line_faults(path, text))
        if "/migrations/" in path:
            continue
        report.faults.extend(file_faults(path, text))
        if path.endswith(".py"):
            tree = ast.parse(text)
            report.lengths.append((len(text.splitlines()), path))
            report.functions.extend(functions(path, tree))
            report.faults.extend(name_faults(path, tree))
    report.faults.extend(length_faults(report.functions))
    return report


def length_faults(found: list[Function]) -> Iterator[Fault]:
    for function in found:
        if function.length > LONGEST_FUNCTION:
            yield Fault(
                function.where,
                f"{function.name} has {function.length} lines, over {LONGEST_FUNCTION}",
            )
    if found and median(found) >= LONGEST_MEDIAN:
        yield Fault(
            "src", f"the median function has {median(found)} lines, not under {LONGEST_MEDIAN}"
        )


def median(found: list[Function]) -> float:
    return statistics.median(function.length for function in found)


def main() -> int:
    report = examine(project_files())
    for fault in report.faults:
        print(fault)
    print(
        f"{len(report.functions)} functions, median {median(report.functions):g} lines; longest files:"
    )
    for lines, path in sorted(report.lengths, reverse=True)[:5]:
        print(f"  {lines:4} {path}")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
