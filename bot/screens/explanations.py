"""One wave in words: why it was made, how large, at what pay; whom it asked in which order, and why not the others."""

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot import formats
from bot.screens.lists import PAGE, pages
from bot.screens.taps import Do, TicketTap
from bot.texts import Html, Texts
from bot.ui import Button, Id, Page, Rows, Screen, column, page_rows
from core.domain.wave import COUNTED_TO
from core.services.explanations import FieldLine, WaveField


class WaveTap(CallbackData, prefix="wave"):
    ticket_id: Id
    wave: Annotated[int, Field(ge=1, le=100_000)]
    page: Page


def wave(found: WaveField, texts: Texts) -> Screen:
    parts: list[str] = [_head(found, texts), ""]
    parts += [_line(line, found, texts) for line in found.lines]
    last = found.offset + len(found.lines) >= found.total
    if found.not_considered and last:
        many = "yes" if found.not_considered >= COUNTED_TO else "no"
        parts.append(texts("history-not-considered", count=found.not_considered, many=many))
    back = Button(texts.plain("common-back"), TicketTap(do=Do.WHY, ticket_id=found.ticket_id).pack())
    return Screen("\n".join(parts), _turning(found) + _neighbours(found, texts) + column(back))


def waves_button(ticket_id: int, waves: int, texts: Texts) -> Button | None:
    """To the last wave; the others are reached from there."""
    if not waves:
        return None
    tap = WaveTap(ticket_id=ticket_id, wave=waves, page=0)
    return Button(texts.plain("wave-open", count=str(waves)), tap.pack())


def _head(found: WaveField, texts: Texts) -> Html:
    return texts(
        "wave-head",
        number=found.ticket,
        wave=str(found.number),
        of=str(found.waves),
        when=formats.moment(found.at, found.zone, texts.language, found.read_at),
        reason=texts(f"wave-reason-{found.reason}"),
        size=str(found.size),
        pct=str(found.used_pct),
        pay=formats.money(found.pay_kop, texts.language),
        ranked=str(found.ranked),
        band=str(found.band_km),
    )


def _line(line: FieldLine, found: WaveField, texts: Texts) -> Html:
    distance = formats.distance(line.distance_m, texts.language)
    if line.exclusion is not None:
        key = "wave-line-too-far" if line.exclusion == "too_far" else "wave-line-excluded"
        why = texts(f"tickets-exclusion-{line.exclusion}")
        return texts(key, contractor=line.contractor, distance=distance, radius=str(line.radius_km), why=why)
    answer = texts(f"history-offer-status-{line.status}") if line.status is not None else texts("wave-not-reached")
    return texts(
        "wave-line-answered" if line.is_answered else "wave-line",
        n=str(line.rank),
        contractor=line.contractor,
        distance=distance,
        score=str(line.score),
        jobs=str(line.accepted_jobs),
        recent=str(line.recent_jobs),
        answer=answer,
    )


def _turning(found: WaveField) -> Rows:
    page = found.offset // PAGE
    before, after = max(page - 1, 0), page + 1
    to = [WaveTap(ticket_id=found.ticket_id, wave=found.number, page=number).pack() for number in (before, after)]
    return page_rows(page, pages(found.total), *to)


def _neighbours(found: WaveField, texts: Texts) -> Rows:
    """The waves before and after this one."""
    near = [number for number in (found.number - 1, found.number + 1) if 1 <= number <= found.waves]
    return column(
        *(
            Button(
                texts.plain("wave-other", wave=str(number)),
                WaveTap(ticket_id=found.ticket_id, wave=number, page=0).pack(),
            )
            for number in near
        )
    )
