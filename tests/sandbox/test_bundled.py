import hashlib

import pytest
import soundfile

from bot.sandbox.bundled import Clip, bundled_clips, clip
from bot.sandbox.demo import demo_catalogue

_FOLDER = bundled_clips()[0].path.parent


@pytest.mark.parametrize("each", bundled_clips(), ids=lambda each: each.file)
def test_a_clip_is_the_file_that_the_manifest_describes(each: Clip) -> None:
    heard = soundfile.info(each.path)

    assert hashlib.sha256(each.path.read_bytes()).hexdigest() == each.sha256
    assert heard.duration == pytest.approx(each.seconds, abs=0.1)
    assert heard.samplerate == each.sample_rate


@pytest.mark.parametrize("each", bundled_clips(), ids=lambda each: each.file)
def test_a_clip_carries_its_licence(each: Clip) -> None:
    listed = (_FOLDER / "LICENCES.md").read_text(encoding="utf-8")
    text = (_FOLDER / "licences" / f"{each.package}.txt").read_text(encoding="utf-8")

    assert each.licence in {"CC-BY-SA-3.0", "MIT"}
    assert f"| `{each.file}` | {each.title} | {each.author} | {each.licence} |" in listed
    assert f"{each.sha256}  {each.file}" in listed
    assert (
        "Attribution-ShareAlike" in text
        or "Permission is hereby granted" in text
        or ("CC-BY-SA-3.0" in text)
    )


def test_every_bundled_file_is_in_the_manifest_and_all_are_small() -> None:
    audio = {path.name for path in _FOLDER.iterdir() if path.suffix in {".mp3", ".ogg"}}

    assert audio == {each.file for each in bundled_clips()}
    assert sum(each.path.stat().st_size for each in bundled_clips()) < 6_000_000
    assert sum(each.seconds >= 29.9 for each in bundled_clips()) >= 9
    assert sum(each.file.endswith(".mp3") for each in bundled_clips()) >= 2


def test_the_demo_calls_the_clips_by_their_real_titles_and_artists() -> None:
    songs = [song for song in demo_catalogue().songs if song.clip]

    assert len(songs) >= 9
    for song in songs:
        found = clip(song.clip or "")
        assert (found.title, (found.artist,)) == (song.title, song.artists)


def test_an_unknown_clip_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        clip("no_such_clip.ogg")
