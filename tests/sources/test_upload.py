import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import SettingsError, UnusableAudioError
from bot.sources.upload import Spool
from tests.sources.clips import WAV

FILE = b"any bytes will do for the spool"
LATER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "spool"


@pytest.fixture
def spool(folder: Path) -> Spool:
    return Spool(folder)


def test_a_file_of_exactly_the_limit_is_taken_and_one_byte_more_is_not(folder: Path) -> None:
    Spool(folder, max_bytes=len(WAV)).check(WAV)
    with pytest.raises(UnusableAudioError, match="larger than 0 MiB") as caught:
        Spool(folder, max_bytes=len(WAV) - 1).check(WAV)
    assert caught.value.reason == "too_large"


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html><html>", b"PK\x03\x04", b"\x89PNG"])
def test_a_file_that_is_not_audio_is_refused_with_what_to_send(
    content: bytes, spool: Spool
) -> None:
    with pytest.raises(UnusableAudioError, match="Send an mp3") as caught:
        spool.check(content)
    assert caught.value.reason == "not_audio"


def test_a_file_that_was_cut_off_is_refused_before_it_is_kept(spool: Spool) -> None:
    with pytest.raises(UnusableAudioError) as caught:
        spool.check(WAV[: len(WAV) // 2])

    assert caught.value.reason == "truncated"


def test_a_kept_file_survives_a_new_process(spool: Spool, folder: Path) -> None:
    sha256 = spool.put(FILE)

    assert sha256 == hashlib.sha256(FILE).hexdigest()
    assert Spool(folder).get(sha256) == FILE


def test_files_and_folder_are_for_their_owner_only(spool: Spool, folder: Path) -> None:
    sha256 = spool.put(FILE)

    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / sha256).stat().st_mode & 0o777 == 0o600


def test_the_same_file_sent_twice_is_kept_once(spool: Spool, folder: Path) -> None:
    assert spool.put(FILE) == spool.put(FILE)
    assert len(list(folder.iterdir())) == 1


def test_a_scored_file_is_deleted_and_may_be_deleted_again(spool: Spool, folder: Path) -> None:
    sha256 = spool.put(FILE)

    spool.discard(sha256)
    spool.discard(sha256)

    assert list(folder.iterdir()) == []
    with pytest.raises(UnusableAudioError, match="send it again") as caught:
        spool.get(sha256)
    assert caught.value.reason == "lost"


def test_a_file_damaged_on_disk_is_not_scored(spool: Spool, folder: Path) -> None:
    sha256 = spool.put(FILE)
    (folder / sha256).write_bytes(FILE[:10])

    with pytest.raises(UnusableAudioError, match="send it again"):
        spool.get(sha256)


@pytest.mark.parametrize("sha256", ["", "../secret", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_only_a_hash_is_a_name_in_the_spool(spool: Spool, sha256: str) -> None:
    with pytest.raises(ValueError, match="is no SHA-256"):
        spool.get(sha256)


def test_a_file_that_cannot_be_finished_leaves_nothing_behind(spool: Spool, folder: Path) -> None:
    # A folder of the file's name makes the last step fail, as a full disk would.
    in_the_way = folder / hashlib.sha256(FILE).hexdigest()
    in_the_way.mkdir(parents=True)

    with pytest.raises(SettingsError, match="EARMARK_DATA_DIR"):
        spool.put(FILE)
    assert list(folder.iterdir()) == [in_the_way]


def test_a_folder_that_cannot_be_made_is_the_operator_s_matter(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(SettingsError, match="cannot be used"):
        Spool(tmp_path / "file" / "spool").put(FILE)


def test_a_sweep_deletes_what_nobody_waits_for(spool: Spool, folder: Path) -> None:
    waits = spool.put(FILE)
    spool.put(FILE + b"x")
    (folder / "tmpabc.part").write_bytes(b"half")

    assert spool.sweep(keep={waits}, before=LATER) == 2
    assert [path.name for path in folder.iterdir()] == [waits]


def test_a_sweep_spares_what_has_just_come(spool: Spool, folder: Path) -> None:
    sha256 = spool.put(FILE)
    noon = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    os.utime(folder / sha256, (noon.timestamp(), noon.timestamp()))

    assert spool.sweep(keep=(), before=noon) == 0
    assert spool.sweep(keep=(), before=noon + timedelta(seconds=1)) == 1


def test_a_sweep_of_a_folder_that_was_never_used_does_nothing(spool: Spool) -> None:
    assert spool.sweep(keep=(), before=LATER) == 0
