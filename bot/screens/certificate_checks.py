"""A document of a skill before its checker: what it is for, the file, and the two verdicts."""

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot import formats
from bot.screens.papers import reason
from bot.screens.tasks import QueueTap
from bot.screens.tickets import TaskTap
from bot.texts import Texts
from bot.ui import Button, Id, Rows, Screen, column
from core.domain.certificate import BY_CHECKER, CertificateStatus, Refusal, SkillState, after_years
from core.services.certificate_checks import Check

Years = Annotated[int, Field(ge=0, le=10)]


class CheckTap(CallbackData, prefix="check"):
    certificate: Id


class ShowPages(CallbackData, prefix="checkfile"):
    certificate: Id


class Approve(CallbackData, prefix="checkok"):
    """So many years from today; 0: without end."""

    certificate: Id
    years: Years


class AskDay(CallbackData, prefix="checkday"):
    certificate: Id


class AskRefusal(CallbackData, prefix="checkwhy"):
    certificate: Id


class Refuse(CallbackData, prefix="checkno"):
    """Without a reason the checker writes it."""

    certificate: Id
    reason: Refusal | None = None


def card(check: Check, texts: Texts) -> Screen:
    if check.status is not CertificateStatus.WAITING:
        return decided(check, texts)
    parts = _facts(check, texts)
    if check.is_own:
        return Screen("\n".join([*parts, texts("checks-own")]), _file(check, texts) + _queue(texts))
    parts.append(texts("checks-until-when"))
    return Screen("\n".join(parts), _file(check, texts) + _verdicts(check, texts) + _queue(texts))


def ask_day(check: Check, texts: Texts) -> Screen:
    return Screen(texts("checks-ask-day", skill=check.skill, firm=check.firm), _back(check, texts))


def ask_refusal(check: Check, texts: Texts) -> Screen:
    buttons = (
        Button(texts.plain(f"papers-refusal-{one}"), Refuse(certificate=check.certificate_id, reason=one).pack())
        for one in BY_CHECKER
    )
    words = Button(texts.plain("checks-other-reason"), Refuse(certificate=check.certificate_id).pack())
    return Screen(
        texts("checks-ask-refusal", skill=check.skill, firm=check.firm), column(*buttons, words) + _back(check, texts)
    )


def ask_words(check: Check, texts: Texts) -> Screen:
    return Screen(texts("checks-ask-words", firm=check.firm), _back(check, texts))


def decided(check: Check, texts: Texts) -> Screen:
    """Over: what was said and by whom."""
    parts: list[str] = [
        texts("checks-title", skill=check.skill),
        texts("checks-firm", firm=check.firm, code=check.code),
    ]
    if check.status is CertificateStatus.APPROVED:
        until = _until(check, texts)
        parts.append(texts("checks-approved", name=check.checked_by, until=until))
        if check.state is SkillState.WATCHED:
            parts.append(texts("checks-now-watched"))
    elif check.status is CertificateStatus.REFUSED:
        parts.append(texts("checks-refused", name=check.checked_by or "—", reason=reason(check.refusal, texts)))
    else:
        parts.append(texts("checks-replaced"))
    return Screen("\n".join(parts), _file(check, texts) + _queue(texts))


def _facts(check: Check, texts: Texts) -> list[str]:
    sent = formats.moment(check.sent_at, check.zone, texts.language, check.read_at)
    parts: list[str] = [
        texts("checks-title", skill=check.skill),
        texts("checks-firm", firm=check.firm, code=check.code),
        texts("checks-sent", name=check.person, when=sent),
        texts("checks-state", state=_state(check, texts)),
    ]
    if check.seen_at:
        parts.append(texts("checks-seen", firm=check.seen_at))
    if check.taken_by:
        parts.append(texts("checks-taken", name=check.taken_by))
    return parts


def _state(check: Check, texts: Texts) -> str:
    if check.state is SkillState.DECLARED:
        return texts("checks-state-declared")
    return texts(f"checks-state-{check.state}", until=_until(check, texts))


def _until(check: Check, texts: Texts) -> str:
    if check.skill_until is None:
        return texts.plain("checks-endless")
    return texts.plain("checks-until", day=formats.calendar_day(check.skill_until, texts.language))


def _file(check: Check, texts: Texts) -> Rows:
    show = Button(texts.plain("checks-show", pages=check.pages), ShowPages(certificate=check.certificate_id).pack())
    previous = None
    if check.previous_id is not None:
        previous = Button(texts.plain("checks-show-previous"), ShowPages(certificate=check.previous_id).pack())
    return column(show, previous)


def _verdicts(check: Check, texts: Texts) -> Rows:
    number = check.certificate_id
    years = (
        Button(
            texts.plain("checks-years", n=one, day=formats.calendar_day(after_years(check.today, one), texts.language)),
            Approve(certificate=number, years=one).pack(),
        )
        for one in check.years
    )
    take = TaskTap(end=False, task_id=check.task_id) if check.task_id is not None and not check.taken_by else None
    return column(
        Button(texts.plain("checks-day"), AskDay(certificate=number).pack()),
        *years,
        Button(texts.plain("checks-approve-endless"), Approve(certificate=number, years=0).pack()),
        Button(texts.plain("checks-refuse"), AskRefusal(certificate=number).pack()),
        Button(texts.plain("tasks-take"), take.pack()) if take is not None else None,
    )


def _queue(texts: Texts) -> Rows:
    return column(Button(texts.plain("checks-to-queue"), QueueTap().pack()))


def _back(check: Check, texts: Texts) -> Rows:
    return column(Button(texts.plain("common-back"), CheckTap(certificate=check.certificate_id).pack()))
