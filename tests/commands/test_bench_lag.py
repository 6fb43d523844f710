"""`earmark bench lag`: the loop's lag, idle and while files are heard."""

from rich.console import Console as Screen

from bot.commands.bench_lag import picture
from bot.hearing.bench import HearingReport, Load
from bot.lag import Lag
from bot.sandbox.bundled import clip
from tests.commands.console import Console

CLIP = str(clip("caribbean_8s.ogg").path)


def test_the_loop_is_measured_idle_and_beside_each_number_of_processes(earmark: Console) -> None:
    told = earmark.json("bench", "lag", "--seconds", "0.5", "--file", CLIP)

    idle, *loads = told["loads"]
    assert (idle["load"], idle["clips_per_s"]) == ("idle", 0)
    assert [load["load"] for load in loads] == [
        "1 in a process",
        "2 in processes",
        "1 on a thread",
    ]
    assert all(load["clips_per_s"] > 0 for load in loads)
    assert [len(load["peak_mib"]) for load in loads] == [1, 2, 0]
    assert all(0 < load["lag_ms"]["p50"] <= load["lag_ms"]["worst"] for load in told["loads"])
    # What the loop itself computes at a time does not depend on what else the machine does.
    assert all(load["most_work_ms"] < 50 for load in loads[:2])
    assert told["promised"] == {"worst_lag_ms": 50}


def test_people_read_the_lag_beside_the_idle_one() -> None:
    idle = Load(name="idle", lag=Lag([0.1, 2.0], [0.1, 0.2]), clips_per_s=0.0)
    busy = Load(name="2 in processes", lag=Lag([1, 9.0]), clips_per_s=3.2, peak_mib=(240.1, 266.4))
    report = HearingReport(idle=idle, loads=(busy,), start_s=1.04, warm_ms=421.0, here_ms=409.0)
    screen = Screen(width=100, record=True)

    screen.print(picture(report))

    told = screen.export_text()
    for words in ("2 in processes", "9.0", "4.5", "266", "1.04 s", "421 ms in a process, 409 ms"):
        assert words in told


def test_without_a_lag_there_is_no_ratio() -> None:
    still = Load(name="idle", lag=Lag(), clips_per_s=0.0)
    screen = Screen(width=100, record=True)

    screen.print(picture(HearingReport(idle=still, loads=(), start_s=1, warm_ms=1, here_ms=1)))

    assert "idle" in screen.export_text()
