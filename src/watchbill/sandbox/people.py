"""Users, escalation policies, who is on call, and pages: the handlers that only read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from watchbill.sandbox import render, shift_render
from watchbill.sandbox.answers import Answer, invalid, not_found
from watchbill.sandbox.call import Call, instant_of
from watchbill.sandbox.shapes import in_window, policy_pointer, schedule_pointer, stamp, user_body, user_pointer
from watchbill.sandbox.world import Policy, Rule, Target
from watchbill.times import Span

AHEAD = timedelta(days=90)
SECOND = timedelta(seconds=1)


def users(call: Call) -> Answer:
    """GET /users: `query` is looked for in names and e-mails; removed users are not listed."""
    wanted = (call.one("query") or "").lower()
    found = [
        user
        for user in call.world.users.values()
        if user.deleted_at is None and (wanted in user.name.lower() or wanted in user.email.lower())
    ]
    page = call.page(found, "users")
    page["users"] = [user_body(user) for user in page["users"]]
    return Answer(200, page)


def user(call: Call) -> Answer:
    """GET /users/{id}; 404 for one who was removed."""
    found = call.world.users.get(call.ids["id"])
    if found is None or found.deleted_at is not None:
        raise not_found()
    return Answer(200, {"user": user_body(found)})


# ----------------------------------------------------------------------------------------------------- policies


def policies(call: Call) -> Answer:
    """GET /escalation_policies."""
    wanted = (call.one("query") or "").lower()
    page = call.page([p for p in call.world.policies.values() if wanted in p.name.lower()], "escalation_policies")
    page["escalation_policies"] = [_policy_body(call, policy) for policy in page["escalation_policies"]]
    return Answer(200, page)


def policy(call: Call) -> Answer:
    """GET /escalation_policies/{id}."""
    found = call.world.policies.get(call.ids["id"])
    if found is None:
        raise not_found()
    return Answer(200, {"escalation_policy": _policy_body(call, found)})


def _policy_body(call: Call, policy: Policy) -> dict[str, Any]:
    return policy_pointer(policy) | {
        "type": "escalation_policy",
        "name": policy.name,
        "escalation_rules": [
            {
                "id": rule.id,
                "escalation_delay_in_minutes": rule.minutes,
                "targets": [_target_body(call, target) for target in rule.targets],
            }
            for rule in policy.rules
        ],
        "services": [],
        "num_loops": policy.loops,
        "teams": [],
        "description": None,
        "on_call_handoff_notifications": "if_has_services",
    }


def _target_body(call: Call, target: Target) -> dict[str, Any]:
    if target.type == "user_reference":
        return user_pointer(call.world, target.id)
    found = call.world.schedules.get(target.id) or call.world.shift_schedules.get(target.id)
    return schedule_pointer(found) if found else {"id": target.id, "type": target.type, "summary": target.id}


# ------------------------------------------------------------------------------------------------------ on call


@dataclass(frozen=True, slots=True)
class _OnCall:
    """A user on call through one target of one level of a policy; without ends if named by the policy itself."""

    policy: Policy
    level: int
    target: Target
    user: str
    start: datetime | None = None
    end: datetime | None = None


def on_calls(call: Call) -> Answer:
    """GET /oncalls: by policy and level, at most 90 days ahead; now if no window is given."""
    since = call.instant("since") or call.now
    until = min(call.instant("until") or since, call.now + AHEAD)
    if until < since:
        raise invalid("Until must be after since, and at most 90 days ahead")
    found = [o for o in _all_on_calls(call, Span(since, until)) if _is_wanted(call, o)]
    if call.flag("earliest"):
        found = _earliest(found)
    page = call.page(found, "oncalls")
    page["oncalls"] = [_on_call_body(call, found) for found in page["oncalls"]]
    return Answer(200, page)


def _all_on_calls(call: Call, window: Span) -> Iterator[_OnCall]:
    for policy in call.world.policies.values():
        for level, rule in enumerate(policy.rules, 1):
            yield from _of_rule(call, policy, level, rule, window)


def _of_rule(call: Call, policy: Policy, level: int, rule: Rule, window: Span) -> Iterator[_OnCall]:
    for target in rule.targets:
        if target.type == "user_reference":
            yield _OnCall(policy, level, target, target.id)
        for user, span in on_schedule(call, target.id, window):
            yield _OnCall(policy, level, target, user, span.start, span.end)


def on_schedule(call: Call, schedule: str, window: Span) -> list[tuple[str, Span]]:
    """Who a schedule of either kind has on call in a window, in full length."""
    quirks, world = call.quirks, call.world
    if schedule in world.schedules:
        found = world.schedules[schedule]
        entries = in_window(lambda s: render.final(found, s, quirks.turns, quirks.merged), window, full=True)
        return [(entry.user, Span(entry.start, entry.end)) for entry in entries]
    if schedule in world.shift_schedules:
        wide = window if window.start < window.end else Span(window.start, window.start + SECOND)
        assignments = shift_render.final(world.shift_schedules[schedule], wide, full=True, gaps=False)
        return [(a.user, a.span) for a in assignments if a.user]
    return []


def _is_wanted(call: Call, found: _OnCall) -> bool:
    checks = {
        "schedule_ids[]": found.target.id,
        "escalation_policy_ids[]": found.policy.id,
        "user_ids[]": found.user,
    }
    return all(name not in call.query or value in call.query[name] for name, value in checks.items())


def _earliest(found: Iterable[_OnCall]) -> list[_OnCall]:
    first: dict[tuple[str, int, str], _OnCall] = {}
    for on_call in found:
        first.setdefault((on_call.policy.id, on_call.level, on_call.user), on_call)
    return list(first.values())


def _on_call_body(call: Call, found: _OnCall) -> dict[str, Any]:
    zone = call.zone("Etc/UTC")
    by_user = found.target.type == "user_reference"
    return {
        "escalation_policy": policy_pointer(found.policy),
        "escalation_level": found.level,
        "schedule": None if by_user else _target_body(call, found.target),
        "user": user_pointer(call.world, found.user),
        "start": stamp(found.start, zone) if found.start else None,
        "end": stamp(found.end, zone) if found.end else None,
    }


# -------------------------------------------------------------------------------------------------------- pages


def log_entries(call: Call) -> Answer:
    """GET /log_entries: the newest first."""
    return Answer(200, call.page(_newest(call, call.world.log_entries), "log_entries"))


def incidents(call: Call) -> Answer:
    """GET /incidents: the newest first."""
    return Answer(200, call.page(_newest(call, call.world.incidents), "incidents"))


def _newest(call: Call, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    since, until = call.instant("since"), call.instant("until")
    dated = [(instant_of(item["created_at"], "created_at"), item) for item in items]
    inside = [(at, item) for at, item in dated if (not since or since <= at) and (not until or at < until)]
    return [item for _, item in sorted(inside, key=lambda pair: pair[0], reverse=True)]
