"""Settings: what the environment and the file say, and what is refused."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from typer import Exit

from channels.core.exchange import ExchangeSettings
from server.commands.serve import with_options
from server.config import Settings, load_settings
from server.doctor import State, check_settings
from server.lifespan import exchange_settings


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


@pytest.mark.parametrize(
    "token",
    ["short", "x" * 15, "x" * 257, "sixteen and blanks", "口令口令口令口令口令口令口令口令", "a" * 20 + "\n"],
)
def test_a_token_for_metrics_is_long_and_plain(token: str) -> None:
    with pytest.raises(ValidationError, match="16 to 256 visible ASCII") as caught:
        Settings(metrics_token=token)
    assert token not in str(caught.value.errors(include_input=False))


def test_a_token_for_metrics_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUITANG_METRICS_TOKEN", "hush-hush-hush-hush")
    settings = load_settings()
    assert settings.metrics_token is not None
    assert "hush" not in repr(settings)
    monkeypatch.setenv("HUITANG_METRICS_TOKEN", "")
    assert load_settings().metrics_token is None


def test_every_setting_is_documented() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "hui.example.org"])  # noqa: S104 - looked at, not bound
def test_rate_limits_stay_on_where_others_can_reach_the_server(host: str) -> None:
    with pytest.raises(ValidationError, match="loopback"):
        Settings(host=host, limit_factor=0)
    assert Settings(host=host, limit_factor=1_000).limit_factor == 1_000


def test_rate_limits_may_be_off_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUITANG_LIMIT_FACTOR", "0")
    settings = load_settings()
    assert exchange_settings(settings, several=False).session.per_minute == 0
    with pytest.raises(Exit):
        with_options(settings, "0.0.0.0", None, None)  # noqa: S104 - refused, not bound
    assert with_options(settings, "::1", None, None).host == "::1"


def test_the_factor_multiplies_the_limits_of_a_connection() -> None:
    usual = ExchangeSettings().session
    assert exchange_settings(Settings(), several=True) == ExchangeSettings(several=True)
    wide = exchange_settings(Settings(limit_factor=3), several=True).session
    assert (wide.burst, wide.per_minute) == (3 * usual.burst, 3 * usual.per_minute)


def test_the_doctor_says_so_when_limits_are_not_the_usual_ones() -> None:
    assert [finding.state for finding in check_settings(Settings())] == [State.GOOD]
    for factor, said in ((0, "switched off"), (7, "multiplied by 7")):
        found = check_settings(Settings(limit_factor=factor))
        assert [(finding.state, said in finding.said) for finding in found] == [(State.WARNING, True)]
