"""Logs of every process: structured lines without bot tokens, invite links and phone numbers."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

TOKEN = re.compile(r"\d{5,20}:[A-Za-z0-9_-]{30,}")
# Eleven digits after +7 or 8, however they are spaced; ids in logs are plain numbers without a leading + or 8.
PHONE = re.compile(r"(?<![\w.:-])(?:\+\d|8)[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}(?![\w-])")

# The payload of an invite link: whoever reads it could come in with it.
INVITE = re.compile(r"(?<![\w-])i-[A-Za-z0-9_-]{16,}")


def redact(value: Any) -> Any:
    """The same value with secrets replaced, inside strings, lists and dicts alike."""
    match value:
        case str():
            return PHONE.sub("[phone]", INVITE.sub("[invite]", TOKEN.sub("[token]", value)))
        case dict():
            return {key: redact(item) for key, item in value.items()}
        case list() | tuple() | set():
            return [redact(item) for item in value]
        case _:
            return value


def redact_event(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        event[key] = redact(value)
    return event


def set_up(*, as_json: bool, level: str = "INFO") -> None:
    """Lines of structlog and of libraries' `logging` go to standard error through the same redaction."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(as_json, shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("apscheduler", "httpx", "httpcore", "aiohttp.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _formatter(as_json: bool, shared: list[Any]) -> logging.Formatter:
    # Tracebacks are made text first, so that they are redacted like everything else.
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redact_event,
            renderer,
        ],
    )
