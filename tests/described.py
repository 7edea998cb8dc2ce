"""PagerDuty's own description of its API: what it has against the bodies of requests."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

DOCUMENT = Path(__file__).parents[2] / "shared" / "data" / "pagerduty" / "openapi.json"


def faults(method: str, path: str, body: Any) -> list[str]:
    """What the description has against the body of a request to a concrete path."""
    whole, registry = _api()
    request = whole["paths"][_operation(path)][method.lower()].get("requestBody")
    if request is None:
        return [] if not body else ["there should be no body"]
    schema = request["content"]["application/json"]["schema"]
    return [error.message for error in OAS30Validator(schema, registry=registry).iter_errors(body)]


@cache
def _api() -> tuple[Any, Any]:
    """The document with references that lead back into it, and a registry that holds it."""

    def anchored(node: Any) -> Any:
        if isinstance(node, dict):
            return {k: f"urn:pd{v}" if k == "$ref" and v[:1] == "#" else anchored(v) for k, v in node.items()}
        return [anchored(item) for item in node] if isinstance(node, list) else node

    whole = anchored(json.loads(DOCUMENT.read_text(encoding="utf-8")))
    resource = Resource.from_contents(whole, default_specification=DRAFT4)
    return whole, Registry().with_resource("urn:pd", resource)


def _operation(path: str) -> str:
    """The path as it is described: ids stand behind the names of what they are ids of."""
    steps = path.strip("/").split("/")
    pattern = "/".join("[^/]+" if re.fullmatch(r"[A-Z0-9]{6,26}", step) else step for step in steps)
    return next(p for p in _api()[0]["paths"] if re.fullmatch(pattern, re.sub(r"\{\w+\}", "ID", p.strip("/"))))
