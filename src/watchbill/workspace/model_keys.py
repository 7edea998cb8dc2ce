"""Which keys a pydantic model knows at a place: what to offer where somebody wrote another one."""

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from watchbill.workspace.nodes import Part


def keys(annotation: Any, loc: tuple[Part, ...]) -> tuple[str, ...] | None:
    """The keys that the model at a place of pydantic's `loc` knows; tags of unions in `loc` are passed over."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _keys_of_model(annotation, loc)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return keys(args[0], loc)
    if origin in {Union, types.UnionType}:
        return _keys_of_union(args, loc)
    if origin in {list, tuple, dict} and loc:
        return keys(args[-1] if origin is dict else args[0], loc[1:])
    return None


def tags(model: type[BaseModel]) -> list[str]:
    """The kinds of rules that the model of a team file knows, sorted."""
    field = model.model_fields.get("rules")
    kinds = (_kind(member) for member in _members(get_args(field.annotation)[0])) if field else ()
    return sorted(kind for kind in kinds if kind)


def _keys_of_model(model: type[BaseModel], loc: tuple[Part, ...]) -> tuple[str, ...] | None:
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    if not loc:
        return tuple(fields)
    field = fields.get(str(loc[0]))
    return keys(field.annotation, loc[1:]) if field else None


def _keys_of_union(members: tuple[Any, ...], loc: tuple[Part, ...]) -> tuple[str, ...] | None:
    tagged = {_kind(member): member for member in members if _kind(member)}
    if loc and loc[0] in tagged:
        return keys(tagged[str(loc[0])], loc[1:])
    for member in members:
        found = keys(member, loc)
        if found:
            return found
    return None


def _members(annotation: Any) -> tuple[Any, ...]:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return get_args(annotation)


def _kind(member: Any) -> str:
    """The one value of a rule's `kind`, or empty."""
    field = getattr(member, "model_fields", {}).get("kind")
    if field is None or get_origin(field.annotation) is not Literal:
        return ""
    return str(get_args(field.annotation)[0])
