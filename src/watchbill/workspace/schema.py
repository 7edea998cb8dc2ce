"""JSON Schemas of the input files, made from the same models that read them: for editors and other programs."""

from typing import Any

from pydantic import BaseModel

from watchbill.workspace.person_file import AvailabilityFile
from watchbill.workspace.team import TeamFile


def team_schema() -> dict[str, Any]:
    """The schema of `team.yaml`."""
    return _schema(TeamFile, "team.yaml")


def availability_schema() -> dict[str, Any]:
    """The schema of `availability/<person>.yaml`."""
    return _schema(AvailabilityFile, "availability/<person>.yaml")


def _schema(model: type[BaseModel], title: str) -> dict[str, Any]:
    made = _without_defaults(model.model_json_schema(by_alias=True))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": f"watchbill {title}"}


def _without_defaults(node: Any) -> Any:
    """Defaults are values inside, such as minutes, and not what one would write in a file."""
    if isinstance(node, dict):
        return {key: _without_defaults(value) for key, value in node.items() if key != "default"}
    return [_without_defaults(item) for item in node] if isinstance(node, list) else node
