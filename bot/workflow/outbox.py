"""Sends what the outbox holds: in order to each recipient, to many at once, across crashes.

Each channel and each person has a box. One worker at a time leases a box and sends what is due in
it, oldest first; the lease ends by itself where a worker dies. Rows with one subject are one
message of the chat: the first posts it, and whatever comes later changes that message.

Nothing is lost: a row is settled only after the platform has taken the message. What a crash
between the two can double is held off by the nonce, which Discord compares; Slack tells us of each
message of ours with the nonce in its metadata, and `saw` takes it over or deletes the double.

Every transaction here takes the mailbox before the rows of the outbox. Two workers meet where a
lease has run out, and would wait for each other otherwise.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import (
    DeliveryError,
    MalformedMessageError,
    MessageGoneError,
    RefusedMessageError,
    SlowDownError,
)
from bot.workflow import notices
from bot.workflow.delivery import (
    Compose,
    Courier,
    Job,
    Limits,
    Outgoing,
    Tally,
    row_id_of,
)
from bot.workflow.notices import ANSWERS, Notice
from bot.workflow.services import Clock, Sessions
from db import mailboxes, outbox, posts, services
from db.models import Delivery, OutboxMessage, Platform
from db.outbox import Box
from db.recipients import Place

log = logging.getLogger(__name__)

Dice = Callable[[], float]

# Worth a public word to somebody who takes no direct messages.
_CALLED_FOR: Final = ANSWERS | {Notice.HELP, Notice.REFUSED, Notice.QUESTION}


@dataclass(slots=True, kw_only=True)
class Sender:
    """`worker` must be unlike that of every other process on the same database."""

    sessions: Sessions
    couriers: Mapping[Platform, Courier]
    compose: Compose
    worker: str
    now: Clock
    dice: Dice = random.random
    limits: Limits = field(default_factory=Limits)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop | None = None

    def wake(self) -> None:
        """Look for something to send at once; any thread may call it."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._news.set)

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop`; what is on its way then is finished."""
        self._loop = asyncio.get_running_loop()
        self.sessions.configure(info={outbox.WAKE: self.wake})
        tally, busy = Tally(), set[Box]()
        async with asyncio.TaskGroup() as group:
            while not stop.is_set():
                self._news.clear()
                for box in await self._look(skip=busy):
                    busy.add(box)
                    group.create_task(self._serve_and_wake(box, tally, busy))
                await self._rest(stop)

    async def deliver_due(self) -> Tally:
        """Send what is due until nothing is, and return what was done."""
        tally = Tally()
        while boxes := await self._waiting():
            async with asyncio.TaskGroup() as group:
                for box in boxes:
                    group.create_task(self._serve(box, tally))
        return tally

    async def saw(self, *, box: Box, nonce: str, message_id: str) -> None:
        """Take note that the platform shows a message of ours, told by its own events.

        A message whose sending was cut off is taken over. One that stands there twice is deleted.
        """
        async with self.sessions.begin() as session:
            row = await outbox.get(
                session, workspace_id=box.workspace_id, message_id=row_id_of(nonce)
            )
            if row is None:
                return
            known = await posts.find(session, box=box, subject=row.subject)
            if known is None and row.done_at is None:
                await self._remember(session, box, row, message_id)
        if known is not None and known.message_id != message_id:
            log.info("deleting a double outbox=%d", row.id)
            courier = self.couriers[box.to.platform]
            await courier.delete(box.to, message_id, workspace_id=box.workspace_id)

    async def _look(self, *, skip: Collection[Box]) -> list[Box]:
        room = self.limits.parallel - len(skip)
        try:
            return [box for box in await self._waiting() if box not in skip][: max(0, room)]
        except Exception:
            # The loop itself: a database that is away for a minute must not end it.
            log.exception("the outbox cannot be read")
            return []

    async def _waiting(self) -> list[Box]:
        now = self.now()
        async with self.sessions() as session:
            listening = [
                platform
                for platform in self.couriers
                if await services.blocked_until(session, service=_service(platform), now=now)
                is None
            ]
            return await outbox.waiting_boxes(
                session, platforms=listening, now=now, limit=2 * self.limits.parallel
            )

    async def _rest(self, stop: asyncio.Event) -> None:
        """Wait for news, for `stop`, or until the next message is due."""
        waits = [asyncio.ensure_future(event.wait()) for event in (stop, self._news)]
        try:
            await asyncio.wait(
                waits, timeout=await self._pause_s(), return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for wait in waits:
                wait.cancel()

    async def _pause_s(self) -> float:
        try:
            async with self.sessions() as session:
                moment = await outbox.next_moment(session, platforms=list(self.couriers))
        except Exception:
            log.exception("the outbox cannot be read")
            moment = None
        now = self.now()
        # What is due by now was just looked at, and waits for a free hand or for its platform.
        if moment is None or moment <= now:
            return self.limits.look_every_s
        return min(self.limits.look_every_s, (moment - now).total_seconds())

    async def _serve_and_wake(self, box: Box, tally: Tally, busy: set[Box]) -> None:
        try:
            await self._serve(box, tally)
        finally:
            busy.discard(box)
            self._news.set()

    async def _serve(self, box: Box, tally: Tally) -> None:
        """Send a box's next few messages, in order, as far as it goes."""
        try:
            for _ in range(self.limits.turn):
                if not await self._step(box, tally):
                    break
            async with self.sessions.begin() as session:
                await mailboxes.release(session, box=box, worker=self.worker)
        except Exception:
            # The worker's own loop: one message that we cannot handle must not stop the others.
            log.exception("a fault of ours at a message to %s", box.to.platform)
            tally.put_off += 1
            async with self.sessions.begin() as session:
                until = self.now() + self.limits.mending_pause
                await mailboxes.rest(session, box=box, until=until, failed=True)
                await mailboxes.release(session, box=box, worker=self.worker)

    async def _step(self, box: Box, tally: Tally) -> bool:
        """Bring one message into the chat; return False where the box must wait."""
        job = await self._take(box)
        if job is None:
            return False
        async with self.sessions() as session:
            message = await self.compose(
                session, job.rows[-1], posted=job.post is not None, now=self.now()
            )
        if message is None:
            await self._settle(job, Delivery.DROPPED)
            tally.dropped += 1
            return True
        if job.shows(message) and job.is_pinned == message.lasting:
            await self._settle(job, Delivery.SENT)
            return True
        if job.post is None and self._is_closed(job):
            return await self._refused(job, tally, reason=None)
        return await self._send(job, message, tally)

    async def _take(self, box: Box) -> Job | None:
        """Lease the box and begin a try, in a commit of its own: a crash must leave a trace."""
        now = self.now()
        async with self.sessions.begin() as session:
            mailbox = await mailboxes.lease(
                session, box=box, worker=self.worker, now=now, until=now + self.limits.lease
            )
            rows = [] if mailbox is None else await outbox.next_up(session, box=box, now=now)
            if mailbox is None or not rows:
                return None
            again = rows[0].attempts > 0
            await outbox.begin(session, box=box, ids=[row.id for row in rows])
            post = await posts.find(session, box=box, subject=rows[0].subject)
        return Job(box=box, rows=rows, post=post, mailbox=mailbox, again=again)

    async def _send(self, job: Job, message: Outgoing, tally: Tally) -> bool:
        try:
            async with asyncio.timeout(self.limits.try_s):
                message_id = await self._bring(job, message)
                pinned = await self._pin(job, message, message_id)
        except SlowDownError as error:
            return await self._slow_down(job, tally, error)
        except DeliveryError as error:
            return await self._not_sent(job, tally, error)
        except TimeoutError:
            return await self._put_off(
                job,
                tally,
                "no answer in time",
                pause=self.limits.pause(job.mailbox.failures, dice=self.dice()),
            )
        return await self._sent(job, message, message_id, tally, pinned=pinned)

    async def _not_sent(self, job: Job, tally: Tally, error: DeliveryError) -> bool:
        match error:
            case MessageGoneError():
                # Whoever deleted it does not want it back.
                async with self.sessions.begin() as session:
                    await self._note(session, job, Delivery.DROPPED)
                    await posts.forget(session, box=job.box, subject=job.rows[0].subject)
                tally.dropped += 1
                return True
            case MalformedMessageError():
                log.error("a malformed message outbox=%d: %s", job.rows[0].id, error)
                return await self._give_up(job, tally, str(error))
            case RefusedMessageError() if error.mendable:
                return await self._put_off(job, tally, str(error), pause=self.limits.mending_pause)
            case RefusedMessageError():
                return await self._refused(job, tally, reason=error.reason)
            case _:
                pause = self.limits.pause(job.mailbox.failures, dice=self.dice())
                return await self._put_off(job, tally, str(error), pause=pause)

    async def _bring(self, job: Job, message: Outgoing) -> str:
        courier, to = self.couriers[job.box.to.platform], job.box.to
        if job.post is not None:
            if job.shows(message):
                return job.post.message_id
            try:
                await courier.edit(to, job.post.message_id, message)
            except MessageGoneError:
                if not message.lasting:
                    raise
            else:
                return job.post.message_id
        return await courier.post(to, message, nonce=job.nonce)

    async def _pin(self, job: Job, message: Outgoing, message_id: str) -> bool:
        """Pin what is to last, and unpin what is over; return whether it is pinned now.

        What we may not do yet is tried once at each later change, and never after it was done:
        who takes our pin down does not want it.
        """
        pinned = job.is_pinned and job.post is not None and job.post.message_id == message_id
        if pinned == message.lasting:
            return pinned
        courier, workspace_id = self.couriers[job.box.to.platform], job.box.workspace_id
        return await courier.pin(
            job.box.to, message_id, workspace_id=workspace_id, pinned=message.lasting
        )

    async def _sent(
        self, job: Job, message: Outgoing, message_id: str, tally: Tally, *, pinned: bool
    ) -> bool:
        new = job.post is None or job.post.message_id != message_id
        # The platform may have answered with the message of an earlier try, which says less.
        unsure = new and job.again
        pace = self.couriers[job.box.to.platform].pace
        async with self.sessions.begin() as session:
            await mailboxes.opened(session, box=job.box, rest_until=self.now() + pace)
            await self._remember(
                session,
                job.box,
                job.rows[0],
                message_id,
                fingerprint=None if unsure else message.fingerprint,
                pinned=pinned,
            )
            if not unsure:
                await self._note(session, job, Delivery.SENT)
        tally.posted += new
        tally.changed += not new
        return True

    async def _refused(self, job: Job, tally: Tally, *, reason: str | None) -> bool:
        """Settle what will not be taken; who is not reached in person may be called in public."""
        now = self.now()
        async with self.sessions.begin() as session:
            if reason is not None:
                await mailboxes.closed(session, box=job.box, reason=reason, at=now)
            await self._note(session, job, Delivery.REFUSED, error=reason)
            row = job.rows[-1]
            if job.box.to.place is Place.PERSON and row.submission_id and row.kind in _CALLED_FOR:
                await notices.mention(
                    session,
                    workspace_id=job.box.workspace_id,
                    submission_id=row.submission_id,
                    to=job.box.to,
                    key=row.key,
                    at=now,
                )
        log.info("refused outbox=%d reason=%s", job.rows[0].id, reason or "closed before")
        tally.refused += 1
        return True

    async def _slow_down(self, job: Job, tally: Tally, error: SlowDownError) -> bool:
        until = self.now() + timedelta(seconds=error.retry_after_s)
        async with self.sessions.begin() as session:
            if error.everywhere:
                await services.block(session, service=_service(job.box.to.platform), until=until)
            await mailboxes.rest(session, box=job.box, until=until)
            await outbox.not_begun(session, box=job.box, ids=job.ids)
        tally.put_off += 1
        return False

    async def _put_off(self, job: Job, tally: Tally, why: str, *, pause: timedelta) -> bool:
        if job.rows[-1].created_at < self.now() - self.limits.give_up:
            return await self._give_up(job, tally, why)
        async with self.sessions.begin() as session:
            await mailboxes.rest(session, box=job.box, until=self.now() + pause, failed=True)
            await outbox.note_failure(session, box=job.box, ids=job.ids, error=why)
        log.warning("not sent outbox=%d: %s", job.rows[0].id, why)
        tally.put_off += 1
        return False

    async def _give_up(self, job: Job, tally: Tally, why: str) -> bool:
        await self._settle(job, Delivery.FAILED, error=why)
        tally.failed += 1
        return True

    async def _settle(self, job: Job, outcome: Delivery, *, error: str | None = None) -> None:
        async with self.sessions.begin() as session:
            await self._note(session, job, outcome, error=error)

    async def _note(
        self, session: AsyncSession, job: Job, outcome: Delivery, *, error: str | None = None
    ) -> None:
        await outbox.settle(
            session, box=job.box, ids=job.ids, outcome=outcome, at=self.now(), error=error
        )

    async def _remember(
        self,
        session: AsyncSession,
        box: Box,
        row: OutboxMessage,
        message_id: str,
        *,
        fingerprint: str | None = None,
        pinned: bool = False,
    ) -> None:
        await posts.remember(
            session,
            box=box,
            subject=row.subject,
            submission_id=row.submission_id,
            message_id=message_id,
            fingerprint=fingerprint,
            pinned=pinned,
            at=self.now(),
        )

    def _is_closed(self, job: Job) -> bool:
        closed_at = job.mailbox.closed_at
        return (
            job.box.to.place is Place.PERSON
            and closed_at is not None
            and closed_at > self.now() - self.limits.closed_for
        )


def _service(platform: Platform) -> str:
    return f"chat:{platform}"
