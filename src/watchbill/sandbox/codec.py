"""Frozen values to JSON and back, by their annotations."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from watchbill.times import from_iso, iso

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """A value of dataclasses, tuples, mappings, instants and scalars as JSON."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    return value


def from_json(kind: type[T], value: Any) -> T:
    """Reads what `to_json` wrote of a dataclass; KeyError, TypeError or ValueError if it is anything else."""
    made: T = _read(kind, value)
    return made


def _read(kind: Any, value: Any) -> Any:
    if kind is datetime:
        return from_iso(value)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _read(hints[name], item) for name, item in value.items()})
    return _read_generic(kind, value)


def _read_generic(kind: Any, value: Any) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        return tuple(_read(arguments[0], item) for item in value)
    if origin is list:
        return [_read(arguments[0], item) for item in value]
    if origin is dict:
        return {key: _read(arguments[1], item) for key, item in value.items()}
    if origin is UnionType:
        (one,) = (argument for argument in arguments if argument is not NoneType)
        return None if value is None else _read(one, value)
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
