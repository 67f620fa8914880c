"""Settings: what the environment may choose, and that the documentation says the same."""

import re
from pathlib import Path

import pytest

from routebook_server.identity.attempts import FIRST_WAIT_MS, FREE_BY_ADDRESS, FREE_BY_EMAIL, LONGEST_WAIT_MS
from routebook_server.identity.sessions import LASTS_MS
from routebook_server.settings import LogFormat, SettingError, Settings, choices, settings_from_environment

OPERATING = (Path(__file__).resolve().parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")


def test_the_documentation_lists_every_setting_as_it_is() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| `([^`]*)` \| (.+) \|$", OPERATING, re.MULTILINE)
    assert rows == [(choice.env, choice.default, choice.description) for choice in choices()]


def test_the_documentation_gives_the_limits_as_they_are() -> None:
    assert f"A session lasts {LASTS_MS // 86_400_000} days" in OPERATING
    assert (FREE_BY_EMAIL, FREE_BY_ADDRESS) == (5, 30)
    assert "After five wrong passwords for one e-mail (thirty from one address)" in OPERATING
    assert f"from {FIRST_WAIT_MS // 1_000} seconds to {LONGEST_WAIT_MS // 60_000} minutes" in OPERATING


def test_nothing_chosen_gives_the_defaults() -> None:
    assert settings_from_environment({"PATH": "/bin", "PORT": ""}) == Settings()


def test_the_environment_chooses_and_the_command_line_wins() -> None:
    environment = {"PORT": "9000", "DATA": "/srv/x", "ROUTEBOOK_TRUST_PROXY": "true", "ROUTEBOOK_LOG_FORMAT": "json"}
    chosen = settings_from_environment(environment, port=9001, host=None)
    assert chosen == Settings(data=Path("/srv/x"), port=9001, trust_proxy=True, log_format=LogFormat.JSON)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("ROUTEBOOK_TRUST_PROXY", "perhaps"),
        ("ROUTEBOOK_LOG_FORMAT", "xml"),
        ("ROUTEBOOK_ROADS", "osrm:5000"),
        ("ROUTEBOOK_ROADS", "ftp://osrm"),
        ("ROUTEBOOK_ROADS", "http://osrm#top"),
    ],
)
def test_a_value_that_cannot_be_understood_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"{name}={value}"):
        settings_from_environment({name: value})


def test_a_misspelt_setting_is_an_error() -> None:
    with pytest.raises(SettingError, match="ROUTEBOOK_TRUSTPROXY"):
        settings_from_environment({"ROUTEBOOK_TRUSTPROXY": "true"})
