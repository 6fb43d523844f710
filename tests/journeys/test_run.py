"""`earmark run` as a process: it works, it stops when told, and what it had in hand is not lost."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot import settings as our_settings
from bot.app import open_desk
from bot.jobs.port import JobState, go_id
from bot.jobs.queue import JobQueue
from bot.sandbox.calls import Service
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.server import Sandbox
from bot.serve import open_queue
from bot.workflow.desk import Desk
from bot.workflow.people import console_person
from bot.workflow.submit import Request, submit
from db import playlists, workers
from db.goes import Go
from db.types import AiPolicy
from tests.commands.console import Console

# A start takes seconds and a stop half a second, six with a job in hand; on a busy machine either
# may take a minute.
LONG_ENOUGH = 90
pytestmark = pytest.mark.timeout(300)


def _start(role: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "bot", "run", "--role", role],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )


async def _submitted(desk: Desk, sandbox: Sandbox) -> Go:
    async with desk.sessions.begin() as session:
        await playlists.add(
            session,
            workspace_id=desk.workspace_id,
            name="Night Drive",
            now=desk.now(),
            ai_policy=AiPolicy.ALLOW,
        )
        request = Request(
            playlist="Night Drive",
            person=console_person("ana"),
            text=next(song for song in sandbox.catalogue.songs if song.clip).spotify_url,
            owns_rights=True,
        )
        accepted = await submit(
            session, workspace_id=desk.workspace_id, request=request, now=desk.now(), seed=1
        )
    return Go(workspace_id=desk.workspace_id, submission_id=accepted.submission_id, number=1)


async def _until(queue: JobQueue, go: Go, state: JobState) -> None:
    async with asyncio.timeout(LONG_ENOUGH):
        job = None
        while job is None or job.state is not state:
            await asyncio.sleep(0.1)
            job = await queue.show(go_id(go))


async def test_a_worker_scores_and_leaves_when_it_is_told_to(
    sandbox: Sandbox, folder: Path
) -> None:
    async with open_desk(our_settings.load()) as desk, open_queue(our_settings.load()) as queue:
        go = await _submitted(desk, sandbox)
        await queue.start_go(go)
        worker = _start("worker")
        try:
            await _until(queue, go, JobState.DONE)
            worker.send_signal(signal.SIGTERM)
            out, err = worker.communicate(timeout=LONG_ENOUGH)
        finally:
            worker.kill()

        assert (worker.returncode, out, err) == (0, "", "")
        async with desk.sessions() as session:
            assert await workers.all_known(session) == []


async def test_what_is_under_way_at_the_stop_is_given_back_and_done_by_the_next(
    sandbox: Sandbox, folder: Path
) -> None:
    # The preview comes after the longest that a stop waits for.
    sandbox.set_fault(Fault(service=Service.PREVIEWS, kind=FaultKind.DELAY, seconds=60, times=1))
    async with open_desk(our_settings.load()) as desk, open_queue(our_settings.load()) as queue:
        go = await _submitted(desk, sandbox)
        await queue.start_go(go)
        first = _start("worker")
        try:
            await _until(queue, go, JobState.RUNNING)
            first.send_signal(signal.SIGTERM)
            first.communicate(timeout=LONG_ENOUGH)
        finally:
            first.kill()
        job = await queue.show(go_id(go))
        assert job is not None
        assert job.state is JobState.WAITING

        second = _start("worker")
        try:
            await _until(queue, go, JobState.DONE)
        finally:
            second.kill()
            second.communicate()


def test_a_process_for_chats_alone_needs_a_chat(
    earmark: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    for token in ("EARMARK_DISCORD_TOKEN", "EARMARK_SLACK_TOKEN"):
        monkeypatch.delenv(token, raising=False)

    refused = earmark("run", "--role", "chat")
    assert refused.status == 1
    assert "EARMARK_DISCORD_TOKEN" in refused.complaint
    assert "EARMARK_SLACK_TOKEN" in refused.complaint
