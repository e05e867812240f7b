"""Marks, disputes and appeals of the simulated month, and who decides them.

Contractors see an event that speaks against them, or a limit, within the hour; some do not agree. A manager, who takes
part in nothing else, decides. None of it touches a request, so it is counted apart.
"""

from collections import Counter
from functools import partial

from sqlalchemy import select

from core.domain.quality import is_bad
from core.domain.task import TaskKind
from core.services import appeals, block_requests, quality_disputes
from storage.models.contractor import Block
from storage.models.desk import Task
from storage.models.quality import QualityEvent
from tests.simulate.crews import Firm
from tests.simulate.people import People
from tests.simulate.stage import Stage

KINDS = frozenset({TaskKind.SCORE_DISPUTE, TaskKind.APPEAL, TaskKind.BLOCK_ASKED})
WORDS = "Сломалась машина, предупредили"


class Trust:
    def __init__(self, stage: Stage, people: People, judge_id: int, firms: dict[int, Firm]) -> None:
        self.stage = stage
        self.people = people
        self.judge_id = judge_id
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
            delay = self.people.disputes_after(event.id) if is_bad(event.kind, event.weight_milli) else None
            if delay is not None:
                tap = partial(self._says, event.contractor_id, "dispute", quality_disputes.dispute, event.id)
                self.stage.at(self.stage.now + delay, tap)
        for block in blocks:
            delay = self.people.appeals_after(block.id)
            if delay is not None:
                tap = partial(self._says, block.contractor_id or 0, "appeal", appeals.give, block.id)
                self.stage.at(self.stage.now + delay, tap)

    def has(self, task: Task) -> None:
        """Something for the manager to decide."""
        self.stage.at(self.stage.now + self.people.judged_after(task.id), partial(self._judge, task))

    def _says(self, contractor_id: int, name, fn, about: int) -> None:  # type: ignore[no-untyped-def]
        done = self.stage.tap(self.firms[contractor_id].person_id, fn, about, WORDS)
        self._count(name if done else f"cannot {name}", contractor_id)

    def _judge(self, task: Task) -> None:
        is_upheld = self.people.is_upheld(task.id)
        if task.kind is TaskKind.SCORE_DISPUTE:
            done = self.stage.tap(self.judge_id, quality_disputes.decide, task.data["event"], is_upheld, WORDS)
        elif task.kind is TaskKind.APPEAL:
            done = self.stage.tap(self.judge_id, appeals.decide, task.data["appeal"], is_upheld, WORDS)
        elif is_upheld:
            done = self.stage.tap(self.judge_id, block_requests.confirm, task.data["request"])
        else:
            done = self.stage.tap(self.judge_id, block_requests.refuse, task.data["request"], WORDS)
        verdict = ("upheld" if is_upheld else "refused") if done else "gone"
        self._count(f"{task.kind} {verdict}", task.id)

    def _count(self, name: str, number: int) -> None:
        self.decided[name] += 1
        self.stage.note(name, number)
