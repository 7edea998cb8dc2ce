"""How file models take lists: as one value or several, as text or a mapping. Strict: an unknown key is an error."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

T = TypeVar("T")


class FileModel(BaseModel):
    """A mapping of a file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class OrText:
    """Marks a type that plain text may stand for, so that the JSON Schema says so."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string"}, handler(schema)]}


def _listed(value: Any) -> Any:
    return () if value == "" else tuple(value) if isinstance(value, list) else value


def _one_or_more(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value if value == "" else (value,)


def text_as(key: str) -> BeforeValidator:
    """Reads plain text as a mapping with this one key."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


def text_as_item(make: Callable[[str], Any]) -> BeforeValidator:
    """Reads plain text as a list with one item."""
    return BeforeValidator(lambda value: (make(value),) if isinstance(value, str) else _listed(value))


Listed = Annotated[tuple[T, ...], BeforeValidator(_listed)]
OneOrMore = Annotated[tuple[T, ...], BeforeValidator(_one_or_more), OrText()]
