"""The only reader of the environment: every `CHENGYUN_*` variable, typed and checked once."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

ROOT = Path(__file__).resolve().parents[3]
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
SHORTEST_KEY = 32
SMTP_PORTS = {"none": 25, "starttls": 587, "tls": 465}
DOORS = ("jt808", "hj212", "sl651", "mqtt", "cjt188")
"""The protocols a device may hold a line in."""
HIGHEST_PORT = 65535
MQTT_PORTS = {"mqtt": 1883, "mqtts": 8883}
CARRIERS = ("sms", "wecom", "dingtalk")


class Misconfigured(Exception):
    """The environment cannot be used; the message is one sentence for the operator."""


@dataclass(frozen=True, kw_only=True)
class Database:
    """Where operational data lives: a SQLite file or a PostgreSQL server."""

    engine: str
    name: str
    user: str = ""
    password: str = ""
    host: str = ""
    port: str = ""
    options: tuple[tuple[str, str], ...] = ()

    @property
    def is_sqlite(self) -> bool:
        return self.engine == "sqlite"


@dataclass(frozen=True, kw_only=True)
class Smtp:
    """The mail server messages go by; no host: none."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    security: str
    sender: str


@dataclass(frozen=True, kw_only=True)
class Broker:
    """An MQTT broker of somebody else from which readings are taken."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: bool


@dataclass(frozen=True, kw_only=True)
class Env:
    """What the environment says about this installation."""

    home: Path
    data: Path
    database: Database
    secret_key: str | None
    production: bool
    debug: bool
    hosts: tuple[str, ...]
    origins: tuple[str, ...]
    port: int
    doors: tuple[tuple[str, str, int], ...]
    broker: Broker | None
    modbus: Path | None
    proxies: int
    log_level: str
    smtp: Smtp
    adapters: tuple[tuple[str, str], ...]
    webhook_networks: tuple[IPv4Network | IPv6Network, ...]


def read(environ: Mapping[str, str] = os.environ) -> Env:
    """Read and check the environment. Raises `Misconfigured` with a sentence."""
    home = Path(environ.get("CHENGYUN_HOME") or ROOT / "var").expanduser().resolve()
    env = Env(
        home=home,
        data=Path(environ.get("CHENGYUN_DATA") or ROOT.parent / "shared" / "data").expanduser(),
        database=_database(_secret(environ, "DATABASE_URL") or f"sqlite:///{home}/city.sqlite3"),
        secret_key=_secret(environ, "CHENGYUN_SECRET_KEY"),
        production=_flag(environ, "CHENGYUN_PRODUCTION"),
        debug=_flag(environ, "CHENGYUN_DEBUG"),
        hosts=_words(environ, "CHENGYUN_HOSTS") or LOCAL_HOSTS,
        origins=_words(environ, "CHENGYUN_ORIGINS"),
        port=_port(environ),
        doors=tuple(_door(word) for word in _words(environ, "CHENGYUN_DOORS")),
        broker=_broker(_secret(environ, "CHENGYUN_BROKER") or ""),
        modbus=_file(environ, "CHENGYUN_MODBUS"),
        proxies=_proxies(environ),
        log_level=_level(environ),
        smtp=_smtp(environ),
        adapters=tuple(_adapter(word) for word in _words(environ, "CHENGYUN_ADAPTERS")),
        webhook_networks=tuple(
            _network(word) for word in _words(environ, "CHENGYUN_WEBHOOK_NETWORKS")
        ),
    )
    return _fit_for_production(env) if env.production else env


def secret_key(env: Env) -> str:
    """The key given, else the one kept in the state folder, made at the first start."""
    if env.secret_key:
        return env.secret_key
    kept = env.home / "secret_key"
    if not kept.exists():
        _write_secret(kept)
    key = kept.read_text(encoding="ascii").strip()
    if not key:
        raise Misconfigured(f"{kept} is empty; delete it and a new key is made at the next start.")
    return key


def _write_secret(path: Path) -> None:
    """Written aside and linked into place: of two starters one wins and both read it whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(aside, path)
    except FileExistsError:
        return
    finally:
        aside.unlink()


def _secret(environ: Mapping[str, str], name: str) -> str | None:
    """The variable, or the content of the file `<name>_FILE` points to; None when neither is set."""
    path = environ.get(f"{name}_FILE")
    if path is None:
        return environ.get(name)
    if name in environ:
        raise Misconfigured(f"Set {name} or {name}_FILE, not both.")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Misconfigured(f"{name}_FILE={path} cannot be read: {error.strerror}.") from error


def _file(environ: Mapping[str, str], name: str) -> Path | None:
    """The file a variable names, None where it names none."""
    path = Path(environ.get(name) or "").expanduser()
    if environ.get(name) and not path.is_file():
        raise Misconfigured(f"{name}={path} is no file.")
    return path.resolve() if environ.get(name) else None


def _flag(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name, "False")
    if value not in ("True", "False"):
        raise Misconfigured(f"{name}={value!r}: write True or False.")
    return value == "True"


def _words(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in environ.get(name, "").split(",") if word.strip())


def _port(environ: Mapping[str, str], name: str = "PORT", default: int = 8000) -> int:
    value = environ.get(name) or str(default)
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 65536):
        raise Misconfigured(f"{name}={value!r}: write a number from 1 to 65535.")
    return int(value)


def _proxies(environ: Mapping[str, str]) -> int:
    """How many proxies of our own stand between people and this program."""
    value = environ.get("CHENGYUN_PROXIES") or "0"
    if value not in "0123456789" or len(value) > 1:
        raise Misconfigured(f"CHENGYUN_PROXIES={value!r}: write a number from 0 to 9.")
    return int(value)


def _smtp(environ: Mapping[str, str]) -> Smtp:
    security = environ.get("CHENGYUN_SMTP_SECURITY") or "starttls"
    if security not in SMTP_PORTS:
        raise Misconfigured(f"CHENGYUN_SMTP_SECURITY={security!r}: write {', '.join(SMTP_PORTS)}.")
    host, sender = (environ.get(f"CHENGYUN_SMTP_{name}", "") for name in ("HOST", "FROM"))
    if host and "@" not in sender:
        raise Misconfigured(
            "CHENGYUN_SMTP_HOST needs CHENGYUN_SMTP_FROM, the address mail is from."
        )
    return Smtp(
        host=host,
        port=_port(environ, "CHENGYUN_SMTP_PORT", SMTP_PORTS[security]),
        user=environ.get("CHENGYUN_SMTP_USER", ""),
        password=_secret(environ, "CHENGYUN_SMTP_PASSWORD") or "",
        security=security,
        sender=sender,
    )


def _adapter(word: str) -> tuple[str, str]:
    channel, _, path = word.partition(":")
    if channel not in CARRIERS or not path:
        raise Misconfigured(
            f"CHENGYUN_ADAPTERS: {word!r} is not understood; write sms:file or"
            " wecom:package.module.function."
        )
    return channel, path


def _door(word: str) -> tuple[str, str, int]:
    """jt808=127.0.0.1:8011."""
    key, _, address = word.partition("=")
    host, _, port = address.rpartition(":")
    if key not in DOORS or not host or not port.isdecimal() or not 0 < int(port) <= HIGHEST_PORT:
        raise Misconfigured(
            f"CHENGYUN_DOORS: {word!r} is not understood; write {'|'.join(DOORS)}=host:port."
        )
    return key, host.strip("[]"), int(port)


def _broker(url: str) -> Broker | None:
    """mqtt://user:password@host:1883, or mqtts:// for TLS."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in MQTT_PORTS or not parts.hostname:
        raise Misconfigured(
            "CHENGYUN_BROKER: write mqtt://user:password@host:1883, or mqtts:// for TLS."
        )
    return Broker(
        host=parts.hostname,
        port=port or MQTT_PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=parts.scheme == "mqtts",
    )


def _network(word: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(word)
    except ValueError as error:
        raise Misconfigured(
            f"CHENGYUN_WEBHOOK_NETWORKS: {word!r} is no network; write 10.1.0.0/16."
        ) from error


def _level(environ: Mapping[str, str]) -> str:
    value = environ.get("CHENGYUN_LOG", "INFO")
    if value not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise Misconfigured(f"CHENGYUN_LOG={value!r}: write DEBUG, INFO, WARNING or ERROR.")
    return value


def _database(url: str) -> Database:
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1:
        return Database(engine="sqlite", name=unquote(parts.path[1:]))
    if parts.scheme in ("postgresql", "postgres") and len(parts.path) > 1:
        return Database(
            engine="postgresql",
            name=unquote(parts.path[1:]),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            host=unquote(parts.hostname or ""),
            port=str(_url_port(url) or ""),
            options=tuple(parse_qsl(parts.query)),
        )
    raise Misconfigured(
        "DATABASE_URL is not understood; write postgresql://user:password@host:5432/name"
        " or sqlite:////full/path/city.sqlite3."
    )


def _url_port(url: str) -> int | None:
    try:
        return urlsplit(url).port
    except ValueError as error:
        raise Misconfigured("DATABASE_URL has a port that is no number.") from error


def _fit_for_production(env: Env) -> Env:
    if env.debug:
        raise Misconfigured("CHENGYUN_DEBUG=True is refused in production.")
    if env.secret_key is not None and len(env.secret_key) < SHORTEST_KEY:
        raise Misconfigured(
            f"CHENGYUN_SECRET_KEY is empty or shorter than {SHORTEST_KEY} characters;"
            " unset it and one is made in CHENGYUN_HOME."
        )
    if "*" in env.hosts:
        raise Misconfigured("CHENGYUN_HOSTS=* is refused in production; list this server's names.")
    return env
