"""Words of other languages that people write into files: only to tell them which word belongs there.

Nothing is read in another language, since `di` is a Tuesday in German and `mar` one in French and Spanish.
"""

from collections.abc import Mapping
from unicodedata import combining, normalize

_WEEKDAYS = {
    "mon": "montag lundi lunes lunedi segunda segunda-feira maandag poniedzialek mandag måndag",
    "tue": "dienstag mardi martes martedi terca terca-feira dinsdag wtorek tirsdag tisdag",
    "wed": "mittwoch mercredi miercoles mercoledi quarta quarta-feira woensdag sroda onsdag",
    "thu": "donnerstag jeudi jueves giovedi quinta quinta-feira donderdag czwartek torsdag",
    "fri": "freitag vendredi viernes venerdi sexta sexta-feira vrijdag piatek fredag",
    "sat": "samstag sonnabend samedi sabado sabato zaterdag sobota lordag lördag",
    "sun": "sonntag dimanche domingo domenica zondag niedziela søndag söndag",
}
_COLUMNS = {
    "person": "name engineer employee user who mitarbeiter mitarbeiterin nom personne persona pessoa persoon osoba "
    "email e-mail mail",
    "kind": "type art typ tipo soort rodzaj status category categorie kategorie",
    "from": "start start_date begin since first von ab beginn debut du desde inicio da dal de van od fran",
    "to": "end end_date until till last bis ende fin au hasta ate fim al fine tot do till",
    "weight": "gewicht poids peso waga vikt prio priority prioritat",
    "note": "notes notiz bemerkung kommentar comment comments remark nota notitie opmerking remarque uwagi reason",
    "approved": "genehmigt approuve aprobado aprovado approvato goedgekeurd",
}
_KINDS = {
    "leave": "vacation vacations holiday holidays absence absent away off ooo pto urlaub abwesend abwesenheit frei "
    "conge conges absence vacances vacaciones ausencia ferias ferie vakantie verlof vacanza urlop semester",
    "avoid": "rather-not dislike unwanted vermeiden ungern lieber-nicht eviter evitar evitare vermijden unikac undvik",
    "prefer": "want wish like gladly gern gerne wunsch preferer preferir preferire graag voorkeur",
}


def plain(word: str) -> str:
    """A word in small letters without accents: `Congés` is `conges`."""
    letters = normalize("NFKD", word.strip().casefold())
    return "".join(letter for letter in letters if not combining(letter))


def _by_word(words: Mapping[str, str]) -> dict[str, str]:
    return {plain(other): ours for ours, others in words.items() for other in others.split()}


WEEKDAYS = _by_word(_WEEKDAYS)
COLUMNS = _by_word(_COLUMNS)
KINDS = _by_word(_KINDS)
