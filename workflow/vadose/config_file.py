"""The files written from the typed configuration: its defaults with comments, and its schema."""

import json
from typing import Any

import yaml
from pydantic import BaseModel

from vadose.config import Config


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
