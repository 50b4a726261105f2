"""The settings of the tests: those of a city, with a throw-away state folder and cheap passwords.

A process that a test starts works in the folder of the test, which ``HOME_OF_TESTS`` names.
"""

import atexit
import os
import shutil
import tempfile

GIVEN = os.environ.get("HOME_OF_TESTS", "")
HOME = GIVEN
if not GIVEN:
    HOME = tempfile.mkdtemp(prefix="chengyun-test-")
    atexit.register(shutil.rmtree, HOME, ignore_errors=True)

os.environ |= {
    "CHENGYUN_HOME": HOME,
    "CHENGYUN_LOG": "WARNING",
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{HOME}/city.sqlite3",
}
for name in (
    "CHENGYUN_PRODUCTION",
    "CHENGYUN_DEBUG",
    "CHENGYUN_HOSTS",
    "CHENGYUN_SECRET_KEY",
    "CHENGYUN_PROXIES",
    "CHENGYUN_SMTP_HOST",
    "CHENGYUN_ADAPTERS",
    "CHENGYUN_WEBHOOK_NETWORKS",
):
    os.environ.pop(name, None)

from chengyun.config.settings import *  # noqa: E402, F403
from chengyun.config.settings import DATABASES, ENV, INSTALLED_APPS, STORAGES  # noqa: E402

INSTALLED_APPS = [*INSTALLED_APPS, "chengyun.kernel.tests.errand"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

if ENV.database.is_sqlite:
    if not GIVEN:
        # A file, not memory: threads, WAL and the busy timeout are then those of a city.
        DATABASES["default"]["TEST"] = {"NAME": f"{HOME}/test.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
