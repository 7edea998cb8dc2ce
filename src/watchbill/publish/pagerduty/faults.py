"""PagerDuty's refusals in words: what was asked, what it answered, and what to do about it."""

from typing import Any

from watchbill.publish.pagerduty.nodes import flattened
from watchbill.publish.pagerduty.port import RemoteFailed, Reply, Unsure
from watchbill.texts import printable

SHIFT_BASED = "shift-based schedule"
LAYER_BASED = "layer-based schedule"

_LONGEST = 300
_BY_TEXT = (
    (SHIFT_BASED, 'Set "as: custom_shifts" for the role: the schedule is shift-based.'),
    (LAYER_BASED, 'Set "as: layers" or "as: overrides" for the role: the schedule has layers.'),
)
_BY_CODE = {
    2006: "Make a new API key and put it in the place of this one.",
    2010: "The key may not do that. Use one that may read and write schedules.",
    2014: "The account's plan does not include that. Ask who runs the PagerDuty account.",
    2019: "The account has as many of these as its plan allows. Remove some, or ask who runs the PagerDuty account.",
    2020: "Wait a minute and run it again.",
    2100: "Look whether the id in team.yaml is still right.",
    3001: 'PagerDuty does not take these layers. "as: overrides" says the same without them.',
    3004: "Look whether the schedule's id in team.yaml is still right.",
}
_BY_STATUS = {
    401: "The API key is wrong or was revoked. Make a new one and put it in the place of this one.",
    402: "The account's plan does not include that. Ask who runs the PagerDuty account.",
    403: "The key may not do that: a read-only key cannot write. Use one that may read and write schedules.",
    404: "Look whether the id in team.yaml is still right.",
    408: "Run it again later.",
    429: "Wait a minute and run it again.",
}


def refused(request: str, reply: Reply) -> RemoteFailed:
    """The error for an answer that will not change by asking again. `request` is method and path."""
    code, message, errors = read(reply.body)
    told = [f"{reply.status} {message}".strip(), *errors]
    return RemoteFailed(
        _sentence(f"PagerDuty refused {request}: {'; '.join(told)}", _remedy(reply.status, code, told), reply),
        status=reply.status,
        code=code,
        errors=errors,
        request=_request(reply),
    )


def gave_up(request: str, reply: Reply | None, lost: str, attempts: int) -> RemoteFailed:
    """The error after the last of several tries; `lost` says why the last one had no answer that can be read."""
    tries = "once" if attempts == 1 else f"{attempts} times"
    code, _, errors = read(reply.body if reply else None)
    return RemoteFailed(
        _sentence(f"PagerDuty did not do {request}, asked {tries}: {_last(reply, lost)}", _later(reply), reply),
        status=reply.status if reply else None,
        code=code,
        errors=errors,
        request=_request(reply),
    )


def unsure(request: str, reply: Reply | None, lost: str) -> Unsure:
    """The error for a write of which nobody knows whether it was carried out."""
    return Unsure(
        _sentence(
            f"PagerDuty may have done {request} or not: {_last(reply, lost)}", "Run it again: it looks first.", reply
        ),
        status=reply.status if reply else None,
        request=_request(reply),
    )


def read(body: Any) -> tuple[int | None, str, tuple[str, ...]]:
    """Code, message and all errors of a body, in any of the shapes that PagerDuty has for them."""
    error = body.get("error", body) if isinstance(body, dict) else body
    if not isinstance(error, dict):
        return None, _short(error) if isinstance(error, str) else "", ()
    code = error.get("code")
    errors = tuple(_short(line) for line in flattened(error.get("errors")))
    return code if isinstance(code, int) else None, _short(str(error.get("message") or "")), errors


def _short(text: str) -> str:
    text = printable(text).strip()
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _last(reply: Reply | None, lost: str) -> str:
    if lost or reply is None:
        return lost or "no answer"
    _, message, errors = read(reply.body)
    return "; ".join([f"{reply.status} {message}".strip(), *errors])


def _remedy(status: int, code: int | None, told: list[str]) -> str:
    for words, remedy in _BY_TEXT:
        if any(words in line for line in told):
            return remedy
    if 300 <= status < 400:
        return "It points elsewhere, and a key is never sent on. Set WATCHBILL_PAGERDUTY_URL to the right address."
    if status in (401, 402, 403):
        return _BY_STATUS[status]
    return _BY_CODE.get(code or 0) or _BY_STATUS.get(status, "")


def _later(reply: Reply | None) -> str:
    if reply and reply.status == 429:
        return _BY_STATUS[429]
    return "Run it again when PagerDuty can be reached."


def _sentence(said: str, remedy: str, reply: Reply | None) -> str:
    request = f" (request {_request(reply)})" if _request(reply) else ""
    return f"{said.rstrip('.')}{request}. {remedy}".strip()


def _request(reply: Reply | None) -> str:
    return printable(reply.headers.get("x-request-id", ""))[:80] if reply else ""
