"""What a rule is written as: its kind, its strength, what a break costs, and its exceptions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from watchbill.domain import Person
from watchbill.fields import Number
from watchbill.rules._exceptions import Excepted, spelled


class Written(BaseModel):
    """One piece of policy as a file holds it, and the milder ones that its exceptions make of it.

    `milder` says of each number that an exception may change whether `less`, `more` or `wider` asks for less;
    `exempting` is what an exception may hold.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    strengths: ClassVar[tuple[str, ...]] = ("must", "should")
    milder: ClassVar[Mapping[str, str]] = {}
    exempting: ClassVar[type[Excepted]] = Excepted
    kind: str
    strength: Literal["must", "should"] = "must"
    weight: Number = 1
    exceptions: tuple[Excepted, ...] = Field(default=(), alias="except")
    _source: int | None = PrivateAttr(default=None)

    @property
    def hard(self) -> bool:
        """Whether a plan that breaks it is no plan."""
        return self.strength == "must"

    @property
    def source(self) -> int | None:
        """The number of the rule whose exception it comes from, among those in force; None if it was written itself."""
        return self._source

    def but(self, **exception: Any) -> Self:
        """The rule with one more exception, given by its keys. ValueError if it asks for no less than the rule."""
        listed = (*self.exceptions, self.exempting.model_validate(exception))
        rule = self.model_copy(update={"exceptions": listed})
        for number, _, sentence in rule.objections():
            if number == len(self.exceptions):
                raise ValueError(sentence)
        return rule

    def on_its_own(self) -> Self:
        """The rule as if it had been written itself."""
        rule = self.model_copy()
        rule._source = None
        return rule

    def binds(self, person: Person) -> bool:
        """Whether the rule is about somebody, exceptions aside."""
        own: Sequence[str] = getattr(self, "people", ())
        return not own or person.id in own

    def objections(self) -> Iterator[tuple[int, str, str]]:
        """What is wrong with exceptions: the number of each, the key, a sentence with its remedy."""
        for number, one in enumerate(self.exceptions):
            yield from ((number, key, sentence) for key, sentence in self._against(one))

    def derived(self, people: Iterable[Person], source: int) -> Iterator[Self]:
        """For each exception with numbers the rule that holds instead: milder, and it sees what the exception hides.

        Of other exceptions it sees those that ask for no less: where two meet, the milder one counts.
        """
        listed = [person for person in people if self.binds(person)]
        for one in self._meeting(listed):
            bound = tuple(person.id for person in listed if one.concerns(person))
            if not bound:
                continue
            scope = {} if one.for_all else {"people": bound, "tags": ()}
            others = tuple(o for o in self.exceptions if o is not one and not self._asks_for_more(o, one))
            update = {**one.numbers, **{key: scope[key] for key in scope if key in type(self).model_fields}}
            rule = self.model_copy(update={**update, "exceptions": others})
            rule._source = source
            yield rule

    def _meeting(self, people: Sequence[Person]) -> Sequence[Excepted]:
        """Exceptions with numbers; and of each number the milder one, where two meet of which neither asks for less."""
        found = [one for one in self.exceptions if one.numbers]
        for one in found:
            for other in found[: found.index(one)]:
                if self._asks_for_more(one, other) or self._asks_for_more(other, one):
                    continue
                both = self._both(one, other, people)
                if both and not any((m.numbers, m.people) == (both.numbers, both.people) for m in found):
                    found.append(both)
        return found

    def _both(self, one: Excepted, other: Excepted, people: Sequence[Person]) -> Excepted | None:
        """What two exceptions make of the numbers for those whom both are made for; None if there is nobody."""
        ids = tuple(person.id for person in people if one.concerns(person) and other.concerns(person))
        numbers = dict(one.numbers)
        for key, value in other.numbers.items():
            if key not in numbers or self._is_milder(key, value, numbers[key]):
                numbers[key] = value
        for_all = one.for_all and other.for_all
        whom = {} if for_all else {"people": ids}
        return self.exempting(dates=(*one.dates, *other.dates), **whom, **numbers) if ids else None

    def _against(self, one: Excepted) -> Iterator[tuple[str, str]]:
        own: Sequence[str] = getattr(self, "people", ())
        for person in one.people if own else ():
            if person not in own:
                yield "people", f'the rule is not about "{person}". Remove the name, or name people of the rule.'
        for key, value in one.numbers.items():
            present = getattr(self, key)
            if not self.hard:
                remedy = f"Remove {key}, which excuses them, or write the rule twice with people."
                yield key, f"a should cannot be made milder for some people and dates. {remedy}"
            elif present is None or (self.milder[key] == "less" and not present):
                yield key, f"the rule has no {key} that could be milder. Remove it here."
            elif not self._is_milder(key, value, present):
                remedy = f"Write {self.milder[key]} than that, or remove {key} to excuse them."
                yield key, f"{spelled(value)} is not milder than the rule, which has {spelled(present)}. {remedy}"

    def _is_milder(self, key: str, new: Any, old: Any) -> bool:
        if self.milder[key] == "less":
            return bool(new < old)
        return bool(new > old if self.milder[key] == "more" else new != old and new[0] <= old[0] and new[1] >= old[1])

    def _asks_for_more(self, one: Excepted, other: Excepted) -> bool:
        """Whether an exception asks for as much as another one, or for more."""
        mine, theirs = one.numbers, other.numbers
        keys = {*mine, *theirs} if mine else ()
        values = ((key, *(numbers.get(key, getattr(self, key)) for numbers in (mine, theirs))) for key in keys)
        return bool(mine) and not any(self._is_milder(*each) for each in values)
