"""The probe: every open question about an account, answered by trying it on schedules made for that and deleted."""

from collections.abc import Callable

from watchbill.publish.pagerduty import probe_layers, probe_shifts
from watchbill.publish.pagerduty.answers import QUESTIONS, Answer, Answers
from watchbill.publish.pagerduty.bench import Bench

Told = Callable[[Answer], None]


def probe(bench: Bench, told: Told = lambda _: None) -> Answers:
    """Asks all questions; `told` hears each answer at once. Whatever happens, what was made is deleted at the end.

    RemoteFailed where PagerDuty does not answer, or what was made cannot be deleted, which names it.
    """
    found: dict[str, Answer] = {}
    try:
        for part in (probe_layers.ask, probe_shifts.ask):
            for answer in part(bench):
                found[answer.question] = answer
                told(answer)
    finally:
        bench.clear()
    return Answers(bench.stamp, tuple(found[question.key] for question in QUESTIONS if question.key in found))
