import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingsError, UnusableAudioError
from bot.sources.upload import MAX_NAME, Spool, accept, display_name
from bot.track import Audio, Origin, Verdict

MP3 = b"ID3\x04" + bytes(100)
LATER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "spool"


@pytest.fixture
def spool(folder: Path) -> Spool:
    return Spool(folder)


def test_an_artist_s_own_file_needs_no_matching() -> None:
    assert accept(MP3) == Audio(content=MP3, origin=Origin.UPLOAD, verdict=Verdict.OWN_FILE)


def test_a_file_of_exactly_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    assert accept(MP3, max_bytes=len(MP3)).content == MP3
    with pytest.raises(UnusableAudioError, match="larger than 0 MiB") as caught:
        accept(MP3, max_bytes=len(MP3) - 1)
    assert caught.value.reason == "too_large"


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html><html>", b"PK\x03\x04", b"\x89PNG"])
def test_a_file_that_is_not_audio_is_refused_with_what_to_send(content: bytes) -> None:
    with pytest.raises(UnusableAudioError, match="Send an mp3") as caught:
        accept(content)
    assert caught.value.reason == "not_audio"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("My Song.mp3", "My Song.mp3"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\song.wav", "song.wav"),
        ("song\u202e3pm.exe", "song3pm.exe"),
        ("a\x00b\x1b[31m\n c\t.mp3", "ab[31m c.mp3"),
        ("zero\u200bwidth.ogg", "zerowidth.ogg"),
        ("夜に駆ける.flac", "夜に駆ける.flac"),
        ("x" * 200 + ".mp3", "x" * 76 + ".mp3"),
        ("", "file"),
        ("..", "file"),
        ("/", "file"),
        (" .mp3", "mp3"),
    ],
)
def test_a_file_name_is_shown_without_folders_and_tricks(name: str, shown: str) -> None:
    assert display_name(name) == shown


@given(st.text())
def test_every_file_name_can_be_shown(name: str) -> None:
    shown = display_name(name)

    assert 0 < len(shown) <= MAX_NAME
    assert shown.isprintable()
    assert "/" not in shown


def test_a_kept_file_survives_a_new_process(spool: Spool, folder: Path) -> None:
    sha256 = spool.put(MP3)

    assert sha256 == hashlib.sha256(MP3).hexdigest()
    assert Spool(folder).get(sha256) == MP3


def test_files_and_folder_are_for_their_owner_only(spool: Spool, folder: Path) -> None:
    sha256 = spool.put(MP3)

    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / sha256).stat().st_mode & 0o777 == 0o600


def test_the_same_file_sent_twice_is_kept_once(spool: Spool, folder: Path) -> None:
    assert spool.put(MP3) == spool.put(MP3)
    assert len(list(folder.iterdir())) == 1


def test_a_scored_file_is_deleted_and_may_be_deleted_again(spool: Spool, folder: Path) -> None:
    sha256 = spool.put(MP3)

    spool.discard(sha256)
    spool.discard(sha256)

    assert list(folder.iterdir()) == []
    with pytest.raises(UnusableAudioError, match="send it again") as caught:
        spool.get(sha256)
    assert caught.value.reason == "lost"


def test_a_file_damaged_on_disk_is_not_scored(spool: Spool, folder: Path) -> None:
    sha256 = spool.put(MP3)
    (folder / sha256).write_bytes(MP3[:50])

    with pytest.raises(UnusableAudioError, match="send it again"):
        spool.get(sha256)


@pytest.mark.parametrize("sha256", ["", "../secret", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_only_a_hash_is_a_name_in_the_spool(spool: Spool, sha256: str) -> None:
    with pytest.raises(ValueError, match="is no SHA-256"):
        spool.get(sha256)


def test_a_file_that_cannot_be_finished_leaves_nothing_behind(spool: Spool, folder: Path) -> None:
    # A folder of the file's name makes the last step fail, as a full disk would.
    in_the_way = folder / hashlib.sha256(MP3).hexdigest()
    in_the_way.mkdir(parents=True)

    with pytest.raises(SettingsError, match="EARMARK_DATA_DIR"):
        spool.put(MP3)
    assert list(folder.iterdir()) == [in_the_way]


def test_a_folder_that_cannot_be_made_is_the_operator_s_matter(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(SettingsError, match="cannot be used"):
        Spool(tmp_path / "file" / "spool").put(MP3)


def test_a_sweep_deletes_what_nobody_waits_for(spool: Spool, folder: Path) -> None:
    waits = spool.put(MP3)
    spool.put(MP3 + b"x")
    (folder / "tmpabc.part").write_bytes(b"half")

    assert spool.sweep(keep={waits}, before=LATER) == 2
    assert [path.name for path in folder.iterdir()] == [waits]


def test_a_sweep_spares_what_has_just_come(spool: Spool, folder: Path) -> None:
    sha256 = spool.put(MP3)
    noon = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    os.utime(folder / sha256, (noon.timestamp(), noon.timestamp()))

    assert spool.sweep(keep=(), before=noon) == 0
    assert spool.sweep(keep=(), before=noon + timedelta(seconds=1)) == 1


def test_a_sweep_of_a_folder_that_was_never_used_does_nothing(spool: Spool) -> None:
    assert spool.sweep(keep=(), before=LATER) == 0
