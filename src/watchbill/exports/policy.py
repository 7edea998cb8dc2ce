"""Which events are an absence: by the marks that calendars set, by length, and by words in the title.

The mark of Outlook (BUSYSTATUS) comes before TRANSP, and that before STATUS; an event that is cancelled or declined is
none. Everything that does not count has a reason that can be printed without its title.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from watchbill.exports.events import Event

LEAVE_WORDS = tuple(
    """
    annual leave; away; day off; days off; holiday; holidays; leave; off sick; on leave; ooo; oof; out of office;
    out of the office; parental leave; pto; sabbatical; sick day; sick leave; time off; vacation; vacations;
    abwesend; abwesenheit; elternzeit; ferien; resturlaub; sonderurlaub; urlaub; urlaubstag;
    absence; absent; absente; conge; conges; rtt; vacances;
    ausente; dia libre; fuera de la oficina; vacaciones;
    ausencia; ferias; folga; licenca;
    assente; assenza; ferie; fuori ufficio;
    afwezig; vakantie; verlof;
    foraldraledig; franvarande; ledig; semester; ferielov; feriefri; fravaer; permisjon;
    loma; poissa; vapaa;
    nieobecny; nieobecna; nieobecnosc; urlop; dovolena; nepritomen; szabadsag; concediu;
    izin; izinli; tatil; отпуск; відпустка; חופשה; إجازة;
    休暇; 有給; 休み; 年休; 休假; 年假; 请假; 請假; 휴가; 연차
    """.replace("\n", " ").split(";")
)
OTHER_WORDS = tuple(
    """
    bereitschaft; birthday; compleanno; cumpleanos; anniversaire; geburtstag; guardia; home office; homeoffice;
    hybrid; on call; on-call; oncall; pagerduty; pager duty; remote; rufbereitschaft; teletravail; teletrabajo;
    telelavoro; thuiswerken; wfh; work from home; working from home
    """.replace("\n", " ").split(";")
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`leave`, `avoid` or, if the event does not count, empty; and why, without the title."""

    kind: str
    why: str


@dataclass(frozen=True)
class Policy:
    """What a team counts. `words` and `not_leave` come on top of the built-in ones."""

    at_least: timedelta = timedelta(hours=4)
    all_day: str = "leave"
    tentative: str = "avoid"
    words: tuple[str, ...] = ()
    not_leave: tuple[str, ...] = ()

    @cached_property
    def _leave(self) -> re.Pattern[str]:
        return _any_of((*LEAVE_WORDS, *self.words))

    @cached_property
    def _other(self) -> re.Pattern[str]:
        return _any_of((*OTHER_WORDS, *self.not_leave))

    def verdict(self, event: Event, mails: Collection[str] = ()) -> Verdict:
        """What an event is to the person who has these e-mail addresses (in small letters)."""
        answers = {answer for mail, answer in event.guests if mail in mails and answer}
        if event.status == "CANCELLED":
            return Verdict("", "cancelled")
        if "DECLINED" in answers:
            return Verdict("", "declined")
        if event.busy in {"OOF", "OUTOFOFFICE"}:
            return Verdict("leave", "marked out of office")
        if event.busy == "FREE":
            return Verdict("", "marked free")
        if event.busy == "WORKINGELSEWHERE":
            return Verdict("", "marked working elsewhere")
        return self._by_size(event, self._is_tentative(event, answers))

    def _is_tentative(self, event: Event, answers: Collection[str]) -> bool:
        """By Outlook's mark if there is one, else by the status or the person's own answer."""
        return event.busy == "TENTATIVE" or (not event.busy and (event.status == "TENTATIVE" or "TENTATIVE" in answers))

    def _by_size(self, event: Event, tentative: bool) -> Verdict:
        title = plain(event.title)
        why = ""
        if self._leave.search(title):
            why = "a leave word in the title"
        elif event.transparent and not event.busy:
            return Verdict("", "does not block time")
        elif self._other.search(title):
            return Verdict("", "a word in the title that means no leave")
        elif event.all_day:
            why = "all day" if self.all_day == "leave" else ""
        elif event.length >= self.at_least:
            why = f"lasts {_hours(event.length)}"
        if not why:
            return Verdict("", "all day, without a leave word" if event.all_day else "a short meeting")
        if not tentative or self.tentative == "leave":
            return Verdict("leave", why)
        return Verdict("avoid" if self.tentative == "avoid" else "", f"tentative, {why}")


def plain(text: str) -> str:
    """Text for comparing: small letters, no accents, one blank between words."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(bare.split())


def any_word(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of some words as whole ones in `plain` text; the longest where several fit."""
    return _any_of(words)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    known = sorted({plain(word) for word in words} - {""}, key=lambda word: (-len(word), word))
    return re.compile("|".join(_whole(word) for word in known) or r"(?!)")


def _whole(word: str) -> str:
    """Words of scripts without blanks may stand inside of others."""
    inside = any("\u1100" <= c <= "\u11ff" or "\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7af" for c in word)
    return re.escape(word) if inside else rf"(?<!\w){re.escape(word)}(?!\w)"


def _hours(length: timedelta) -> str:
    return f"{length / timedelta(hours=1):.3g} h"
