"""Settings: development makes what it misses, production refuses and names what is missing or weak."""

import re
import stat
from pathlib import Path

import pytest

from sad import settings as module
from sad.settings import SettingsError, load_settings

EXAMPLES = module.ROOT / "config" / "environments"
SEAL_KEY = "q8Vn3sW1kZp7RtYx0LmB5cHdJf2GaE9u"


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    """An environment with which production starts."""
    key = tmp_path / "keys" / "seal.key"
    key.parent.mkdir()
    key.write_text(SEAL_KEY)
    key.chmod(0o600)
    return {
        "SAD_ENV": "production",
        "SAD_DATABASE_URL": "postgresql://sad@db/sad",
        "SAD_DATA_DIR": str(tmp_path / "data"),
        "SAD_SECRET_KEY": "b7Kx2mQ9vTz4LpWc8RnYd1GhJs6FaE3u",
        "SAD_SEAL_KEY_FILE": str(key),
        "SAD_SMTP_URL": "smtp+starttls://sad:secret@mail.agglo.example:587",
        "SAD_BASE_URL": "https://marches.agglo.example/",
    }


def test_production_starts_with_every_setting(production: dict[str, str]):
    settings = load_settings(production)
    assert settings.is_production and settings.is_https
    assert settings.base_url == "https://marches.agglo.example"
    assert settings.seal_key == SEAL_KEY.encode()
    assert settings.mail_from == "ne-pas-repondre@marches.agglo.example"


REFUSED = [
    ("SAD_ENV", "prod"),
    ("SAD_DATABASE_URL", None),
    ("SAD_DATABASE_URL", "postgres://sad@db/sad"),
    ("SAD_DATABASE_URL", "mysql://sad@db/sad"),
    ("SAD_SECRET_KEY", None),
    ("SAD_SECRET_KEY", ""),
    ("SAD_SECRET_KEY", "trop-court"),
    ("SAD_SECRET_KEY", "a" * 64),
    ("SAD_SECRET_KEY", "abcabcabc" * 8),
    ("SAD_SEAL_KEY_FILE", None),
    ("SAD_SEAL_KEY_FILE", "/nowhere/seal.key"),
    ("SAD_SMTP_URL", None),
    ("SAD_SMTP_URL", ""),
    ("SAD_SMTP_URL", "mail.agglo.example:587"),
    ("SAD_SMTP_URL", "https://mail.agglo.example"),
    ("SAD_SMTP_URL", "smtp://:25"),
    ("SAD_SMTP_URL", "smtp://mail.agglo.example:port"),
    ("SAD_BASE_URL", None),
    ("SAD_BASE_URL", "http://marches.agglo.example"),
    ("SAD_BASE_URL", "https://"),
    ("SAD_BASE_URL", "marches.agglo.example"),
    ("SAD_MAIL_FROM", "Achats <achats@agglo.example>"),
    ("SAD_MAIL_FROM", "achats"),
]


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_production_refuses_a_missing_or_weak_setting_and_names_it(production: dict[str, str], name: str, value: str | None):
    environ = {key: each for key, each in {**production, name: value}.items() if each is not None}
    with pytest.raises(SettingsError, match=name):
        load_settings(environ)


def test_production_refuses_a_weak_seal_key(production: dict[str, str]):
    for weak in ("trop court", "a" * 64):
        Path(production["SAD_SEAL_KEY_FILE"]).write_text(weak)
        with pytest.raises(SettingsError, match="SAD_SEAL_KEY_FILE"):
            load_settings(production)


def test_production_refuses_a_seal_key_that_others_can_read(production: dict[str, str]):
    Path(production["SAD_SEAL_KEY_FILE"]).chmod(0o644)
    with pytest.raises(SettingsError, match="SAD_SEAL_KEY_FILE"):
        load_settings(production)


def test_production_refuses_a_seal_key_kept_with_the_data_even_through_a_link(production: dict[str, str], tmp_path: Path):
    inside = tmp_path / "data" / "seal.key"
    inside.parent.mkdir()
    Path(production["SAD_SEAL_KEY_FILE"]).rename(inside)
    with pytest.raises(SettingsError, match="SAD_SEAL_KEY_FILE"):
        load_settings({**production, "SAD_SEAL_KEY_FILE": str(inside)})
    link = tmp_path / "link.key"
    link.symlink_to(inside)
    with pytest.raises(SettingsError, match="SAD_SEAL_KEY_FILE"):
        load_settings({**production, "SAD_SEAL_KEY_FILE": str(link)})


def test_production_makes_no_key(production: dict[str, str], tmp_path: Path):
    load_settings(production)
    assert not (tmp_path / "data" / "keys").exists()


def test_development_makes_its_keys_once_for_its_owner_alone(tmp_path: Path):
    first = load_settings({"SAD_DATA_DIR": str(tmp_path)})
    second = load_settings({"SAD_DATA_DIR": str(tmp_path)})
    assert first == second
    assert first.database_url == f"sqlite:///{tmp_path / 'sad.sqlite'}"
    assert first.smtp_url is None and not first.is_https
    keys = sorted((tmp_path / "keys").iterdir())
    assert [key.name for key in keys] == ["seal.key", "secret.key"]
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
    assert first.secret_key.encode() != first.seal_key


def test_development_too_refuses_a_weak_key_that_was_given(tmp_path: Path):
    with pytest.raises(SettingsError, match="SAD_SECRET_KEY"):
        load_settings({"SAD_DATA_DIR": str(tmp_path), "SAD_SECRET_KEY": "court"})


def test_the_data_directory_is_there_once_the_settings_are_read_wherever_the_database_is(production: dict[str, str], tmp_path: Path):
    load_settings(production)
    assert (tmp_path / "data").is_dir()


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="SAD_DATA_DIR"):
        load_settings({"SAD_DATA_DIR": str(tmp_path / "file" / "data")})


@pytest.mark.parametrize("name", ["development", "production"])
def test_each_example_explains_every_setting_that_the_code_reads(name: str):
    read = set(re.findall(r'"(SAD_[A-Z_]+)"', Path(module.__file__).read_text()))
    text = (EXAMPLES / f"{name}.env.example").read_text()
    assert read == set(re.findall(r"^#?(SAD_[A-Z_]+)=", text, flags=re.MULTILINE))


def test_the_example_for_production_holds_no_secret_that_would_pass(production: dict[str, str]):
    lines = (EXAMPLES / "production.env.example").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line.startswith("SAD_"))
    with pytest.raises(SettingsError, match="SAD_SECRET_KEY"):
        load_settings({**production, "SAD_SECRET_KEY": given["SAD_SECRET_KEY"]})
