"""Who pays for a site on a day: its legal entity, and the contract valid then."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from storage.models.directory import Contract, LegalEntity, Site, SiteEntity

#: Contracts, periods and documents live in Moscow time.
MOSCOW = ZoneInfo("Europe/Moscow")


def of_site(session: Session, site: Site, *, now: datetime) -> tuple[LegalEntity, Contract] | None:
    today = now.astimezone(MOSCOW).date()
    entity_id = session.scalar(
        select(SiteEntity.legal_entity_id)
        .where(SiteEntity.site_id == site.id, or_(SiteEntity.valid_from.is_(None), SiteEntity.valid_from <= today))
        .order_by(SiteEntity.valid_from.desc().nulls_last())
        .limit(1)
    )
    if entity_id is None:
        return None
    contract = session.scalars(
        select(Contract)
        .where(
            Contract.legal_entity_id == entity_id,
            Contract.starts_on <= today,
            or_(Contract.ends_on.is_(None), Contract.ends_on >= today),
        )
        .order_by(Contract.starts_on.desc(), Contract.id.desc())
        .limit(1)
    ).one_or_none()
    return (session.get_one(LegalEntity, entity_id), contract) if contract is not None else None
