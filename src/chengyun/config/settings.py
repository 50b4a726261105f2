"""Django settings, wired from `env.py`; what a city changes while running is in the database."""

from typing import Any

from csp.constants import NONCE, NONE, SELF

from chengyun.config import env as environment

ENV = environment.read()
ROOT = environment.ROOT
MEGABYTE = 1024 * 1024

DEBUG = ENV.debug
SECRET_KEY = environment.secret_key(ENV)
ALLOWED_HOSTS = list(ENV.hosts)
CSRF_TRUSTED_ORIGINS = list(ENV.origins)
TRUSTED_PROXIES = ENV.proxies

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "template_partials.apps.SimpleAppConfig",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "chengyun.kernel",
    "chengyun.kernel.ui",
    "chengyun.city.places",
    "chengyun.city.people",
    "chengyun.city.assets",
    "chengyun.city.cases",
    "chengyun.gateways",
    "chengyun.systems.coordination",
    "chengyun.city.inspections",
    "chengyun.city.sensing",
    "chengyun.city.indicators",
    "chengyun.config.industries.Industries",
    "chengyun.systems.evaluation",
    "chengyun.systems.monitoring",
    "chengyun.systems.data",
    "chengyun.systems.maintenance",
    "chengyun.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "chengyun.config.limits.BodyLimitMiddleware",
    "chengyun.kernel.refusals.RefusalMiddleware",
]

ROOT_URLCONF = "chengyun.config.urls"
WSGI_APPLICATION = "chengyun.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Pages -------------------------------------------------------------------------------------------

_LOADERS: list[Any] = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
_CACHED: list[Any] = [("django.template.loaders.cached.Loader", _LOADERS)]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("template_partials.loader.Loader", _LOADERS if DEBUG else _CACHED)],
            "builtins": [
                "django.templatetags.l10n",
                "django.templatetags.static",
                "template_partials.templatetags.partials",
                "chengyun.kernel.ui.templatetags.ui",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "chengyun.kernel.ui.context.shell",
            ],
        },
    }
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = ENV.home / "static"
# Browser packages, installed by npm from package-lock.json.
_VENDOR = {"htmx": "htmx.org", "maplibre": "maplibre-gl", "echarts": "echarts"}
STATICFILES_DIRS = [
    (f"vendor/{name}", folder)
    for name, package in _VENDOR.items()
    if (folder := ROOT / "node_modules" / package / "dist").is_dir()
]
STATICFILES_FINDERS = [
    "chengyun.config.static.Served",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = ENV.home / "files"

# Data --------------------------------------------------------------------------------------------

# synchronous=FULL: what was answered has happened, also when the power fails the next moment; it is
# one fsync per commit, the same promise PostgreSQL gives. IMMEDIATE: a writer waits its turn at the
# start (busy timeout) instead of failing in the middle of its transaction.
_SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "CONN_MAX_AGE": None,
    "OPTIONS": {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        " PRAGMA cache_size=-16000; PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY;",
    },
}


def _database(database: environment.Database) -> dict[str, Any]:
    if database.is_sqlite:
        return {**_SQLITE, "NAME": database.name}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database.name,
        "USER": database.user,
        "PASSWORD": database.password,
        "HOST": database.host,
        "PORT": database.port,
        # Each thread keeps its connection and tries it first: a restart of the server shows nowhere.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(database.options),
    }


DATABASES = {"default": _database(ENV.database)}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Messages ----------------------------------------------------------------------------------------

SITE_URL = ENV.origins[0] if ENV.origins else f"http://localhost:{ENV.port}"
SITE_NAME = SITE_URL.partition("://")[2].partition(":")[0]
EMAIL_HOST = ENV.smtp.host
EMAIL_PORT = ENV.smtp.port
EMAIL_HOST_USER = ENV.smtp.user
EMAIL_HOST_PASSWORD = ENV.smtp.password
EMAIL_USE_TLS = ENV.smtp.security == "starttls"
EMAIL_USE_SSL = ENV.smtp.security == "tls"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = ENV.smtp.sender or "chengyun@localhost"
ADAPTERS = dict(ENV.adapters)
OUTGOING = ENV.home / "outgoing"
RECENT = ENV.home / "recent"
READINGS = ENV.home / "readings"
FACTS = ENV.home / "facts"
DOORS = ENV.doors
BROKER = ENV.broker
MODBUS = ENV.modbus
WEBHOOK_NETWORKS = ENV.webhook_networks

# People and safety -------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
LOGIN_URL = "people:login"
LOGIN_REDIRECT_URL = "people:home"
TOKEN_READER = "chengyun.city.people.services.tokens.owner_of"  # noqa: S105
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]

CSRF_FAILURE_VIEW = "chengyun.kernel.refusals.csrf_failed"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.production
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "chengyun_session"
CSRF_COOKIE_NAME = "chengyun_csrf"
SECURE_HSTS_SECONDS = 31_536_000 if ENV.production else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.production else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "style-src": [SELF],
        "script-src": [SELF, NONCE],
        "worker-src": [SELF, "blob:"],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# A larger body is refused by `limits.py` before it is read.
BODY_LIMIT = 100 * MEGABYTE
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * MEGABYTE
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 20

_STDERR = {"class": "logging.StreamHandler", "formatter": "line"}
_ONLY_ERRORS: dict[str, Any] = {"handlers": ["errors"], "propagate": False}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": _STDERR, "errors": {**_STDERR, "level": "ERROR"}},
    "root": {"handlers": ["stderr"], "level": ENV.log_level},
    "loggers": {
        "django": {"handlers": [], "level": ENV.log_level, "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # They tell every start, stop and step.
        "django_tasks": _ONLY_ERRORS,
        "django_tasks_db": _ONLY_ERRORS,
    },
}
