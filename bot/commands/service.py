"""`earmark run` and `earmark jobs`: the service, and a look at the work it has in hand."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import click
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from bot import settings
from bot.app import open_desk
from bot.commands.running import examples, json_option, out, print_json
from bot.errors import AlreadyDoneError, NotFoundError
from bot.jobs.port import OPEN, Job, JobState, go_number
from bot.jobs.queue import JobQueue
from bot.serve import Role, open_queue, serve
from bot.workflow import again
from bot.workflow.desk import Desk
from bot.workflow.review import find_submission
from db import goes

T = TypeVar("T")

_ROLES = [role.value for role in Role]
_STATES = [state.value for state in JobState]


@click.command(epilog=examples("run", "run --role worker"))
@click.option(
    "--role",
    type=click.Choice(_ROLES),
    default=Role.ALL.value,
    help="What this process does: talk in chats, work on submissions, or both.",
)
def run(*, role: str) -> None:
    """Run the desk until it is stopped with Ctrl-C or SIGTERM.

    One process does everything by default. With PostgreSQL in EARMARK_DATABASE_URL any number of
    workers on any number of machines share the work; a worker that dies is replaced within 30
    seconds, and nothing that was accepted is lost.
    """
    asyncio.run(serve(settings.load(), Role(role)))


@click.group()
def jobs() -> None:
    """Look at the work behind the submissions, and begin or stop some of it."""


@jobs.command("list", epilog=examples("jobs list", "jobs list --state failed"))
@click.option("--state", type=click.Choice(_STATES), help="Only jobs in this state.")
@click.option("--all", "everything", is_flag=True, help="Finished ones, too.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, help="At most so many.")
@json_option
def list_jobs(*, state: str | None, everything: bool, limit: int, as_json: bool) -> None:
    """List jobs, the newest first: by default what waits, runs or failed."""
    states = [JobState(state)] if state else [*OPEN, JobState.FAILED]
    if everything and state is None:
        states = []
    found = _with_queue(lambda queue: queue.find(states=states, limit=limit))
    if as_json:
        print_json({"jobs": [job.to_json() for job in found]})
    else:
        out().print(_table(found))


@jobs.command(epilog=examples("jobs show score:7:1"))
@click.argument("job_id")
@json_option
def show(*, job_id: str, as_json: bool) -> None:
    """Show one job with its steps."""
    job = _with_queue(lambda queue: queue.show(job_id))
    if job is None:
        raise _no_job(job_id)
    if as_json:
        print_json(job.to_json())
    else:
        out().print(_text(job))


@jobs.command(epilog=examples("jobs retry T-4F7K", "jobs retry score:7:1"))
@click.argument("what")
def retry(*, what: str) -> None:
    """Try again: a submission without a score by its code, or a job that failed.

    A worker takes it up; without one running, it waits for the next.
    """
    if ":" in what:
        if not _with_queue(lambda queue: queue.retry(what)):
            raise AlreadyDoneError(f"{what} has neither failed nor been cancelled.")
    else:
        _with_desk(lambda desk, queue: _retry(desk, queue, code=what))
    out().print(f"{what} will be tried again.")


@jobs.command(epilog=examples("jobs cancel score:7:1"))
@click.argument("job_id")
def cancel(*, job_id: str) -> None:
    """Stop a job; its submission waits unscored, and can be retried."""
    job = _with_desk(lambda desk, queue: _cancel(desk, queue, job_id=job_id))
    if job is None:
        raise _no_job(job_id)
    if job.state not in OPEN:
        raise AlreadyDoneError(f"{job_id} is {job.state} already.")
    out().print(f"{job_id} is cancelled.")


def _no_job(job_id: str) -> NotFoundError:
    return NotFoundError(f"There is no job called {job_id!r}. To see them: earmark jobs list --all")


async def _retry(desk: Desk, queue: JobQueue, *, code: str) -> None:
    """Have a submission without a score tried again; the operator may do so for any."""
    async with desk.sessions.begin() as session:
        submission = await find_submission(session, desk.workspace_id, code)
        await again.again(session, submission)
    await replace(desk, starter=queue).jobs.submit(submission.id)


async def _cancel(desk: Desk, queue: JobQueue, *, job_id: str) -> Job | None:
    """Stop a job and return it as it was, or None where there is none of this name."""
    job = await queue.show(job_id)
    if job is None or job.state not in OPEN:
        return job
    await queue.cancel(job_id)
    if (number := go_number(job_id)) is not None:
        async with desk.sessions.begin() as session:
            go = await goes.find(session, submission_id=number[0], number=number[1])
            if go is not None:
                await again.leave(session, go, now=desk.now())
    return job


def _table(found: Sequence[Job]) -> RenderableType:
    if not found:
        return Text("No such job. To see the finished ones too: earmark jobs list --all")
    table = Table(box=None, pad_edge=False)
    for name in ("job", "state", "begun (UTC)", "changed"):
        table.add_column(name)
    for job in found:
        table.add_row(
            job.id, job.state, f"{job.created_at:%d %b %H:%M:%S}", f"{job.updated_at:%H:%M:%S}"
        )
    return table


def _text(job: Job) -> Text:
    lines = [f"{job.id}: {job.state}, begun {job.created_at:%d %b %H:%M:%S} UTC"]
    if job.worker:
        lines.append(f"worker {job.worker}")
    lines += [f"  {'done' if step.finished else 'at it'}  {step.name}" for step in job.steps]
    if job.result:
        lines.append(job.result)
    return Text("\n".join(lines))


def _with_queue(work: Callable[[JobQueue], Awaitable[T]]) -> T:
    async def act() -> T:
        async with open_queue(settings.load()) as queue:
            return await work(queue)

    return asyncio.run(act())


def _with_desk(work: Callable[[Desk, JobQueue], Awaitable[T]]) -> T:
    async def act() -> T:
        chosen = settings.load()
        async with open_desk(chosen) as desk, open_queue(chosen) as queue:
            return await work(desk, queue)

    return asyncio.run(act())
