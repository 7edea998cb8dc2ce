"""What `availability/<person>.yaml` may hold: one model for each kind of line."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from watchbill.fields import DateRange, Day, Hours, Line, Weekdays, Yes, Zone
from watchbill.rules import Limit
from watchbill.times import WEEKDAYS
from watchbill.tongues import WEEKDAYS as FOREIGN_WEEKDAYS
from watchbill.tongues import plain
from watchbill.workspace.import_file import ImportedFile
from watchbill.workspace.moments import Moment, Moments, Stretched, Until, between
from watchbill.workspace.shapes import FileModel, Listed, OneOrMore, OrText, text_as
from watchbill.workspace.team import Positive

WORDS = {"nights": "night", "weekends": "weekend", "holidays": "holiday"}


class _Dated(FileModel):
    """Dates in one of three spellings: `date`, `dates`, or `from` and `to`."""

    date: Stretched | None = None
    dates: Stretched | None = None
    since: Moment | None = Field(default=None, alias="from")
    to: Until | None = None
    note: Line | None = None

    @property
    def moments(self) -> Moments | None:
        """The stretch that the line names, if it names dates."""
        if self.since is not None and self.to is not None:
            return between(self.since, self.to)
        return self.dates or self.date

    @model_validator(mode="after")
    def _has_one_spelling(self) -> Self:
        if (self.since is None) != (self.to is None):
            raise ValueError('"from" and "to" come together. Add the other one, or write dates: A..B.')
        if sum(spelling is not None for spelling in (self.date, self.dates, self.since)) > 1:
            raise ValueError('"date", "dates" and "from" are three spellings of one thing. Keep one of them.')
        _ = self.moments
        return self


class AwayFile(_Dated):
    """One line of `leave`."""

    approved: Yes = False

    @model_validator(mode="after")
    def _names_dates(self) -> Self:
        if self.moments is None:
            raise ValueError("this leave names no dates. Write a date such as 2027-03-08, or dates: A..B.")
        return self


class NeverFile(FileModel):
    """One line of `never`: days of the week, all day or in some hours."""

    days: Weekdays
    hours: OneOrMore[Hours] = ()
    approved: Yes = False
    note: Line | None = None

    @model_validator(mode="after")
    def _names_a_day(self) -> Self:
        if not self.days:
            raise ValueError("this line names no day. Write days: [sat], or remove the line.")
        return self


def _word(value: Any) -> Any:
    if isinstance(value, str):
        if value.strip() not in WORDS:
            raise ValueError(f'"{value}" names no kind of hours. Write nights, weekends or holidays.')
        return WORDS[value.strip()]
    return value


class WishFile(_Dated):
    """One line of `avoid` or `prefer`: dates, days of the week, or a kind of hours (`on`)."""

    days: Weekdays | None = None
    hours: OneOrMore[Hours] = ()
    on: Annotated[str, BeforeValidator(_word)] | None = None
    weight: Positive = 1

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if self.moments is None and not self.days and not self.hours and self.on is None:
            raise ValueError("this wish names no time. Write a date, days: [fri], or on: nights.")
        if self.moments is not None and (self.days is not None or self.hours):
            raise ValueError('"days" and "hours" are for every week. Write them in a line of their own, without dates.')
        return self


def _wish_text(value: Any) -> Any:
    """Plain text in `avoid` and `prefer`: a kind of hours, days of the week, or dates."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text[:1].isalpha() and text not in WORDS and not _is_day(text):
        near = [word for word in WORDS if word[:5] == text.lower()[:5]]
        hint = f'Did you mean "{near[0]}"?' if near else "Write 2027-03-08, fri or nights."
        raise ValueError(f'"{text}" is neither a date nor a day of the week nor a kind of hours. {hint}')
    return {"on" if text in WORDS else "days" if _is_day(text) else "date": value}


def _is_day(text: str) -> bool:
    word = plain(text.partition("..")[0])
    return (word[:3] in WEEKDAYS and not word.startswith("week")) or word in FOREIGN_WEEKDAYS


class TravelFile(FileModel):
    """Days spent in another zone."""

    dates: DateRange
    timezone: Zone
    note: Line | None = None


def _limit(value: Any) -> Any:
    """A `limit` rule without its kind and person, which the file gives."""
    if isinstance(value, dict):
        for key in ("kind", "people", "tags", "each"):
            if key in value:
                raise ValueError(f'"{key}" cannot stand here: it is a limit for this person. Remove it.')
        listed = value.get("except")
        for one in listed if isinstance(listed, list) else ():
            for key in ("people", "tags"):
                if isinstance(one, dict) and key in one:
                    raise ValueError(f'"{key}" cannot stand in except here: it is a limit for this person. Remove it.')
        return {**value, "kind": "limit"}
    return value


class AvailabilityFile(FileModel):
    """`availability/<person>.yaml`."""

    person: Line
    answered_through: Day | None = None
    leave: Listed[Annotated[AwayFile, text_as("date"), OrText()]] = ()
    avoid: Listed[Annotated[WishFile, BeforeValidator(_wish_text), OrText()]] = ()
    prefer: Listed[Annotated[WishFile, BeforeValidator(_wish_text), OrText()]] = ()
    never: Listed[Annotated[NeverFile, text_as("days"), OrText()]] = ()
    travel: Listed[TravelFile] = ()
    limits: Listed[Annotated[Limit, BeforeValidator(_limit)]] = ()
    holidays: Listed[DateRange] = ()
    offers: Listed[Line] = ()
    imported: ImportedFile = ImportedFile()
