"""Settings: what the environment and the file say, and what is refused."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from server.config import Settings, load_settings


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(f"HUITANG_{field.upper()}", raising=False)
    monkeypatch.delenv("HUITANG_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)


def test_defaults_are_for_one_machine() -> None:
    settings = load_settings()
    assert settings.host == "127.0.0.1"
    assert settings.mongo_url is None
    assert settings.keys == Path("var/keys.json")
    assert settings.address == "http://localhost:8080"
    assert not settings.behind_tls


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "my.env").write_text("HUITANG_PORT=9001\nHUITANG_WORKERS=2\n")
    monkeypatch.setenv("HUITANG_CONFIG", str(tmp_path / "my.env"))
    monkeypatch.setenv("HUITANG_PORT", "9002")
    settings = load_settings()
    assert (settings.port, settings.workers) == (9002, 2)


def test_origins_are_exact() -> None:
    settings = Settings(origins="https://hui.example.org, https://m.example.org:8443")
    assert settings.origin_set == {"https://hui.example.org", "https://m.example.org:8443"}
    assert settings.behind_tls


@pytest.mark.parametrize("origin", ["hui.example.org", "https://hui.example.org/", "ftp://x", "https://"])
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(ValidationError, match="origin"):
        Settings(origins=origin)


def test_a_connection_string_is_not_shown() -> None:
    settings = Settings(mongo_url="mongodb://me:hush@db.example.org")
    assert "hush" not in repr(settings)


def test_every_setting_is_documented() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
