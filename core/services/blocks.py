"""Blocks in force: a firm or a person who is not asked, everywhere or by one client."""

from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from storage.models.contractor import Block


def live(
    client_id: int | BindParameter[int] | InstrumentedAttribute[int], now: datetime | BindParameter[datetime]
) -> ColumnElement[bool]:
    return and_(
        Block.starts_at <= now,
        or_(Block.ends_at.is_(None), Block.ends_at > now),
        or_(Block.client_id.is_(None), Block.client_id == client_id),
    )
