"""A million cases with eight audit rows each: lists, one case, searching, the check for duplicates, a bureau at work.

Server time is what one client on a kept connection waits for the whole answer from granian as `./run` starts it. Fails
when a page or a check takes more statements than it may. Takes about ten minutes and 6 GB of disk for each database.
"""

import json
import sys

from bench import _desk, _duplicates, _lists, _search
from bench._stage import run, stages


def main() -> None:
    wrong = []
    for name, environ in stages():
        keys = json.loads(run(environ, "bench._million"))
        run(environ, "collectstatic", "--no-input", "--verbosity", "0")
        for part in (_lists, _search, _duplicates, _desk):
            wrong += part.measure(name, environ, keys)
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
