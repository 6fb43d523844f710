"""Settings: from the environment, then `.env`, then `earmark.toml`; frozen once read.

Every setting has a default, so that `earmark demo` and a first queue need none. A key that no
setting has is refused by name: a typing error must not silently mean "the default".
"""

import os
import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bot.errors import SettingsError

PREFIX = "EARMARK_"
ENV_FILE = ".env"
TOML_FILE = "earmark.toml"


class AudioSource(StrEnum):
    """Where audio may come from. The terms of each are named in docs/audio-sources.md."""

    UPLOAD = "upload"
    DEEZER = "deezer"
    ITUNES = "itunes"
    SPOTIFY = "spotify"


class Settings(BaseSettings):
    """What an operator may choose. `str(settings)` never shows a secret."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        toml_file=TOML_FILE,
        extra="ignore",  # unknown keys are refused by `load`, in all three places and by name
        frozen=True,
        hide_input_in_errors=True,
    )

    database_url: str = "sqlite:///earmark.db"
    data_dir: Path = Path("earmark-data")
    workspace: str = Field(default="local", min_length=1, max_length=100)
    zone: str = "UTC"
    secret_key: SecretStr | None = None

    spotify_client_id: str | None = None
    spotify_client_secret: SecretStr | None = None
    spotify_api_url: str = "https://api.spotify.com/v1/"
    spotify_token_url: str = "https://accounts.spotify.com/api/token"  # noqa: S105 - an address
    spotify_oembed_url: str = "https://open.spotify.com/oembed"
    # Spotify publishes no quota; other projects were locked out from about 500 calls a day on.
    spotify_daily_budget: int = Field(default=300, ge=1)
    # Calls within any five seconds, by all processes together.
    spotify_pace: int = Field(default=5, ge=1)

    deezer_url: str = "https://api.deezer.com"
    itunes_url: str = "https://itunes.apple.com"
    audio_sources: Annotated[tuple[AudioSource, ...], NoDecode] = (
        AudioSource.UPLOAD,
        AudioSource.DEEZER,
    )
    # Hosts, besides each source's own, that previews may be downloaded from.
    preview_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    upload_max_mib: int = Field(default=25, ge=1, le=200)

    # Submissions that one process looks up and hears at the same time; most of it is waiting.
    jobs_at_once: int = Field(default=8, ge=1, le=100)

    model_file: Path | None = None

    discord_token: SecretStr | None = None
    discord_url: str = "https://discord.com"

    # Of the bot (`xoxb-…`), and of the app (`xapp-…`), which opens the connection.
    slack_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    # Two apps of a team may want the same name.
    slack_command: str = Field(default="/earmark", pattern=r"^/[a-z0-9_-]{1,31}$")
    slack_url: str = "https://slack.com/api/"
    # With it Slack calls us, at an address of ours, instead of Socket Mode.
    slack_signing_secret: SecretStr | None = None
    slack_host: str = "127.0.0.1"
    slack_port: int = Field(default=3000, ge=1, le=65535)
    # What Slack and people call from outside, where a proxy brings https.
    slack_public_url: str | None = None
    # Of an app that any team may install; the tokens of the teams are in the database, encrypted.
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None

    # One core each. Two, so that a file which takes its whole time does not hold up all others.
    scoring_processes: int = Field(default=2, ge=1, le=64)
    # A process takes 115 MiB with its model and 240 to 270 at work.
    scoring_memory_mib: int = Field(default=1024, ge=512)
    scoring_seconds: float = Field(default=30.0, ge=1, le=600)

    @field_validator("audio_sources", "preview_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """`deezer, upload` in the environment means the same as a list in the TOML file."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("is no IANA time zone such as Europe/Berlin") from error
        return value

    @field_validator(
        "spotify_api_url",
        "spotify_token_url",
        "spotify_oembed_url",
        "deezer_url",
        "itunes_url",
        "discord_url",
        "slack_url",
        "slack_public_url",
    )
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be an http(s) address")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before `.env` before `earmark.toml`."""
        del file_secret_settings
        toml = TomlConfigSettingsSource(settings_cls)
        return init_settings, env_settings, dotenv_settings, toml

    @property
    def spotify_ready(self) -> bool:
        return bool(self.spotify_client_id and self.spotify_client_secret)


def load(**overrides: Any) -> Settings:
    """Read the settings, or raise SettingsError with one sentence that names the key."""
    try:
        _refuse_unknown()
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        key = PREFIX + "_".join(str(part) for part in first["loc"][:1]).upper()
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"The setting {key} is wrong: {reason}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{TOML_FILE} cannot be read: {error}.") from error


def _refuse_unknown() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    dotenv = dotenv_values(ENV_FILE) if Path(ENV_FILE).is_file() else {}
    _refuse((key for key in (*os.environ, *dotenv) if key.upper().startswith(PREFIX)), known)
    if Path(TOML_FILE).is_file():
        table = tomllib.loads(Path(TOML_FILE).read_text(encoding="utf-8"))
        _refuse(table, {name.lower().removeprefix(PREFIX.lower()) for name in known})


def _refuse(keys: Iterable[str], known: set[str]) -> None:
    for key in keys:
        if key in known or (key.upper() in known and key.upper().startswith(PREFIX)):
            continue
        # The common prefix would make every name look like every other.
        bare = {name.upper().removeprefix(PREFIX): name for name in known}
        near = get_close_matches(key.upper().removeprefix(PREFIX), bare, n=1)
        hint = f" Did you mean {bare[near[0]]}?" if near else ""
        raise SettingsError(f"There is no setting called {key}.{hint}")
