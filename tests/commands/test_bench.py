"""`earmark bench audio`: what it measures, in numbers for programs and in a table for people."""

import pytest
from rich.console import Console as Screen

from bot.commands.bench import _picture
from scoring.bench import BenchReport, ColdStart, Cost
from tests.commands.console import Console

STAGES = ("decode", "mix and resample", "loudness", "spectrum and mel", "tempo and key", "model")


# audioread, which librosa falls back on, imports modules that Python 3.13 has dropped.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_every_stage_and_a_fresh_process_are_measured(earmark: Console) -> None:
    told = earmark.json("bench", "audio", "--rounds", "1")

    assert tuple(told["cpu_ms"]) == (*STAGES, "total")
    assert all(cost >= 0 for cost in told["cpu_ms"].values())
    assert told["times_cheaper_than_librosa"] > 1
    assert told["start"]["peak_mib"] > 0
    assert told["promised"] == {"cpu_ms": 150, "start_s": 2.0, "peak_mib": 300}
    assert (told["clips"], told["rounds"]) == (3, 1)


@pytest.mark.parametrize("ratio", [None, 4.7])
def test_people_read_what_is_measured_beside_what_is_promised(ratio: float | None) -> None:
    cost = Cost(name="decode", median_ms=36.5, least_ms=35.5)
    report = BenchReport(
        clips=3,
        rounds=5,
        stages=(cost,),
        total=Cost(name="total", median_ms=101.8, least_ms=98.9),
        librosa=Cost(name="librosa", median_ms=475.7, least_ms=475.0) if ratio else None,
        ratio=ratio,
    )
    screen = Screen(width=100, record=True)

    screen.print(_picture(report, ColdStart(wall_s=2.5, cpu_s=1.2, peak_mib=200.4), 560.2))

    told = screen.export_text()
    for words in ("101.8", "98.9", "1.20 s", "200 MiB", "promised: 150 ms a clip, 2 s to start"):
        assert words in told
    assert ("4.7 times cheaper" in told) == (ratio is not None)
