"""Tables of keys checked by pydantic; one sentence says which file, key and value is wrong."""

import re
import reprlib
from collections.abc import Collection, Mapping
from typing import Annotated, Any, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from allay_metrics.errors import AllayError, quote

_BARE = re.compile(r"[A-Za-z0-9_-]{1,80}")  # a key that TOML writes without quotation marks
_KEY = "[key]"  # how pydantic marks that a key of a mapping is at fault, not its value
_UNKNOWN = "no such key; known are"
_REASONS = {
    "missing": "this key is needed",
    "string_type": "a text is needed",
    "string_too_short": "a text is needed",
    "tuple_type": "a text or a list of texts is needed",
    "frozen_set_type": "a text or a list of texts is needed",
    "bool_type": "must be true or false",
    "int_type": "a whole number is needed",
    "float_type": "a number is needed",
    "float_parsing": "a number is needed",
    "finite_number": "a number is needed",
}

AnySpec = TypeVar("AnySpec", bound="Spec")
Item = TypeVar("Item")


class Spec(BaseModel):
    """The keys of one table. Other keys and values of another type are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def validate(
    spec: type[AnySpec],
    name: str,
    values: Mapping[str, Any],
    problem: type[AllayError],
    **context: object,
) -> AnySpec:
    """Return the checked values, or raise `problem` with a sentence that begins with `name`.

    The spec's own validators find `context` in their `ValidationInfo`.
    """
    try:
        return spec.model_validate(values, context=context)
    except ValidationError as error:
        # A misspelt key comes first: it explains why another one is missing.
        details = min(
            error.errors(include_url=False),
            key=lambda each: (0, len(each["loc"])) if _is_unknown(each) else (1, 0),
        )
        raise problem(f"{name}, {_describe(spec, values, details)}.") from None


def known_key(key: str, choices: Collection[str]) -> str:
    """Return the key of a mapping, or raise ValueError naming the keys it may have."""
    if key not in choices:
        raise ValueError(f"{_UNKNOWN} {', '.join(sorted(choices))}")
    return key


def one_of(choices: Collection[str]) -> AfterValidator:
    """Return a check that a text is one of these."""

    def check(text: str) -> str:
        if text not in choices:
            raise ValueError(f"must be one of {', '.join(sorted(filter(None, choices)))}")
        return text

    return AfterValidator(check)


def _check_not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError(_REASONS["string_type"])
    return text


def _as_tuple(value: object) -> object:
    """Return a list as a tuple, and a single text as a tuple of one."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
NotBlank = Annotated[str, AfterValidator(_check_not_blank)]  # with its outer spaces
Number = Annotated[float, Field(strict=False, allow_inf_nan=False)]  # also written as a text
Listed = BeforeValidator(_as_tuple)
Several = Annotated[tuple[Item, ...], Listed]


def _is_unknown(details: Mapping[str, Any]) -> bool:
    return details["type"] == "extra_forbidden" or _KEY in details["loc"]


def _describe(spec: type[BaseModel], values: Any, details: Mapping[str, Any]) -> str:
    """Return key, value and reason of one error, such as `key marks[2].mark, value '': ...`."""
    key, tables = "", []
    for part in details["loc"]:
        if isinstance(part, str) and part != _KEY:
            tables.append(part if _BARE.fullmatch(part) else quote(part))
            key, values = ".".join([*filter(None, [key]), tables[-1]]), values.get(part, "")
        elif isinstance(part, int) and isinstance(values, list):
            key, values = f"{key}[{part + 1}]", values[part]
    text = values if isinstance(values, str) else reprlib.repr(values)
    return f"key {key}, value {quote(text)}: {_find_reason(spec, '.'.join(tables), details)}"


def _find_reason(spec: type[BaseModel], table: str, details: Mapping[str, Any]) -> str:
    if error := details.get("ctx", {}).get("error"):
        return str(error)  # what one of our own validators raised
    match details["type"]:
        case "extra_forbidden":
            fields = _spec_at(spec, details["loc"][:-1]).model_fields.items()
            keys = (field.alias or name for name, field in fields)
            return f"{_UNKNOWN} {', '.join(sorted(keys))}"
        case "list_type":
            return f"tables [[{table}]] are needed"
        case "model_type" | "dict_type":
            is_listed = any(isinstance(part, int) for part in details["loc"])
            return f"tables [[{table}]] are needed" if is_listed else f"a table [{table}] is needed"
    return _REASONS.get(details["type"]) or str(details["msg"])


def _spec_at(spec: type[BaseModel], path: tuple[int | str, ...]) -> type[BaseModel]:
    """Return the spec of the table within a table that a path leads to."""
    for name in path:
        if isinstance(name, str):
            annotation = spec.model_fields[name].annotation
            spec = next(
                inner
                for inner in (annotation, *get_args(annotation))
                if isinstance(inner, type) and issubclass(inner, BaseModel)
            )
    return spec
