"""What `team.yaml` may say on imports: one model for each mapping."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from watchbill.fields import Duration, Identity, Line, Zone
from watchbill.workspace.moments import Stretched
from watchbill.workspace.shapes import FileModel, Listed, OneOrMore


class IcsFile(FileModel):
    """Which events of calendar exports count as absence, and whose they are."""

    at_least: Duration = timedelta(hours=4)
    all_day: Literal["leave", "words"] = "leave"
    tentative: Literal["avoid", "leave", "ignore"] = "avoid"
    words: OneOrMore[Line] = ()
    not_leave: OneOrMore[Line] = ()
    zones: dict[Line, Zone] = Field(default_factory=dict)
    match: dict[Identity, OneOrMore[Line]] = Field(default_factory=dict)


class ImportFile(FileModel):
    """`import:` of a team."""

    ics: IcsFile = IcsFile()


class ImportedFile(FileModel):
    """`imported:` of an availability file: what `import ics` found. It is written by the program alone."""

    leave: Listed[Stretched] = ()
    avoid: Listed[Stretched] = ()
