"""Marks, disputes, blocks and appeals of the simulated month, and who decides them.

Contractors see an event that speaks against them, or a limit, within the hour; some do not agree. A manager decides;
what he had a part in himself, the dispatcher does. None of it touches a request, so it is counted apart.
"""

from collections import Counter
from functools import partial

from sqlalchemy import select

from core.domain.quality import QualityKind, is_bad
from core.domain.task import TaskKind
from core.services import appeals, block_requests, quality, quality_disputes
from storage.models.contractor import Block, BlockRequest
from storage.models.desk import Task
from storage.models.quality import QualityEvent
from tests.simulate.crews import Firm
from tests.simulate.people import People
from tests.simulate.stage import Stage

KINDS = frozenset({TaskKind.SCORE_DISPUTE, TaskKind.APPEAL, TaskKind.BLOCK_ASKED, TaskKind.BLOCKS_HELD})
WORDS = "Сломалась машина, предупредили"


class Trust:
    def __init__(self, stage: Stage, people: People, judges: tuple[int, ...], firms: dict[int, Firm]) -> None:
        """Of the `judges` the first who may decides."""
        self.stage = stage
        self.people = people
        self.judges = judges
        self.firms = firms
        self.decided: Counter[str] = Counter()
        self._event = self._block = 0

    def look(self) -> None:
        """What is new against anybody."""
        with self.stage.reading() as session:
            events = session.scalars(
                select(QualityEvent).where(QualityEvent.id > self._event).order_by(QualityEvent.id)
            ).all()
            blocks = session.scalars(
                select(Block).where(Block.id > self._block, Block.contractor_id.is_not(None)).order_by(Block.id)
            ).all()
        self._event = max((row.id for row in events), default=self._event)
        self._block = max((row.id for row in blocks), default=self._block)
        for event in events:
            self._is_struck(event)
        for block in blocks:
            delay = self.people.appeals_after(block.id)
            if delay is not None:
                tap = partial(self._says, block.contractor_id or 0, "appeal", appeals.give, block.id)
                self.stage.at(self.stage.now + delay, tap)

    def has(self, task: Task) -> None:
        """Something for a judge to decide."""
        self.stage.at(self.stage.now + self.people.judged_after(task.id), partial(self._judge, task))

    def _is_struck(self, event: QualityEvent) -> None:
        delay = self.people.disputes_after(event.id) if is_bad(event.kind, event.weight_milli) else None
        if delay is not None:
            tap = partial(self._says, event.contractor_id, "dispute", quality_disputes.dispute, event.id)
            self.stage.at(self.stage.now + delay, tap)
        if event.kind is QualityKind.REWORK and self.people.is_proven_fraud(event.contractor_id, event.id):
            proves = partial(self._rules, "fraud", event.id, quality.fraud, event.id, WORDS)
            self.stage.at(self.stage.now + self.people.judged_after(event.id), proves)

    def _says(self, contractor_id: int, name, fn, about: int) -> None:  # type: ignore[no-untyped-def]
        done = self.stage.tap(self.firms[contractor_id].person_id, fn, about, WORDS)
        self._count(name if done else f"cannot {name}", contractor_id)

    def _judge(self, task: Task) -> None:
        is_upheld = self.people.is_upheld(task.id)
        verdict = "upheld" if is_upheld else "refused"
        if task.kind is TaskKind.SCORE_DISPUTE:
            fn, about = quality_disputes.decide, task.data["event"]
            self._rules(f"{task.kind} {verdict}", task.id, fn, about, is_upheld, WORDS)
        elif task.kind is TaskKind.APPEAL:
            self._rules(f"{task.kind} {verdict}", task.id, appeals.decide, task.data["appeal"], is_upheld, WORDS)
        elif task.kind is TaskKind.BLOCK_ASKED:
            self._block_or_not(task.data["request"])
        else:  # many at once: the list is gone through
            with self.stage.reading() as session:
                asked = session.scalars(
                    select(BlockRequest.id).where(BlockRequest.decided_at.is_(None)).order_by(BlockRequest.id)
                ).all()
            for request_id in asked:
                self._block_or_not(request_id)

    def _block_or_not(self, request_id: int) -> None:
        if self.people.confirms_block(request_id):
            self._rules("block confirmed", request_id, block_requests.confirm, request_id)
        else:
            self._rules("block refused", request_id, block_requests.refuse, request_id, WORDS)

    def _rules(self, name: str, number: int, fn, *args) -> None:  # type: ignore[no-untyped-def]
        judge = next((place for place, one in enumerate(self.judges) if self.stage.tap(one, fn, *args)), None)
        by = {None: " too late", 0: ""}.get(judge, " by another")
        self._count(f"{name}{by}", number)

    def _count(self, name: str, number: int) -> None:
        self.decided[name] += 1
        self.stage.note(name, number)
