"""Two thousand random plans, compiled, and held against the twin at every instant at which anything changes."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random

import pytest

from anyplans import MINUTE, USERS, Sample, any_plan, clock_changes, on_call, planned, seeded
from watchbill.publish.pagerduty.compile import Compiled, as_layers, as_overrides
from watchbill.publish.pagerduty.render import render
from watchbill.publish.pagerduty.terms import DAY_SECONDS, Meaning
from watchbill.times import Span

CHUNKS, EACH = 40, 50


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_random_plans_compile_to_layers_that_show_exactly_the_plan(chunk: int) -> None:
    for n in range(EACH):
        rng = seeded(f"exact {chunk} {n}")
        sample = any_plan(rng)
        meaning = Meaning(rng.choice(("wall", "wall", "elapsed")))
        compiled = as_layers(sample.plan, sample.role, sample.seat, USERS, sample.zone, meaning=meaning)
        hourly = any(layer.turn % DAY_SECONDS for layer in compiled.layers)
        for at in instants(sample, compiled, rng):
            want = planned(sample.plan, sample.seat, at)
            for hours in ("elapsed", "wall") if hourly else ("elapsed",):
                shown = on_call(compiled.layers, compiled.overrides, sample.zone, at, meaning.turns, hours)
                assert shown == want, f"plan {chunk} {n} at {at}, hours {hours}"
            if want:
                below = (*compiled.tails, *compiled.layers)
                assert on_call(below, compiled.overrides, sample.zone, at, meaning.turns) == want


def instants(sample: Sample, compiled: Compiled, rng: Random) -> Iterable[datetime]:
    """Every instant at which the plan, or what is rendered, changes, a minute before and after, and some others."""
    spans = [span for one in sample.plan.shifts for span in one.shift.spans]
    if not spans:
        return ()
    window = Span(min(span.start for span in spans), max(span.end for span in spans))
    edges = {at for span in spans for at in (span.start, span.end)}
    edges |= {at for one in sample.plan.shifts for part in one.parts for at in (part.start, part.end)}
    edges |= {at for layer in compiled.layers for at in (layer.start, layer.end) if at}
    edges |= {at for entry in render(compiled.layers, (), sample.zone, window) for at in (entry.start, entry.end)}
    edges |= {at for at in clock_changes(sample.zone) if window.start <= at <= window.end}
    minutes = int(window.length / MINUTE)
    edges |= {window.start + rng.randrange(minutes) * MINUTE for _ in range(20)}
    picked = sorted(rng.sample(sorted(edges), min(len(edges), 30)))
    return (at + off for at in picked for off in (-MINUTE, timedelta(), MINUTE))


def test_overrides_alone_show_exactly_the_plan() -> None:
    for n in range(50):
        rng = seeded(f"overrides {n}")
        sample = any_plan(rng)
        compiled = as_overrides(sample.plan, sample.role, sample.seat, USERS)
        for at in instants(sample, compiled, rng):
            want = planned(sample.plan, sample.seat, at)
            assert on_call((), compiled.overrides, sample.zone, at) == want, f"plan {n} at {at}"
