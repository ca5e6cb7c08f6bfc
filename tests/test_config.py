"""Settings are typed, checked at start, and wrong ones are named in plain words."""

from pathlib import Path

import pytest

from hub.config import Config, describe, prepare_data_dir, strays
from hub.errors import ConfigError


def test_defaults_need_no_environment() -> None:
    config = Config.from_environment({})
    assert config.database == f"sqlite:///{Path('var').absolute() / 'hub.sqlite3'}"


def test_values_are_typed() -> None:
    config = Config.from_environment(
        {
            "HUB_DATA_DIR": "/tmp/x",
            "HUB_THREADS": "8",
            "HUB_TRUSTED_HOSTS": "a.org, b.org",
            "HUB_BESIDE_WORKER": "no",
        }
    )
    assert (config.data_dir, config.threads, config.trusted_hosts) == (Path("/tmp/x"), 8, ("a.org", "b.org"))
    assert config.beside_worker is False


def test_postgresql_is_reached_through_one_driver_however_it_is_written() -> None:
    for url in ("postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"):
        assert Config.from_environment({"HUB_DATABASE_URL": url}).database == "postgresql+psycopg://u@h/d"


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("HUB_THREADS", "many"), ("HUB_THREADS", "0"), ("HUB_THREADS", "٣"), ("HUB_PROXIES", "-1"),
        ("HUB_DATABASE_URL", "mysql://u@h/d"), ("HUB_DATABASE_URL", "nonsense"), ("HUB_BASE_URL", "hub.example.org"),
        ("HUB_BASE_URL", "https://hub.example.org/path"), ("HUB_SEARCH_RATE", "fast"), ("HUB_LOG_FORMAT", "xml"),
        ("HUB_BESIDE_WORKER", "maybe"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_with_what_it_should_be(variable: str, text: str) -> None:
    with pytest.raises(ConfigError, match=f"{variable}: should be .* is '{text}'"):
        Config.from_environment({variable: text})


def test_all_wrong_values_are_named_at_once() -> None:
    with pytest.raises(ConfigError) as error:
        Config.from_environment({"HUB_THREADS": "x", "HUB_LOG_LEVEL": "loud"})
    assert str(error.value).count("should be") == 2


def test_a_setting_can_be_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file\n")
    environ = {"HUB_SECRET_KEY_FILE": str(tmp_path / "key")}
    assert Config.from_environment(environ).secret_key == "from a file"
    assert Config.from_environment(environ | {"HUB_SECRET_KEY": "given"}).secret_key == "given"
    assert strays(environ) == []
    with pytest.raises(ConfigError, match="HUB_SECRET_KEY_FILE: cannot be read"):
        Config.from_environment({"HUB_SECRET_KEY_FILE": str(tmp_path / "none")})
    (tmp_path / "threads").write_text("many")
    with pytest.raises(ConfigError, match=r"HUB_THREADS: should be .* is something else"):
        Config.from_environment({"HUB_THREADS_FILE": str(tmp_path / "threads")})


def test_variables_that_set_nothing_are_listed() -> None:
    assert strays({"HUB_THREDS": "1", "HUB_THREADS": "1", "HUB_TEST_X": "1", "HOME": "/"}) == ["HUB_THREDS"]


def test_every_setting_has_a_meaning() -> None:
    assert all(meaning for _, _, meaning in describe())


def test_the_secret_key_is_made_once_and_private(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path / "var")
    key = prepare_data_dir(config)
    assert len(key) > 40
    assert prepare_data_dir(config) == key
    assert (tmp_path / "var" / "secret-key").stat().st_mode & 0o077 == 0


def test_a_data_folder_that_cannot_be_made_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="HUB_DATA_DIR: cannot use"):
        prepare_data_dir(Config(data_dir=tmp_path / "file" / "var"))
