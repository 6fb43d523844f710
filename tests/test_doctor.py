"""The doctor: each thing that may be wrong is found, and the advice says what to do."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from slack_sdk.oauth.installation_store import Installation

from bot.app import open_desk
from bot.doctor import Checkup, Finding, Health, examine
from bot.platforms.slack.installs import Teams
from bot.sandbox.calls import Service
from bot.sandbox.discord.server import DiscordStandIn
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.server import Sandbox
from bot.sandbox.slack.server import SlackStandIn
from bot.settings import AudioSource, Settings
from db.schema import downgrade_one

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    return Settings(
        database_url=sqlite_url,
        data_dir=tmp_path / "data",
        spotify_api_url=NOWHERE,
        spotify_token_url=NOWHERE,
        spotify_oembed_url=NOWHERE,
        deezer_url=NOWHERE,
        itunes_url=NOWHERE,
        audio_sources=(AudioSource.UPLOAD,),
    )


async def found(settings: Settings, what: str, **changed: object) -> Finding:
    checkup = await examine(settings.model_copy(update=changed))
    return {finding.what: finding for finding in checkup.findings}[what]


async def at_sandbox(settings: Settings, what: str, *faults: Fault, **changed: object) -> Finding:
    async with Sandbox.start(faults=faults) as sandbox:
        pointed = {
            "spotify_client_id": sandbox.client_id,
            "spotify_client_secret": SecretStr(sandbox.client_secret),
            "spotify_api_url": sandbox.spotify_api_url,
            "spotify_token_url": sandbox.spotify_token_url,
            "spotify_oembed_url": sandbox.oembed_url,
            "deezer_url": sandbox.deezer_url,
            "audio_sources": (AudioSource.DEEZER,),
        }
        return await found(settings, what, **(pointed | changed))


async def test_a_model_that_is_none_is_bad(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"nothing")

    finding = await found(settings, "model", model_file=tmp_path / "model.onnx")

    assert finding.health is Health.BAD
    assert finding.advice.endswith("Check EARMARK_MODEL_FILE.")


async def test_the_model_that_comes_along_is_good(settings: Settings) -> None:
    finding = await found(settings, "model")

    assert finding.health is Health.GOOD
    assert "earmark-" in finding.advice


async def test_a_folder_for_files_that_cannot_be_is_bad(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    finding = await found(settings, "files", data_dir=tmp_path / "file" / "data")

    assert finding.health is Health.BAD
    assert "EARMARK_DATA_DIR" in finding.advice


async def test_looking_at_the_folder_for_files_does_not_make_it(
    settings: Settings, tmp_path: Path
) -> None:
    finding = await found(settings, "files")

    assert finding.health is Health.GOOD
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("url", ["garbage", "sqlite:///{folder}", "postgresql://127.0.0.1:1/x"])
async def test_a_database_that_cannot_be_opened_is_bad_and_ends_the_visit(
    settings: Settings, tmp_path: Path, url: str
) -> None:
    there = settings.model_copy(update={"database_url": url.format(folder=tmp_path)})

    checkup = await examine(there)

    assert [finding.what for finding in checkup.findings] == ["model", "files", "database"]
    assert checkup.bad == ("database",)
    assert not checkup.ok


async def test_an_older_database_is_bad_with_the_way_to_upgrade_it(settings: Settings) -> None:
    await downgrade_one(settings.database_url)

    finding = await found(settings, "database")

    assert finding.health is Health.BAD
    assert "earmark db upgrade" in finding.advice


async def test_a_new_database_is_good_once_it_could_be_made(
    settings: Settings, tmp_path: Path
) -> None:
    good = await found(settings, "database", database_url=f"sqlite:///{tmp_path}/new.db")
    (tmp_path / "file").touch()
    bad = await found(settings, "database", database_url=f"sqlite:///{tmp_path}/file/new.db")

    assert (good.health, bad.health) == (Health.GOOD, Health.BAD)


async def test_services_that_answer_are_good(settings: Settings) -> None:
    assert (await at_sandbox(settings, "spotify")).health is Health.GOOD
    assert (await at_sandbox(settings, "previews")).health is Health.GOOD


async def test_without_credentials_the_title_pages_are_asked(settings: Settings) -> None:
    spotify = await at_sandbox(settings, "spotify", spotify_client_id=None)
    titles = await at_sandbox(settings, "titles", spotify_client_id=None)

    assert spotify.health is Health.MISSING
    assert titles.health is Health.GOOD


@pytest.mark.parametrize(
    ("what", "fault", "words"),
    [
        ("spotify", Fault(service=Service.SPOTIFY, kind=FaultKind.QUOTA_EXCEEDED), "enough calls"),
        ("spotify", Fault(service=Service.SPOTIFY, kind=FaultKind.PREMIUM_REQUIRED), "Premium"),
        ("spotify", Fault(service=Service.SPOTIFY, kind=FaultKind.SERVER_ERROR), "network"),
        ("previews", Fault(service=Service.DEEZER, kind=FaultKind.SERVER_ERROR), "network"),
    ],
)
async def test_services_that_fail_are_bad_with_what_to_do(
    settings: Settings, what: str, fault: Fault, words: str
) -> None:
    finding = await at_sandbox(settings, what, fault)

    assert finding.health is Health.BAD
    assert words in finding.advice


async def test_a_wrong_secret_is_found_although_title_pages_would_do(settings: Settings) -> None:
    wrong = SecretStr("hunter2")

    finding = await at_sandbox(settings, "spotify", spotify_client_secret=wrong)

    assert finding.health is Health.BAD
    assert "EARMARK_SPOTIFY_CLIENT_SECRET" in finding.advice
    assert "hunter2" not in finding.advice


async def test_without_sources_only_own_files_are_scored(settings: Settings) -> None:
    finding = await found(settings, "previews")

    assert finding.health is Health.MISSING
    assert "EARMARK_AUDIO_SOURCES" in finding.advice


async def test_every_advice_is_a_sentence(settings: Settings) -> None:
    checkup = await examine(settings)

    assert all(finding.advice.endswith(".") for finding in checkup.findings)
    assert checkup.to_json()["ok"] is False


def test_missing_is_not_bad() -> None:
    checkup = Checkup(findings=(Finding(what="spotify", health=Health.MISSING, advice="Set it."),))

    assert checkup.ok
    assert checkup.to_json() == {
        "ok": True,
        "findings": [{"what": "spotify", "health": "missing", "advice": "Set it."}],
    }


async def test_a_desk_without_a_discord_token_is_told_where_to_get_one(settings: Settings) -> None:
    finding = await found(settings, "discord")

    assert finding.health is Health.MISSING
    assert "docs/discord.md" in finding.advice


async def test_a_discord_token_is_tried(settings: Settings) -> None:
    async with DiscordStandIn.start() as discord:
        token = SecretStr(discord.token)
        good = await found(settings, "discord", discord_token=token, discord_url=discord.url)
        wrong = SecretStr("not.the.token")
        bad = await found(settings, "discord", discord_token=wrong, discord_url=discord.url)

    assert (good.health, good.advice) == (Health.GOOD, "It knows the app as Earmark.")
    assert bad.health is Health.BAD
    assert "EARMARK_DISCORD_TOKEN" in bad.advice
    assert "not.the.token" not in bad.advice


async def test_a_desk_without_slacks_tokens_is_told_where_to_get_them(settings: Settings) -> None:
    none = await found(settings, "slack")
    half = await found(settings, "slack", slack_token=SecretStr("xoxb-1"))

    assert (none.health, "docs/slack.md" in none.advice) == (Health.MISSING, True)
    assert (half.health, "EARMARK_SLACK_APP_TOKEN" in half.advice) == (Health.BAD, True)


async def test_a_slack_token_is_tried(settings: Settings) -> None:
    async with SlackStandIn.start() as slack:
        told = {"slack_app_token": SecretStr(slack.app_token), "slack_url": slack.url}
        good = await found(settings, "slack", slack_token=SecretStr(slack.token), **told)
        bad = await found(settings, "slack", slack_token=SecretStr("xoxb-wrong"), **told)

    assert good.health is Health.GOOD
    assert good.advice.endswith("in Stand-in.")
    assert bad.health is Health.BAD
    assert "EARMARK_SLACK_TOKEN" in bad.advice
    assert "xoxb-wrong" not in bad.advice


async def test_an_app_level_token_is_tried(settings: Settings) -> None:
    async with SlackStandIn.start() as slack:
        told = {"slack_token": SecretStr(slack.token), "slack_url": slack.url}
        bad = await found(settings, "slack", slack_app_token=SecretStr("xapp-wrong"), **told)

    assert bad.health is Health.BAD
    assert "EARMARK_SLACK_APP_TOKEN" in bad.advice
    assert "xapp-wrong" not in bad.advice


async def test_every_team_that_has_installed_the_app_is_tried(settings: Settings) -> None:
    key = Fernet.generate_key()

    async def install(team: str, token: str) -> None:
        async with open_desk(settings) as desk:
            installation = Installation(
                app_id="A1", team_id=team, user_id="U1", bot_token=token, bot_user_id="U2"
            )
            await Teams(desk, key).async_save(installation)

    async with SlackStandIn.start() as slack:
        told = {
            "slack_client_id": "1.2",
            "slack_client_secret": SecretStr("s"),
            "slack_signing_secret": SecretStr("t"),
            "slack_public_url": "https://desk.example",
            "secret_key": SecretStr(key.decode()),
            "slack_url": slack.url,
        }
        assert (await found(settings, "slack", **told)).advice.startswith("0 teams have installed")
        await install("T1", slack.token)
        good = await found(settings, "slack", **told)
        await install("T2", "xoxb-gone")
        bad = await found(settings, "slack", **told)
        other = {**told, "secret_key": SecretStr(Fernet.generate_key().decode())}
        wrong = await found(settings, "slack", **other)

    assert (good.health, good.advice.partition(";")[0]) == (Health.GOOD, "1 team has installed it")
    assert (bad.health, bad.advice[:30]) == (Health.BAD, "1 of 2 teams cannot be served.")
    assert "xoxb-gone" not in bad.advice
    assert (wrong.health, "EARMARK_SECRET_KEY" in wrong.advice) == (Health.BAD, True)


async def test_a_scope_that_slack_has_not_granted_is_named(settings: Settings) -> None:
    async with SlackStandIn.start() as slack:
        slack.scopes.discard("pins:write")
        lacking = await found(
            settings,
            "slack",
            slack_token=SecretStr(slack.token),
            slack_app_token=SecretStr(slack.app_token),
            slack_url=slack.url,
        )

    assert lacking.health is Health.BAD
    assert "pins:write is missing" in lacking.advice
