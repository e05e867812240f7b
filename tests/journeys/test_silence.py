"""A firm that answers nothing for days: it is asked, it falls silent, it comes back."""

import pytest
from sqlalchemy import select

from core.domain.offer import Exclusion, OfferStatus
from core.domain.ticket import TicketStatus
from storage.models.contractor import Contractor
from storage.models.offer import Offer, WaveCandidate
from storage.models.ticket import Ticket
from tests.characters import MARINA, OLGA, PYOTR
from tests.journeys.acts import asks
from tests.journeys.stage import LAMP, LAPSE_S, SOCKET, Stage

pytestmark = pytest.mark.journey

HOUR_S = 3600
DAY_S = 24 * HOUR_S
ASK = "Вы ещё с нами"


async def pyotrs_firm(stage: Stage) -> Contractor:
    (firm,) = await stage.rows(select(Contractor).where(Contractor.phone == PYOTR.number))
    return firm


async def ignores(stage: Stage, services: tuple[str, ...]) -> None:
    """The wait for each runs out, and the shop calls its request off."""
    olga, pyotr = stage.phone(OLGA), stage.phone(PYOTR)
    for service in services:
        before, offered = olga.end, pyotr.end
        await asks(olga, stage.facts.sticker, service)
        await pyotr.sees("Ждём вашего ответа", after=offered)
        await stage.later(LAPSE_S)
        await pyotr.sees("Ещё можно взять", after=offered)
        await stage.quiet()
        await olga.taps("Отменить", after=before)
        await olga.taps("Да, отменить", after=before)
        await stage.quiet()


async def test_five_ignored_offers_end_in_a_question_and_its_silence_in_no_more_offers(stage: Stage) -> None:
    olga, pyotr, _ = await stage.enter(OLGA, PYOTR, MARINA)
    await ignores(stage, (LAMP, SOCKET))  # Monday
    await stage.later(DAY_S - HOUR_S)
    await ignores(stage, (LAMP,))  # Tuesday
    assert pyotr.shows(ASK) is None
    await stage.later(DAY_S)
    await ignores(stage, (LAMP, SOCKET))  # Wednesday

    await stage.later(1)
    await pyotr.sees(ASK)
    lapsed = await stage.rows(select(Offer).where(Offer.lapsed_at.is_not(None)))
    assert len(lapsed) == 5
    assert (await pyotrs_firm(stage)).asked_still_there_at is not None

    await stage.later(DAY_S)
    await pyotr.sees("Новых предложений пока не будет")
    assert not (await pyotrs_firm(stage)).is_available
    await asks(olga, stage.facts.sticker)
    await stage.quiet()
    (last,) = await stage.rows(select(Ticket).order_by(Ticket.id.desc()).limit(1))
    assert last.status is TicketStatus.UNSTAFFED
    number = (await pyotrs_firm(stage)).id
    why = select(WaveCandidate.exclusion).where(WaveCandidate.contractor_id == number)
    assert (await stage.rows(why.order_by(WaveCandidate.wave_id.desc()).limit(1))) == [Exclusion.AWAY]

    before = pyotr.end
    await pyotr.says("/free")
    await pyotr.taps("Получать предложения", after=before)
    await pyotr.sees("предложения приходят", after=before)
    before = pyotr.end
    await asks(olga, stage.facts.sticker, SOCKET)
    await pyotr.sees("Ждём вашего ответа", after=before)
    await stage.quiet()
    assert (await stage.rows(select(Offer.status).order_by(Offer.id.desc()).limit(1))) == [OfferStatus.SENT]
    await stage.later(1)
    assert (await pyotrs_firm(stage)).asked_still_there_at is None  # the old silence is forgiven
