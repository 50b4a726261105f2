"""The environment: what is accepted, what is refused, and that a refusal is a sentence."""

import stat
from pathlib import Path

import pytest

from chengyun.config.env import Misconfigured, read, secret_key


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
    ],
)
def test_nonsense_is_refused_with_a_sentence(environ: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match=r"[.]$"):
        read(environ)


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
