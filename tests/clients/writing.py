"""The samples' feeds, as files and with what each must show."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from samples import Duty, Sample, held, samples

from watchbill.publish.feeds import Feed, build

MANY = 900


@dataclass(frozen=True)
class Written:
    """A feed in a file, whose sample it is from, and what it must show."""

    path: Path
    sample: str
    content: bytes
    duties: tuple[Duty, ...]


def write_all(folder: Path) -> dict[str, Written]:
    """All feeds of all samples by their path, as readers are given it."""
    found = [one for name, sample in samples().items() for one in _write(folder / name, name, sample)]
    return {str(one.path): one for one in found}


def _write(folder: Path, name: str, sample: Sample) -> list[Written]:
    folder.mkdir()
    duties = held(sample.plans)
    out = []
    for n, (feed, content) in enumerate(feeds_of(sample).items()):
        if feed.kind == "role" and len(duties) > MANY:  # the same events are in the team's feed, and time is short
            continue
        path = folder / f"{n}.ics"
        path.write_bytes(content)
        out.append(Written(path, name, content, tuple(duty for duty in duties if _is_in(duty, feed, sample))))
    return out


def _is_in(duty: Duty, feed: Feed, sample: Sample) -> bool:
    match feed.kind:
        case "person":
            return duty.person == feed.id
        case "role":
            return duty.role == feed.id
        case "swaps":
            return duty.turn in offers_of(sample).get(duty.person, ())
        case _:
            return True


def feeds_of(sample: Sample) -> Mapping[Feed, bytes]:
    """What we make of a sample."""
    return build(sample.plans, sample.people, offers=offers_of(sample))


def offers_of(sample: Sample) -> Mapping[str, tuple[str, ...]]:
    """The first turn that somebody holds alone is theirs to give."""
    for assigned in sample.plans[-1].shifts:
        if len(assigned.parts) == 1 and assigned.person:
            return {assigned.person: (assigned.shift.turn,)}
    return {}
