"""Letters that have gone, where no pump is at work."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.domain.notice import OutboxStatus
from storage.models.post import Outbox


def delivered(session: Session, *, now: datetime) -> None:
    """Everything that waits has arrived in its chat."""
    waiting = update(Outbox).where(Outbox.status == OutboxStatus.NEW)
    session.execute(waiting.values(status=OutboxStatus.SENT, sent_at=now, message_id=Outbox.id))
