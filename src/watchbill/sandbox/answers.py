"""What goes back: answers, and errors in each of the shapes that PagerDuty has for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

WRONG_KIND_FOR_V2 = "This is a shift-based schedule. Use the v3 Schedules API to access it."
WRONG_KIND_FOR_V3 = "This is a layer-based schedule. Use the v2 Schedules API to access it."


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a JSON body (None for none) and headers beside the usual ones."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """A request that is answered with an error; nothing was changed."""

    def __init__(self, status: int, message: str, code: int | None = None, errors: Any = None) -> None:
        error: dict[str, Any] = {"message": message}
        if code is not None:
            error["code"] = code
        if errors is not None:
            error["errors"] = errors
        self.answer = Answer(status, {"error": error})
        super().__init__(message)


def invalid(*sentences: str) -> Refusal:
    """400 with a list of sentences, as most of v2 has it."""
    return Refusal(400, "Invalid Input Provided", 2001, list(sentences))


def invalid_schedule(errors: Mapping[str, str]) -> Refusal:
    """400 with a sentence by field, as v2 has it for what stands in layers."""
    return Refusal(400, "Invalid Schedule", 3001, {key: [sentence] for key, sentence in errors.items()})


def invalid_request(errors: Mapping[str, str]) -> Refusal:
    """400 with a sentence by field, as all of v3 has it."""
    return Refusal(400, "Invalid Request", 2001, {key: [sentence] for key, sentence in errors.items()})


def not_found(code: int = 2100) -> Refusal:
    """404."""
    return Refusal(404, "Not Found", code)


def unauthorized() -> Refusal:
    """401: no key, or not the right one. The key is not repeated."""
    return Refusal(401, "Unauthorized", 2006, ["The API key provided is missing, invalid or revoked."])


def denied() -> Refusal:
    """403: the key may only read."""
    return Refusal(403, "Access Denied", 2010, ["Access Denied"])


def failure(status: int) -> Mapping[str, Any]:
    """The body of an error that was asked for, by its status alone."""
    known = status in frozenset(HTTPStatus)
    message = HTTPStatus(status).phrase if known else "Error"
    return {"error": {"message": message, "code": _CODES.get(status, 2000)}}


_CODES = {400: 2001, 401: 2006, 402: 2014, 403: 2010, 404: 2100}
RATE_LIMITED: Mapping[str, Any] = {"error": {"message": "Rate Limit Exceeded", "code": 2020}}
