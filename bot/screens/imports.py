"""The workbook in the chat: what it would change, what is wrong with it, what it has changed."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from aiogram.filters.callback_data import CallbackData

from bot.texts import Html, Texts
from bot.ui import Button, Screen, column
from core.imports.book import Wrong
from core.services.imports import ImportReport, SheetCount

_WRONG_SHOWN = 10


class ApplyImport(CallbackData, prefix="apply"):
    """`book` is the sha256 of the file: the tap loads the very bytes that were shown."""

    book: str


class CancelImport(CallbackData, prefix="noapply"):
    pass


def book_of(sha256: str) -> str:
    return urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip("=")


def sha256_of(book: str) -> str:
    """Empty for what is no address of a file: buttons can be forged."""
    try:
        found = urlsafe_b64decode(book + "=").hex()
    except ValueError:
        return ""
    return found if len(found) == 64 else ""


def ask_file(texts: Texts) -> Screen:
    return Screen(texts("imports-ask-file"))


def preview(report: ImportReport, sha256: str, texts: Texts) -> Screen:
    text = [f"<b>{texts('imports-preview')}</b>", *_sheets(report.sheets, texts)]
    if report.ignored:
        names = ", ".join(f"{item.sheet}: {item.column}" if item.column else item.sheet for item in report.ignored)
        text.append(texts("imports-ignored", names=names[:500]))
    if report.wrong:
        return Screen("\n".join([*text, "", *_wrong(report.wrong, texts)]))
    if not any(count.added or count.changed for count in report.sheets.values()):
        return Screen("\n".join([*text, "", texts("imports-all-same")]))
    buttons = column(
        Button(texts.plain("imports-apply"), ApplyImport(book=book_of(sha256)).pack()),
        Button(texts.plain("common-cancel"), CancelImport().pack()),
    )
    return Screen("\n".join(text), buttons)


def applied(sheets: dict[str, SheetCount], wrong: int, texts: Texts) -> Screen:
    if wrong:
        return Screen(texts("imports-not-applied", wrong=wrong))
    return Screen("\n".join([f"<b>{texts('imports-applied')}</b>", *_sheets(sheets, texts)]))


def cancelled(texts: Texts) -> Screen:
    return Screen(texts("imports-cancelled"))


def _sheets(sheets: dict[str, SheetCount], texts: Texts) -> list[Html]:
    return [
        texts(
            "imports-sheet",
            sheet=title,
            added=str(count.added),
            changed=str(count.changed),
            same=str(count.same),
            wrong=str(count.wrong),
        )
        for title, count in sheets.items()
    ]


def _wrong(faults: tuple[Wrong, ...], texts: Texts) -> list[Html]:
    lines = [texts("imports-wrong", wrong=len(faults))]
    lines += [
        texts(
            "imports-fault",
            sheet=fault.sheet,
            row=str(fault.row) if fault.row else "—",
            column=fault.column or "—",
            reason=texts(f"imports-reason-{fault.reason.replace('_', '-')}", detail=fault.detail[:100]),
        )
        for fault in faults[:_WRONG_SHOWN]
    ]
    if len(faults) > _WRONG_SHOWN:
        lines.append(texts("imports-more-wrong", count=len(faults) - _WRONG_SHOWN))
    return lines
