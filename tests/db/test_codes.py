from datetime import timedelta
from itertools import islice
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from db import submissions
from db.codes import ALPHABET, codes, normalise_code
from db.submissions import Sent
from tests.db.desk import NO_DRAW, NOW, Desk, open_desk

SEEDS = st.integers(0, 2**32)


@given(SEEDS)
def test_a_code_can_be_read_out(seed: int) -> None:
    code = next(codes(_seeded(seed)))

    assert code.startswith("T-")
    assert len(code) == 6
    assert set(code.removeprefix("T-")) <= set(ALPHABET)
    assert not set(code.removeprefix("T-")) & set("0O1IL")


@given(SEEDS)
def test_codes_grow_by_one_character_after_eight_tries(seed: int) -> None:
    lengths = [len(code) - 2 for code in islice(codes(_seeded(seed)), 24)]

    assert lengths == [4] * 8 + [5] * 8 + [6] * 8


@given(SEEDS, st.sampled_from(["{}", " {} ", "t-{}", "T-{}"]))
def test_a_code_is_understood_however_it_is_typed(seed: int, form: str) -> None:
    code = next(codes(_seeded(seed)))
    typed = form.format(code.removeprefix("T-"))

    assert normalise_code(typed) == normalise_code(typed.lower()) == code


async def test_a_submission_takes_the_first_free_code_and_a_longer_one_when_crowded(
    desk: Desk,
) -> None:
    taken = [await _submit(desk, seed=7) for _ in range(9)]

    assert taken == list(islice(codes(_seeded(7)), 9))
    assert [len(code) - 2 for code in taken] == [4] * 8 + [5]


async def test_the_same_code_may_be_used_in_two_workspaces(desk: Desk) -> None:
    other = await open_desk(desk.session, "other")

    assert await _submit(desk, seed=7) == await _submit(other, seed=7)


async def _submit(desk: Desk, *, seed: int) -> str:
    submission = await submissions.add(
        desk.session,
        workspace_id=desk.workspace_id,
        playlist_id=desk.playlist_id,
        member_id=desk.artist,
        sent=Sent(link="https://open.spotify.com/track/one"),
        draw=NO_DRAW,
        now=NOW,
        due_at=NOW + timedelta(days=14),
        rng=_seeded(seed),
    )
    return submission.code


def _seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311  codes are no secrets
