"""Settings from the environment, and the page that lists them."""

from pathlib import Path

import pytest
from ijaza_attendance.settings import USUAL, AttendanceSettings
from ijaza_local.settings import settings_page
from ijaza_runtime.settings import RuntimeSettings
from pydantic import ValidationError

ROOT = Path(__file__).parents[3]


def test_without_any_variable_everything_is_on_this_machine() -> None:
    """The defaults are the embedded bus and store under `.ijaza` in the working directory."""
    settings = RuntimeSettings()

    assert settings.bus_url == "sqlite:///.ijaza/bus.db"
    assert settings.store_url == "sqlite:///.ijaza/stores"
    assert settings.keys == Path(".ijaza/keys")
    assert settings.partitions == 12


def test_variables_are_read_with_their_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    """`IJAZA_BUS_URL` counts and `BUS_URL` does not."""
    monkeypatch.setenv("IJAZA_BUS_URL", "kafka://broker:9092")
    monkeypatch.setenv("STORE_URL", "mongodb://somewhere")

    settings = RuntimeSettings()

    assert settings.bus_url == "kafka://broker:9092"
    assert settings.store_url == "sqlite:///.ijaza/stores"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("IJAZA_PARTITIONS", "0"),
        ("IJAZA_PARTITIONS", "twelve"),
        ("IJAZA_LOG_LEVEL", "chatty"),
        ("IJAZA_PARTITIONS", "1025"),
        ("IJAZA_TRUSTED_PROXIES", "10.0.0.7,*"),
        ("IJAZA_TRUSTED_PROXIES", "proxy.example.org"),
    ],
)
def test_a_wrong_value_is_refused_without_repeating_it(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """The error names the setting; the value may be a secret put in the wrong place."""
    monkeypatch.setenv(variable, value)

    with pytest.raises(ValidationError) as refused:
        RuntimeSettings()

    assert variable.removeprefix("IJAZA_").lower() in str(refused.value)
    assert f"'{value}'" not in str(refused.value)


def test_what_is_of_one_service_is_read_as_the_rest_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fleet's rate is of attendance; without the variable it is the usual one."""
    assert AttendanceSettings() == USUAL
    monkeypatch.setenv("IJAZA_FLEET_RATE", "7")
    assert AttendanceSettings().fleet_rate == 7
    assert "fleet_rate" not in RuntimeSettings.model_fields

    monkeypatch.setenv("IJAZA_FLEET_RATE", "0")
    with pytest.raises(ValidationError) as refused:
        AttendanceSettings()
    assert "fleet_rate" in str(refused.value)


def test_proxies_are_addresses_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Separated by commas; nobody is trusted by default."""
    assert RuntimeSettings().proxies == []
    monkeypatch.setenv("IJAZA_TRUSTED_PROXIES", "10.0.0.7, 10.1.0.0/16,::1")

    assert RuntimeSettings().proxies == ["10.0.0.7", "10.1.0.0/16", "::1"]


def test_addresses_with_passwords_are_not_shown() -> None:
    """The `repr` that might end in a log leaves out the addresses of bus and store."""
    settings = RuntimeSettings(
        bus_url="kafka://u:hunter2@broker", store_url="mongodb://u:hunter2@db"
    )

    assert "hunter2" not in repr(settings)


def test_the_page_of_settings_is_current() -> None:
    """`docs/settings.md` is what the models say now; its second paragraph says how to renew it."""
    assert (ROOT / "docs/settings.md").read_text(encoding="utf-8") == settings_page()
