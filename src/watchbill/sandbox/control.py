"""The sandbox's own paths, under /sandbox: clock, quirks, faults, watches, records, state. They need no key."""

import json
from collections.abc import Callable
from typing import Any

from watchbill.errors import WrongUsage
from watchbill.sandbox.answers import Answer, Refusal, not_found
from watchbill.sandbox.box import Box, Request
from watchbill.sandbox.codec import from_json, to_json
from watchbill.sandbox.faults import fault
from watchbill.sandbox.routes import find
from watchbill.sandbox.watching import Watch
from watchbill.sandbox.world import World
from watchbill.times import Span, from_iso, iso

PREFIX = "/sandbox/"


def handle(box: Box, request: Request) -> Answer:
    """Carries out one request to the sandbox itself; 400 with a sentence for what makes no sense."""
    handler = _HANDLERS.get((request.method, request.path.removeprefix(PREFIX)))
    if handler is None:
        return not_found().answer
    try:
        with box.lock:
            return Answer(200, handler(box, json.loads(request.body) if request.body else {}))
    except (WrongUsage, ValueError, KeyError, TypeError) as error:
        return Answer(400, {"error": {"message": f"{type(error).__name__}: {error}"}})


def _show_clock(box: Box, body: Any) -> Any:
    return {"now": iso(box.now), "fixed": box.fixed is not None}


def _set_clock(box: Box, body: Any) -> Any:
    """`now`: an instant at which the clock stands, or null for the real one."""
    box.fixed = from_iso(body["now"]) if body["now"] is not None else None
    return _show_clock(box, body)


def _show_quirks(box: Box, body: Any) -> Any:
    return to_json(box.quirks)


def _set_quirks(box: Box, body: Any) -> Any:
    box.quirks = box.quirks.changed(body)
    return _show_quirks(box, body)


def _show_faults(box: Box, body: Any) -> Any:
    return {"faults": [fault.as_json() for fault in box.faults]}


def _add_faults(box: Box, body: Any) -> Any:
    box.faults += [fault(item) for item in (body if isinstance(body, list) else [body])]
    return _show_faults(box, body)


def _clear_faults(box: Box, body: Any) -> Any:
    box.faults.clear()
    return _show_faults(box, body)


def _set_kill(box: Box, body: Any) -> Any:
    """`after`: how many more writes are let through, null for all; `told`: whether the last of them is answered."""
    box.set_kill(body["after"], told=body.get("told", True))
    return {"after": body["after"]}


def _show_watches(box: Box, body: Any) -> Any:
    return {"watches": [watch.as_json() for watch in box.watches]}


def _add_watch(box: Box, body: Any) -> Any:
    window = Span(from_iso(body["since"]), from_iso(body["until"]))
    watch = Watch(body["schedule"], window, body.get("seats", 1))
    watch.look(box.world, box.quirks, len(box.writes), "watch")
    box.watches.append(watch)
    return watch.as_json()


def _clear_watches(box: Box, body: Any) -> Any:
    box.watches.clear()
    return _show_watches(box, body)


def _show_writes(box: Box, body: Any) -> Any:
    return {"writes": box.writes}


def _show_requests(box: Box, body: Any) -> Any:
    return {"requests": box.requests, "counts": box.counts, "writes": len(box.writes)}


def _show_state(box: Box, body: Any) -> Any:
    return to_json(box.world)


def _set_state(box: Box, body: Any) -> Any:
    box.world = from_json(World, body)
    if box.changed:
        box.changed(box.world)
    return _show_state(box, body)


def _manual(box: Box, body: Any) -> Any:
    """What a human does in PagerDuty: a request of the API, without key, limits and faults."""
    return manual(box, body["method"], body["path"], body.get("body"))


def manual(box: Box, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """Carries out a request as a human's; its status and body."""
    found = find(method, path)
    try:
        if found is None:
            raise not_found()
        answer = box.carry_out(*found, {}, body, by="manual")
    except Refusal as refusal:
        answer = refusal.answer
    return {"status": answer.status, "body": answer.body}


_HANDLERS: dict[tuple[str, str], Callable[[Box, Any], Any]] = {
    ("GET", "clock"): _show_clock,
    ("POST", "clock"): _set_clock,
    ("GET", "quirks"): _show_quirks,
    ("POST", "quirks"): _set_quirks,
    ("GET", "faults"): _show_faults,
    ("POST", "faults"): _add_faults,
    ("DELETE", "faults"): _clear_faults,
    ("POST", "kill"): _set_kill,
    ("GET", "watch"): _show_watches,
    ("POST", "watch"): _add_watch,
    ("DELETE", "watch"): _clear_watches,
    ("GET", "writes"): _show_writes,
    ("GET", "requests"): _show_requests,
    ("GET", "state"): _show_state,
    ("PUT", "state"): _set_state,
    ("POST", "manual"): _manual,
}
