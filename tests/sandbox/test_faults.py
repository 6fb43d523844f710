import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.calls import Service
from bot.sandbox.faults import Fault, FaultKind, Faults


def _fault(*, times: int | None = None, path: str = "/", probability: float = 1.0) -> Fault:
    return Fault(
        service=Service.DEEZER,
        kind=FaultKind.SERVER_ERROR,
        times=times,
        path=path,
        probability=probability,
    )


@given(st.integers(0, 5), st.integers(0, 10))
def test_a_fault_strikes_as_often_as_it_says(times: int, calls: int) -> None:
    faults = Faults([_fault(times=times)])

    struck = [faults.strike(Service.DEEZER, "/search") for _ in range(calls)]

    assert sum(each is not None for each in struck) == min(times, calls)


def test_a_fault_leaves_other_services_and_paths_alone() -> None:
    faults = Faults([_fault(path="/search")])

    assert faults.strike(Service.SPOTIFY, "/search") is None
    assert faults.strike(Service.DEEZER, "/track/1") is None
    assert faults.strike(Service.DEEZER, "/search/track") is not None


@given(st.integers(), st.floats(0.05, 0.95))
def test_the_same_seed_strikes_the_same_calls(seed: int, probability: float) -> None:
    first, second = (Faults([_fault(probability=probability)], seed=seed) for _ in range(2))

    strikes, others = (
        [faults.strike(Service.DEEZER, "/") for _ in range(50)] for faults in (first, second)
    )

    assert strikes == others


def test_chance_strikes_about_as_often_as_it_says() -> None:
    faults = Faults([_fault(probability=0.3)], seed=7)

    struck = sum(faults.strike(Service.DEEZER, "/") is not None for _ in range(1000))

    assert 250 < struck < 350


def test_a_used_up_fault_lets_the_next_one_strike_and_clearing_ends_all() -> None:
    faults = Faults([_fault(times=1), _fault(path="/track")])

    first = faults.strike(Service.DEEZER, "/track/1")
    second = faults.strike(Service.DEEZER, "/track/1")
    faults.clear()

    assert (first, second) == (_fault(times=1), _fault(path="/track"))
    assert faults.strike(Service.DEEZER, "/track/1") is None


@pytest.mark.parametrize(
    ("service", "kind"),
    [
        (Service.SPOTIFY, FaultKind.DEEZER_QUOTA),
        (Service.DEEZER, FaultKind.PREMIUM_REQUIRED),
        (Service.DEEZER, FaultKind.EXPIRED_LINK),
        (Service.ITUNES, FaultKind.QUOTA_EXCEEDED),
    ],
)
def test_a_service_cannot_have_another_services_fault(service: Service, kind: FaultKind) -> None:
    with pytest.raises(ValueError, match="does not fail with"):
        Fault(service=service, kind=kind)


@pytest.mark.parametrize("wrong", [{"probability": 1.5}, {"probability": -0.1}])
def test_a_probability_lies_between_0_and_1(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="probability"):
        _fault(probability=wrong["probability"])


def test_a_server_error_is_a_5xx() -> None:
    with pytest.raises(ValueError, match="status=404"):
        Fault(service=Service.DEEZER, kind=FaultKind.SERVER_ERROR, status=404)
