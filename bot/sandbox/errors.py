"""What the sandbox refuses: bot requests in the words of the real server, control calls in plain sentences."""

from typing import Any


class ApiError(Exception):
    """An answer `ok: false` of the Bot API."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_json(self) -> dict[str, Any]:
        reply: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            reply["parameters"] = self.parameters
        return reply


class Refused(Exception):
    """A control call that makes no sense; the text is for whoever drives the sandbox."""


def bad(text: str) -> ApiError:
    return ApiError(400, f"Bad Request: {text}")


def forbidden(text: str) -> ApiError:
    return ApiError(403, f"Forbidden: {text}")


def not_here(what: str) -> ApiError:
    return bad(f"the sandbox does not do {what} yet")


def too_many(seconds: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
