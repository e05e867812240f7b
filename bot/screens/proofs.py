"""What is said about a picture or a file: that it does not count and why, where it went, what it may be."""

from aiogram.filters.callback_data import CallbackData

from bot.texts import Texts
from bot.ui import Button, Id, Screen, column
from core.domain.proof import ProofKind, ProofStage, ProofStatus, Refusal
from core.services.proof_cards import ProofCard

SORTS = (ProofStage.BEFORE, ProofStage.AFTER, ProofStage.UNSORTED)


class Sort(CallbackData, prefix="sort"):
    """What an unexpected picture is. The question is no card, so the ticket is not named."""

    proof: Id
    stage: ProofStage


def refused(card: ProofCard, texts: Texts) -> Screen:
    """Names the picture: in an album nobody knows which one did not open. A pause is asked for its picture once."""
    reason = card.refusal or Refusal.UNREADABLE
    what = texts(f"proofs-kind-{card.kind}", number=str(card.number))
    what_of = "hold" if card.stage is ProofStage.HOLD else "refused"
    return Screen(texts(f"proofs-{what_of}-{reason}", what=what))


def kept(card: ProofCard, texts: Texts) -> Screen:
    """Nothing is wrong, but it is not what the sender may think."""
    if card.status is ProofStatus.REFERENCE:
        return Screen(texts("proofs-too-large" if card.kind is ProofKind.VIDEO else "proofs-too-large-file"))
    return Screen(texts("proofs-late" if card.is_late else "proofs-beside", number=card.ticket_number))


def question(card: ProofCard, texts: Texts) -> Screen:
    """One question for the whole album."""
    if card.stage is not ProofStage.UNSORTED:
        return sorted_to(card.stage, texts)
    buttons = (
        Button(texts.plain(f"proofs-sort-{stage}"), Sort(proof=card.proof_id, stage=stage).pack()) for stage in SORTS
    )
    return Screen(texts("proofs-ask-sort", number=card.ticket_number), column(*buttons))


def sorted_to(stage: ProofStage, texts: Texts) -> Screen:
    return Screen(texts(f"proofs-sorted-{stage}"))


def nowhere(texts: Texts) -> Screen:
    """Media from somebody who tells no request and walks no visit."""
    return Screen(texts("proofs-nowhere"))
