from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.status import DECIDED, MOVES, UNANSWERED, Change, Status, decision_in_force
from tests.db.desk import NOW

ALLOWED = {
    ("received", "queued"),
    ("received", "maybe"),
    ("received", "kept"),
    ("received", "declined"),
    ("received", "withdrawn"),
    ("received", "expired"),
    ("queued", "maybe"),
    ("queued", "kept"),
    ("queued", "declined"),
    ("queued", "withdrawn"),
    ("queued", "expired"),
    ("maybe", "kept"),
    ("maybe", "declined"),
    ("maybe", "withdrawn"),
    ("maybe", "expired"),
    ("kept", "placed"),
    ("kept", "withdrawn"),
    ("placed", "rotated_out"),
}


def test_a_submission_moves_as_the_design_says_and_no_other_way() -> None:
    moves = {(source.value, to.value) for source, targets in MOVES.items() for to in targets}

    assert moves == ALLOWED


def test_every_status_can_be_reached_from_received() -> None:
    reached = {Status.RECEIVED}
    for _ in Status:
        reached |= {to for source in reached for to in MOVES.get(source, ())}

    assert reached == set(Status)


def test_the_moves_cannot_be_changed_at_run_time() -> None:
    with pytest.raises(TypeError, match="does not support item assignment"):
        MOVES[Status.DECLINED] = frozenset({Status.KEPT})  # type: ignore[index]  # that is the point


@st.composite
def histories(draw: st.DrawFn) -> list[Change]:
    """Any way through the statuses, with undos wherever one is possible."""
    changes: list[Change] = []
    now = Status.RECEIVED
    for minute in range(draw(st.integers(0, 12))):
        decision = decision_in_force(changes)
        options: list[tuple[Status, bool]] = [(to, False) for to in sorted(MOVES.get(now, ()))]
        if decision is not None:
            options.append((decision.before, True))
        if not options:
            break
        to, undo = draw(st.sampled_from(options))
        at = NOW + timedelta(minutes=minute)
        changes.append(Change(before=now, after=to, at=at, undo=undo))
        now = to
    return changes


@given(histories())
def test_an_undo_takes_back_the_decision_that_led_to_the_present_status(
    changes: list[Change],
) -> None:
    decision = decision_in_force(changes)
    now = changes[-1].after if changes else Status.RECEIVED

    assert (decision is not None) == (now in DECIDED)
    if decision is not None:
        assert decision.after == now
        assert not decision.undo
        assert decision.before in UNANSWERED


@given(histories())
def test_undoing_again_and_again_ends_where_no_curator_has_decided(changes: list[Change]) -> None:
    while (decision := decision_in_force(changes)) is not None:
        changes = [
            *changes,
            Change(before=decision.after, after=decision.before, at=NOW, undo=True),
        ]

    assert (changes[-1].after if changes else Status.RECEIVED) not in DECIDED


def test_after_an_undo_the_earlier_decision_is_in_force_again() -> None:
    maybe = Change(before=Status.QUEUED, after=Status.MAYBE, at=NOW)
    kept = Change(before=Status.MAYBE, after=Status.KEPT, at=NOW)
    undo = Change(before=Status.KEPT, after=Status.MAYBE, at=NOW, undo=True)

    assert decision_in_force([maybe, kept]) == kept
    assert decision_in_force([maybe, kept, undo]) == maybe
