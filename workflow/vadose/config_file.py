"""The files written from the typed configuration: defaults with comments, schema, and a page."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

import yaml
from pydantic import BaseModel

from vadose.config import Config

WORDS = {
    "boolean": "`true`, `false`",
    "integer": "whole number",
    "null": "`null`",
    "number": "number",
    "string": "text",
}


def config_text() -> str:
    """Write the default configuration as YAML with every key's comment."""
    head = (
        "# The default: the miniature planet, offline, minutes on two cores.\n"
        "# Written by `vadose config` from workflow/vadose/config.py. Put settings of your own\n"
        "# into a file of your own that holds only what differs:  make run CONFIG=my.yaml\n"
    )
    return head + "".join(_section(Config(), 0))


def _section(section: BaseModel, depth: int) -> list[str]:
    lines, indent = [], "  " * depth
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            lines += [f"\n{indent}# {type(value).__doc__}\n", f"{indent}{name}:\n"]
            lines += _section(value, depth + 1)
        else:
            lines += [f"{indent}# {field.description}\n", f"{indent}{name}: {_scalar(value)}\n"]
    return lines


def _scalar(value: Any) -> str:
    text = yaml.safe_dump(_plain(value), default_flow_style=True, width=1000, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")


def _plain(value: Any) -> Any:
    """Turn sections inside a list or mapping into mappings of what is not their default."""
    if isinstance(value, BaseModel):
        return value.model_dump(exclude_defaults=True)
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def schema_text() -> str:
    """Write the JSON schema, with which editors complete and check a configuration."""
    return json.dumps(Config.model_json_schema(), indent=2) + "\n"


def reference_text() -> str:
    """Write the page of all keys: default, what each takes, and when to change it."""
    schema = Config.model_json_schema()
    head = (
        "# Configuration\n\nEvery key with its default. A file of your own holds only what "
        "differs, and is named behind\n`--configfile` or by `make run CONFIG=my.yaml`; a single "
        "key may stand behind `--config`, such as\n`--config 'mask={kge_above: 0.3}'`. A key that "
        "is not known is refused by name. Written by\n`vadose config`.\n"
    )
    return head + "".join(_chapters(Config(), schema, schema["$defs"]))


def _chapters(
    section: BaseModel, schema: dict[str, Any], parts: dict[str, Any], name: str = ""
) -> Iterator[str]:
    """Go through a section as a chapter with a table, then through those below the whole."""
    yield f"\n## {name or 'The run'}\n\n{type(section).__doc__}\n\n"
    yield "| key | default | takes | when to change it |\n|---|---|---|---|\n"
    below = {}
    for key in type(section).model_fields:
        value = getattr(section, key)
        if isinstance(value, BaseModel) and not name:
            below[key] = value
        else:
            yield from _rows(f"{name}.{key}".lstrip("."), section, schema, parts)
    for key, value in below.items():
        yield from _chapters(value, parts[type(value).__name__], parts, key)


def _rows(
    path: str, section: BaseModel, schema: dict[str, Any], parts: dict[str, Any]
) -> Iterator[str]:
    """Go through the row of a key, or the rows of a small section such as a period."""
    key = path.rpartition(".")[2]
    value = getattr(section, key)
    if isinstance(value, BaseModel):
        for inner in type(value).model_fields:
            yield from _rows(f"{path}.{inner}", value, parts[type(value).__name__], parts)
    else:
        words = escape(type(section).model_fields[key].description or "", quote=False)
        takes = _takes(schema["properties"][key])
        yield f"| `{path}` | `{_scalar(value)}` | {takes} | {words} |\n"


def _takes(schema: dict[str, Any]) -> str:
    """Say in words what a key takes."""
    if "anyOf" in schema:
        return " or ".join(_takes(one) for one in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{one}`" for one in schema.get("enum", [schema.get("const")]))
    if "prefixItems" in schema:
        return "pair of " + " and ".join(_takes(one) for one in schema["prefixItems"])
    if schema["type"] == "array":
        return f"list of {_takes(schema['items'])}"
    if schema["type"] == "object":
        names = schema.get("propertyNames", {}).get("enum", ["names"])
        return f"mapping of {', '.join(names)}"
    if schema.get("format") == "date":
        return "day"
    return WORDS[schema["type"]] + _limits(schema)


def _limits(schema: dict[str, Any]) -> str:
    words = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to"}
    words |= {"exclusiveMaximum": "below"}
    return "".join(f" {word} {schema[key]:g}" for key, word in words.items() if key in schema)
