"""The environment: what is accepted, what is refused, and that a refusal is a sentence."""

import stat
from pathlib import Path

import pytest

from chengyun.city.sensing.models import Link
from chengyun.config.env import DOORS, Misconfigured, read, secret_key
from chengyun.gateways.asgi import LINES
from chengyun.gateways.broker import DOOR as BROKER
from chengyun.gateways.callback_door import PLATFORMS
from chengyun.gateways.http import DOOR as HTTP
from chengyun.gateways.modbus import DOOR as MODBUS
from chengyun.systems.monitoring.link_pages import DOORS as LABELS
from tools import start


def test_an_empty_environment_is_a_city_on_sqlite(tmp_path: Path) -> None:
    env = read({"CHENGYUN_HOME": str(tmp_path)})
    assert env.database.is_sqlite
    assert env.database.name == f"{tmp_path}/city.sqlite3"
    assert not env.debug
    assert not env.production
    assert env.hosts == ("localhost", "127.0.0.1", "[::1]")
    assert env.port == 8000
    assert env.proxies == 0
    assert read({"CHENGYUN_HOME": str(tmp_path), "CHENGYUN_PROXIES": "2"}).proxies == 2


def test_a_door_has_an_address() -> None:
    env = read({"CHENGYUN_DOORS": "jt808=0.0.0.0:8011, sl651=[::1]:8013"})
    assert env.doors == (("jt808", "0.0.0.0", 8011), ("sl651", "::1", 8013))  # noqa: S104


def test_every_door_is_named_alike_wherever_doors_are_named() -> None:
    """The environment, ``./run`` (which gives the ports in this order), the gateway, and the page of who speaks."""
    assert DOORS == start.DOORS == tuple(LINES)
    assert set(LABELS) == {*LINES, HTTP, BROKER, MODBUS, *PLATFORMS}
    assert max(map(len, LABELS)) <= (Link._meta.get_field("door").max_length or 0)


def test_postgresql_with_everything() -> None:
    url = "postgresql://city%40x:p%2Fw@db.example:5433/chengyun?sslmode=require"
    database = read({"DATABASE_URL": url}).database
    assert (database.engine, database.name) == ("postgresql", "chengyun")
    assert (database.user, database.password) == ("city@x", "p/w")
    assert (database.host, database.port) == ("db.example", "5433")
    assert database.options == (("sslmode", "require"),)


@pytest.mark.parametrize(
    "environ",
    [
        {"CHENGYUN_DEBUG": "true"},
        {"CHENGYUN_DEBUG": "1"},
        {"CHENGYUN_DEBUG": ""},
        {"PORT": "eighty"},
        {"PORT": "70000"},
        {"DATABASE_URL": "mysql://localhost/city"},
        {"DATABASE_URL": "postgresql://localhost"},
        {"DATABASE_URL": "postgresql://localhost:port/city"},
        {"CHENGYUN_LOG": "LOUD"},
        {"CHENGYUN_PROXIES": "one"},
        {"CHENGYUN_PROXIES": "10"},
        {"CHENGYUN_PROXIES": "-1"},
        {"CHENGYUN_SECRET_KEY_FILE": "/nowhere/key"},
        {"CHENGYUN_SECRET_KEY_FILE": "/nowhere/key", "CHENGYUN_SECRET_KEY": "k"},
        {"CHENGYUN_PRODUCTION": "True", "CHENGYUN_DEBUG": "True"},
        {"CHENGYUN_PRODUCTION": "True", "CHENGYUN_SECRET_KEY": ""},
        {"CHENGYUN_PRODUCTION": "True", "CHENGYUN_SECRET_KEY": "short"},
        {"CHENGYUN_PRODUCTION": "True", "CHENGYUN_HOSTS": "*"},
        {"CHENGYUN_SMTP_HOST": "mail.example.org"},
        {"CHENGYUN_SMTP_HOST": "mail.example.org", "CHENGYUN_SMTP_FROM": "nobody"},
        {"CHENGYUN_SMTP_SECURITY": "ssl"},
        {"CHENGYUN_SMTP_PORT": "smtp"},
        {"CHENGYUN_SMTP_PORT": "70000"},
        {"CHENGYUN_SMTP_PASSWORD_FILE": "/nowhere/key"},
        {"CHENGYUN_ADAPTERS": "sms"},
        {"CHENGYUN_DOORS": "jt808"},
        {"CHENGYUN_BROKER": "broker:1883"},
        {"CHENGYUN_MODBUS": "/nowhere/points.toml"},
        {"CHENGYUN_BROKER": "mqtt://broker:port"},
        {"CHENGYUN_DOORS": "jt809=0.0.0.0:8011"},
        {"CHENGYUN_DOORS": "jt808=0.0.0.0:0"},
        {"CHENGYUN_DOORS": "jt808=8011"},
        {"CHENGYUN_ADAPTERS": "sms:"},
        {"CHENGYUN_ADAPTERS": "pigeon:file"},
        {"CHENGYUN_WEBHOOK_NETWORKS": "10.1.0.0/33"},
        {"CHENGYUN_WEBHOOK_NETWORKS": "everywhere"},
    ],
)
def test_nonsense_is_refused_with_a_sentence(environ: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match=r"[.]$"):
        read(environ)


def test_a_city_without_mail_needs_no_words_for_it() -> None:
    env = read({})
    assert (env.smtp.host, env.smtp.security, env.smtp.port) == ("", "starttls", 587)
    assert (env.adapters, env.webhook_networks) == ((), ())


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_a_mail_server_with_everything(tmp_path: Path, security: str, port: int) -> None:
    kept = tmp_path / "password"
    kept.write_text("lake-and-canal\n")
    environ = {
        "CHENGYUN_SMTP_HOST": "mail.example.org",
        "CHENGYUN_SMTP_FROM": "city@example.org",
        "CHENGYUN_SMTP_USER": "city",
        "CHENGYUN_SMTP_PASSWORD_FILE": str(kept),
        "CHENGYUN_SMTP_SECURITY": security,
    }
    smtp = read(environ).smtp
    assert (smtp.host, smtp.port, smtp.security) == ("mail.example.org", port, security)
    assert (smtp.user, smtp.password, smtp.sender) == ("city", "lake-and-canal", "city@example.org")
    assert read(environ | {"CHENGYUN_SMTP_PORT": "2525"}).smtp.port == 2525
    assert "lake-and-canal" not in repr(read(environ))


def test_carriers_and_networks_are_read_word_by_word() -> None:
    env = read(
        {
            "CHENGYUN_ADAPTERS": "sms:file, wecom:my_city.wecom.send",
            "CHENGYUN_WEBHOOK_NETWORKS": "10.1.0.0/16, fd00::/8",
        }
    )
    assert env.adapters == (("sms", "file"), ("wecom", "my_city.wecom.send"))
    assert [str(network) for network in env.webhook_networks] == ["10.1.0.0/16", "fd00::/8"]


def test_a_wrong_address_does_not_show_its_password() -> None:
    with pytest.raises(Misconfigured) as caught:
        read({"DATABASE_URL": "mysql://city:hunter2@localhost/city"})
    assert "hunter2" not in str(caught.value)


def test_secrets_can_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql:///chengyun\n")
    (tmp_path / "key").write_text("k" * 50 + "\n")
    files = {"url": "DATABASE_URL_FILE", "key": "CHENGYUN_SECRET_KEY_FILE"}
    env = read({name: str(tmp_path / file) for file, name in files.items()})
    assert env.database.name == "chengyun"
    assert secret_key(env) == "k" * 50


def test_the_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    env = read({"CHENGYUN_HOME": str(tmp_path / "new")})
    key = secret_key(env)
    assert len(key) >= 50
    assert secret_key(env) == key
    assert stat.S_IMODE((tmp_path / "new" / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret_key"]


def test_an_emptied_key_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("\n")
    with pytest.raises(Misconfigured):
        secret_key(read({"CHENGYUN_HOME": str(tmp_path)}))
