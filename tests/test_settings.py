"""Settings: where they come from, and that a typing error is told by name."""

from pathlib import Path

import pytest

from bot import settings
from bot.errors import SettingsError
from bot.settings import AudioSource


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_everything_has_a_default() -> None:
    loaded = settings.load()

    assert loaded.audio_sources == (AudioSource.UPLOAD, AudioSource.DEEZER)
    assert not loaded.spotify_ready


def test_the_environment_wins_over_env_file_over_toml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "earmark.toml").write_text('workspace = "t"\nzone = "Europe/Berlin"\n')
    (tmp_path / ".env").write_text("EARMARK_WORKSPACE=e\nEARMARK_UPLOAD_MAX_MIB=9\nOTHER=1\n")
    monkeypatch.setenv("EARMARK_UPLOAD_MAX_MIB", "7")

    loaded = settings.load()

    assert (loaded.zone, loaded.workspace, loaded.upload_max_mib) == ("Europe/Berlin", "e", 7)


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("EARMARK_DATABSE_URL", r"EARMARK_DATABSE_URL\. Did you mean EARMARK_DATABASE_URL\?"),
        ("EARMARK_XYZZY", r"no setting called EARMARK_XYZZY\.$"),
    ],
)
def test_an_unknown_variable_is_refused_by_name(
    key: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(key, "x")

    with pytest.raises(SettingsError, match=sentence):
        settings.load()


def test_an_unknown_key_of_the_env_file_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("EARMARK_ZONNE=UTC\n")

    with pytest.raises(SettingsError, match="EARMARK_ZONNE"):
        settings.load()


def test_an_unknown_key_of_the_toml_file_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "earmark.toml").write_text('zonne = "UTC"\n')

    with pytest.raises(SettingsError, match=r"zonne\. Did you mean zone\?"):
        settings.load()


def test_a_broken_toml_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "earmark.toml").write_text("zone = \n")

    with pytest.raises(SettingsError, match=r"earmark\.toml cannot be read"):
        settings.load()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("EARMARK_ZONE", "Mars/Olympus"),
        ("EARMARK_UPLOAD_MAX_MIB", "many"),
        ("EARMARK_AUDIO_SOURCES", "deezer,soundcloud"),
        ("EARMARK_DEEZER_URL", "ftp://example.org"),
    ],
)
def test_a_wrong_value_names_its_setting(
    key: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(key, value)

    with pytest.raises(SettingsError, match=key):
        settings.load()


def test_a_list_may_be_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARMARK_AUDIO_SOURCES", "itunes, upload")

    assert settings.load().audio_sources == (AudioSource.ITUNES, AudioSource.UPLOAD)


def test_secrets_are_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARMARK_SPOTIFY_CLIENT_ID", "id")
    monkeypatch.setenv("EARMARK_SPOTIFY_CLIENT_SECRET", "hunter2")
    monkeypatch.setenv("EARMARK_SECRET_KEY", "hunter3")

    loaded = settings.load()

    assert loaded.spotify_ready
    assert "hunter" not in f"{loaded} {loaded!r} {loaded.model_dump()}"


def test_a_wrong_secret_is_not_repeated_in_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARMARK_WORKSPACE", "x" * 101 + "hunter2")

    with pytest.raises(SettingsError) as caught:
        settings.load()

    assert "hunter2" not in str(caught.value)
