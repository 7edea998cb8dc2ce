"""File models to facts."""

from collections.abc import Mapping
from datetime import date

from watchbill import timings
from watchbill.domain import Layer, Person, Pin, Role, ShareStep, Stretch, Travel, Window
from watchbill.naming import told_apart
from watchbill.policy import TIERS, FairnessPolicy, LoadPolicy, TierSpec
from watchbill.workspace.person_file import AvailabilityFile
from watchbill.workspace.team import LayerFile, PersonFile, TeamFile

_EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
_ALL_DAY = (0, 1440)


def people(file: TeamFile, availability: Mapping[str, AvailabilityFile]) -> tuple[Person, ...]:
    """The team, in the order of the file. Those who share a name have their id in it."""
    names = told_apart({id_: person.name or id_ for id_, person in file.people.items()})
    return tuple(_person(id_, names[id_], person, file, availability.get(id_)) for id_, person in file.people.items())


def _person(id_: str, name: str, person: PersonFile, file: TeamFile, own: AvailabilityFile | None) -> Person:
    calendars = file.holidays if person.holidays is None else person.holidays
    dates = {timings.day(word) for word in calendars if _is_date(word, file)}
    dates.update(day for listed in (own.holidays if own else ()) for day in listed)
    return Person(
        id=id_,
        name=name,
        zone=person.timezone or file.timezone,
        email=person.email or "",
        holidays=tuple(word for word in calendars if not _is_date(word, file)),
        tags=person.tags,
        shares=tuple(ShareStep(step.since, step.value) for step in person.share),
        joined=person.joined,
        left=person.left,
        roles=person.roles,
        excused=tuple(person.excused),
        weekend=person.weekend,
        travel=tuple(Travel(line.dates, line.timezone) for line in (own.travel if own else ())),
        own_holidays=tuple(sorted(dates)),
        pagerduty=person.pagerduty or "",
    )


def _is_date(word: str, file: TeamFile) -> bool:
    return word[:1].isdigit() and word not in file.calendars


def roles(file: TeamFile) -> tuple[Role, ...]:
    """The roles and their layers, in the order of the file."""
    return tuple(
        Role(
            id=id_,
            layers=tuple(_layer(id_, name, layer, file.timezone) for name, layer in role.layers.items()),
            name=role.name or id_,
            weight=role.weight,
            seats=role.seats,
        )
        for id_, role in file.roles.items()
    )


def _layer(role: str, id_: str, layer: LayerFile, zone: str) -> Layer:
    weekday, minute = layer.handoff
    if weekday is None and layer.since is not None and layer.turn.unit == "week":
        weekday = layer.since.weekday()
    return Layer(
        role=role,
        id=id_,
        zone=layer.timezone or zone,
        turn=layer.turn,
        handoff=minute,
        weekday=weekday,
        anchor=layer.since,
        windows=_windows(layer),
        stretches=tuple(Stretch(*stretch) for stretch in layer.span),
        who=layer.who,
        may_miss=layer.may_miss,
        over=layer.over,
    )


def _windows(layer: LayerFile) -> tuple[Window, ...]:
    if layer.days is None and not layer.hours:
        return ()
    days = _EVERY_DAY if layer.days is None else layer.days
    return tuple(Window(days, *hours) for hours in layer.hours or (_ALL_DAY,))


def calendars(file: TeamFile) -> dict[str, tuple[date, ...]]:
    """The team's own lists: name to dates in order."""
    return {name: tuple(sorted({day for dates in days for day in dates})) for name, days in file.calendars.items()}


def load(file: TeamFile) -> LoadPolicy:
    """Which hours weigh extra; what the file does not say keeps its default."""
    default, said = LoadPolicy(), file.load
    extra = dict(default.extra)
    for kind, entry in (("night", said.night), ("weekend", said.weekend), ("holiday", said.holiday)):
        if entry is not None and entry.extra is not None:
            extra[kind] = entry.extra
    night = said.night.hours if said.night and said.night.hours else default.night
    return LoadPolicy(night, extra)


def fairness(file: TeamFile) -> FairnessPolicy:
    """What counts for fairness; buckets that a list leaves out do not count."""
    default, said = FairnessPolicy(), file.fairness
    return FairnessPolicy(
        buckets=default.buckets if said.buckets is None else {str(k): v for k, v in said.buckets.items()},
        band=default.band if said.band is None else said.band,
        half_life=default.half_life
        if said.half_life is None
        else max(1, round(said.half_life.total_seconds() / 86400)),
    )


def tiers(file: TeamFile) -> tuple[TierSpec, ...]:
    """The order of the tiers, with their slack in percent."""
    usual = {tier.name: tier.slack for tier in TIERS}
    listed = tuple(TierSpec(t.name, usual[t.name] if t.slack is None else t.slack) for t in file.tiers)
    return listed or TIERS


def pins(file: TeamFile) -> tuple[Pin, ...]:
    """Shifts whose holder is decided, in the order of the file."""
    return tuple(Pin(pin.shift, pin.person, pin.reason or "") for pin in file.pins)
