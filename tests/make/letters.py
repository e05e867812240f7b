"""Letters that have gone, where no pump is at work."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.domain.notice import Notice, OutboxStatus
from storage.models.post import Outbox


def delivered(session: Session, *notices: Notice, now: datetime) -> None:
    """Everything that waits, or what tells of these, has arrived in its chat."""
    waiting = update(Outbox).where(Outbox.status == OutboxStatus.NEW, Outbox.notice.in_(notices or tuple(Notice)))
    session.execute(waiting.values(status=OutboxStatus.SENT, sent_at=now, message_id=Outbox.id))
