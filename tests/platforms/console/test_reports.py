import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console, RenderableType

from bot.file_reports import AttributesLine, CompareView, FileReport
from bot.messages import ErrorLine
from bot.platforms.console.reports import compare_table, interval_bar, report_text
from tests.score_line import SCORE

HEARD = AttributesLine(
    tempo_bpm=118.4,
    tempo_alt_bpm=59,
    tempo_confidence=0.5,
    key="A minor",
    key_confidence=0.5,
    loudness_lufs=-11.5,
    energy=0.7,
    danceability=0.4,
)
GOOD = FileReport(
    file="a.mp3",
    seconds=30,
    score=SCORE,
    attributes=HEARD,
    reasons=("+ one", "- other"),
    embedding_dim=64,
)
BAD = FileReport(
    file="a.txt",
    seconds=None,
    error=ErrorLine(kind="not_audio", sentence="This is\x1b[1m not audio."),
)


def printed(picture: RenderableType, *, width: int = 120) -> str:
    file = io.StringIO()
    Console(file=file, width=width, highlight=False).print(picture)
    return file.getvalue()


def test_a_report_tells_score_interval_chances_sound_and_reasons() -> None:
    assert printed(report_text(GOOD)).splitlines() == [
        "a.mp3",
        "  score: middle (31-72 of 100, low confidence)",
        "  0 ·········───────●──────········ 100",
        "  chances: low 20 %, medium 50 %, high 30 %",
        "  tempo 118 BPM (or 59) · key A minor · loudness -11.5 LUFS · energy 70 · danceability 40",
        "  + one",
        "  - other",
        "  model cnn-1",
    ]


def test_what_is_not_known_is_left_out() -> None:
    vague = replace(HEARD, tempo_alt_bpm=None, key=None, energy=None, danceability=None)
    told = printed(report_text(replace(GOOD, attributes=vague)))

    assert "tempo 118 BPM · key unclear · loudness -11.5 LUFS\n" in told
    assert printed(report_text(FileReport(file="a", seconds=1))) == "a\n"


def test_a_failed_file_says_why_in_one_line() -> None:
    assert printed(report_text(BAD)) == "a.txt: This is[1m not audio.\n"


def test_files_stand_side_by_side_and_the_failed_one_says_why() -> None:
    told = " ".join(printed(compare_table(CompareView(reports=(GOOD, BAD))), width=280).split())

    assert "a.mp3 middle (31-72 of 100, low confidence)" in told
    assert "a.txt - This is[1m not audio." in told
    assert "Too close" not in told


def test_files_whose_intervals_overlap_with_the_best_are_too_close_to_call() -> None:
    best = replace(GOOD, file="best.mp3", score=replace(SCORE, low=60, percentile=70, high=80))
    far = replace(GOOD, file="far.mp3", score=replace(SCORE, low=1, percentile=5, high=9))
    told = printed(compare_table(CompareView(reports=(best, GOOD, far, BAD))))

    assert "Too close to call, as their intervals overlap: best.mp3, a.mp3.\n" in told


def test_a_file_that_was_not_heard_has_no_numbers() -> None:
    told = printed(compare_table(CompareView(reports=(FileReport(file="a", seconds=1),))))

    assert "not heard" in told


@pytest.mark.parametrize("width", [40, 80])
def test_no_name_leaves_the_width_or_commands_the_terminal(width: int) -> None:
    name = "\x1b[2J[red]夜に駆ける" * 20
    for picture in (
        report_text(replace(GOOD, file=name, reasons=(name,))),
        compare_table(CompareView(reports=(replace(GOOD, file=name), replace(BAD, file=name)))),
    ):
        told = printed(picture, width=width)
        assert all(cell_len(line) <= width for line in told.splitlines())
        assert "\x1b" not in told


@given(st.lists(st.floats(0, 100), min_size=3, max_size=3).map(sorted))
def test_every_interval_has_one_mark_inside_a_bar_of_one_length(numbers: list[float]) -> None:
    low, percentile, high = numbers
    bar = interval_bar(replace(SCORE, low=low, percentile=percentile, high=high))

    scale = bar.removeprefix("0 ").removesuffix(" 100")
    assert len(scale) == 31
    assert scale.strip("·").replace("─", "") == "●"
