"""`earmark db` and `earmark doctor`, and databases and settings that cannot be used."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from bot.sandbox.calls import Service
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.server import Sandbox
from db import schema
from tests.commands.console import Console
from tests.conftest import PostgresServer


def of_another_program(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE records (id INTEGER)")
    connection.close()


def of_a_newer_earmark(path: Path) -> None:
    asyncio.run(schema.upgrade(f"sqlite:///{path}"))
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'tomorrow'")
    connection.close()


def of_an_older_earmark(path: Path) -> None:
    asyncio.run(schema.upgrade(f"sqlite:///{path}"))
    asyncio.run(schema.downgrade_one(f"sqlite:///{path}"))


def use(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("EARMARK_DATABASE_URL", url)


def test_a_new_database_is_told_set_up_and_found_in_order(
    earmark: Console, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    use(monkeypatch, f"sqlite:///{folder}/sub/new.db")

    before = earmark("db", "check", "--json")
    upgraded = earmark("db", "upgrade")
    after, for_people = earmark("db", "check", "--json"), earmark("db", "check")

    assert before.status == 1
    assert before.complaint == "The database is empty. Run: earmark db upgrade"
    assert upgraded.out == for_people.out == "The database is up to date.\n"
    assert after.json == {"ok": True, "state": "current"}


def test_an_older_database_is_upgraded_only_when_told(
    earmark: Console, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    of_an_older_earmark(folder / "old.db")
    use(monkeypatch, f"sqlite:///{folder}/old.db")

    before = earmark("queue", "P", "--json")
    earmark("db", "upgrade")
    after = earmark("db", "check")

    assert before.complaint == "The database is of an older Earmark. Run: earmark db upgrade"
    assert before.json["error"]["kind"] == "database"
    assert after.status == 0


@pytest.mark.parametrize("make", [of_another_program, of_a_newer_earmark])
@pytest.mark.parametrize("words", [("queue", "P"), ("db", "check"), ("db", "upgrade"), ("doctor",)])
def test_a_database_that_is_not_ours_is_left_as_it_is(
    earmark: Console,
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    make: Callable[[Path], None],
    words: tuple[str, ...],
) -> None:
    make(folder / "theirs.db")
    before = tables_of(folder / "theirs.db")
    use(monkeypatch, f"sqlite:///{folder}/theirs.db")

    ran = earmark(*words)

    assert ran.status == 1
    assert "of a newer Earmark, or of another program" in ran.out + ran.err
    assert tables_of(folder / "theirs.db") == before


def tables_of(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall()
    connection.close()
    return [name for (name,) in rows]


@pytest.mark.parametrize(
    ("url", "kind", "words"),
    [
        ("garbage", "settings", "The database URL cannot be read; write sqlite:///earmark.db"),
        ("mysql://h/x", "settings", "does not run on 'mysql'"),
        ("sqlite://", "settings", "A database in memory would forget every submission"),
        ("sqlite:///folder", "database", "The database file folder cannot be used: Is a directory"),
        ("sqlite:///words.txt", "database", "words.txt cannot be used: file is not a database"),
        ("sqlite:///words.txt/x.db", "database", "cannot be used: "),
        ("postgresql://127.0.0.1:1/x", "database", "on 127.0.0.1 cannot be used: Connection refus"),
    ],
)
@pytest.mark.usefixtures("odd_paths")
def test_a_database_that_cannot_be_used_is_told_in_one_sentence(
    earmark: Console, monkeypatch: pytest.MonkeyPatch, url: str, kind: str, words: str
) -> None:
    use(monkeypatch, url)

    for command in (("queue", "P"), ("submit", "x", "--playlist", "P", "--as", "Lia")):
        ran = earmark(*command, "--json")
        assert ran.status == 1
        assert ran.json["error"]["kind"] == kind
        assert words in ran.complaint


@pytest.fixture
def odd_paths(folder: Path) -> None:
    (folder / "folder").mkdir()
    (folder / "words.txt").write_text("These are only words. " * 100)


def test_a_postgresql_server_without_our_database_says_so(
    earmark: Console, monkeypatch: pytest.MonkeyPatch, postgres: PostgresServer
) -> None:
    use(monkeypatch, postgres.get_uri("missing_one"))

    ran = earmark("db", "check")

    assert ran.status == 1
    assert 'database "missing_one" does not exist' in ran.complaint


def test_a_database_that_another_process_holds_is_told(
    earmark: Console, monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    monkeypatch.setattr("db.engine._BUSY_SECONDS", 0)
    holder = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    ran = earmark("queue", "P", "--json")
    holder.close()

    assert ran.status == 1
    assert ran.json["error"]["kind"] == "database"
    assert "database is locked" in ran.complaint


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("EARMARK_DATABSE_URL", "x", "EARMARK_DATABSE_URL. Did you mean EARMARK_DATABASE_URL?"),
        ("EARMARK_ZONE", "Moon/Crater", "EARMARK_ZONE is wrong: is no IANA time zone"),
        ("EARMARK_DEEZER_URL", "deezer", "EARMARK_DEEZER_URL is wrong: must be an http(s)"),
        ("EARMARK_UPLOAD_MAX_MIB", "many", "EARMARK_UPLOAD_MAX_MIB is wrong"),
        ("EARMARK_AUDIO_SOURCES", "radio", "EARMARK_AUDIO_SOURCES is wrong"),
    ],
)
def test_a_setting_that_is_wrong_is_named(
    earmark: Console, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)

    for command in (("queue", "P"), ("score", "x.mp3"), ("doctor",), ("demo",), ("db", "check")):
        ran = earmark(*command, "--json")
        assert ran.status == 1
        assert ran.json["error"]["kind"] == "settings"
        assert words in ran.complaint


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("zone = [", "earmark.toml cannot be read"),
        ("sone = 'UTC'", "no setting called sone. Did you mean zone?"),
        ("[database]\nurl = 'x'", "no setting called database"),
    ],
)
def test_a_broken_settings_file_is_told(
    earmark: Console, folder: Path, content: str, words: str
) -> None:
    (folder / "earmark.toml").write_text(content)

    ran = earmark("queue", "P")

    assert ran.status == 1
    assert words in ran.complaint


def test_the_doctor_finds_a_whole_desk_well(earmark: Console, sandbox: Sandbox) -> None:
    ran, for_people = earmark("doctor", "--json"), earmark("doctor")

    assert ran.status == for_people.status == 0
    assert ran.json["ok"] is True
    health = {finding["what"]: finding["health"] for finding in ran.json["findings"]}
    good = dict.fromkeys(("model", "files", "database", "spotify", "previews"), "good")
    assert health == good | {"discord": "missing", "slack": "missing"}
    assert "previews" in for_people.out
    assert sandbox.client_secret not in ran.out + for_people.out


def test_the_doctor_without_network_says_what_is_not_reached(earmark: Console) -> None:
    ran = earmark("doctor", "--json")

    findings = {finding["what"]: finding for finding in ran.json["findings"]}
    assert ran.status == 1
    assert ran.complaint == "Not as it should be: titles, previews."
    assert findings["spotify"]["health"] == "missing"
    assert "EARMARK_SPOTIFY_CLIENT_ID" in findings["spotify"]["advice"]
    assert "Check this machine's network" in findings["previews"]["advice"]


def test_the_doctor_finds_a_wrong_secret(
    earmark: Console, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARMARK_SPOTIFY_CLIENT_SECRET", "hunter2")

    ran = earmark("doctor", "--json")

    findings = {finding["what"]: finding for finding in ran.json["findings"]}
    assert ran.status == 1
    assert findings["spotify"]["health"] == "bad"
    assert "EARMARK_SPOTIFY_CLIENT_SECRET" in findings["spotify"]["advice"]
    assert "hunter2" not in ran.out + ran.err
    assert sandbox.calls.made


def test_the_doctor_tells_of_a_quota(earmark: Console, sandbox: Sandbox) -> None:
    sandbox.set_fault(Fault(service=Service.SPOTIFY, kind=FaultKind.QUOTA_EXCEEDED))

    ran = earmark("doctor")

    assert ran.status == 1
    assert "Spotify has had enough calls from us" in ran.out


def test_the_manifest_of_the_slack_app_is_printed_with_the_commands_name(
    earmark: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARMARK_SLACK_COMMAND", "/tracks")
    told = yaml.safe_load(earmark("slack", "manifest").out)

    assert told == earmark.json("slack", "manifest")["manifest"]
    assert told["features"]["slash_commands"][0]["command"] == "/tracks"
    assert told["settings"]["socket_mode_enabled"] is True
