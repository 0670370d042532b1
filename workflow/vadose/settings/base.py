"""What all sections of the configuration share: unknown keys are refused, paths take variables."""

import os
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _path(value: str) -> str:
    """Fill in ${VARIABLE} and ${VARIABLE:-default} from the environment."""
    return re.sub(r"\$\{(\w+)(?::-([^}]*))?\}", _variable, value)


def _open_address(value: str) -> str:
    """Refuse an address that carries a secret: settings are printed and kept beside the results."""
    host, _, rest = value.partition("://")[2].partition("/")
    if "@" in host or "?" in host + rest:
        raise ValueError(
            "an address with a password or a query would be written to logs and results: leave it "
            "out of the address and keep the password in ~/.netrc under the name of the host"
        )
    return value


def _variable(match: re.Match[str]) -> str:
    name, default = match.group(1), match.group(2)
    value = os.environ.get(name) or default
    if value is None:
        raise ValueError(f"the environment variable {name} is not set")
    return value


def unique(values: list[Any]) -> list[Any]:
    """Refuse a list that names something twice."""
    if len(set(values)) < len(values):
        raise ValueError(f"named twice: {sorted(v for v in set(values) if values.count(v) > 1)}")
    return values


PathText = Annotated[str, AfterValidator(_path)]
PlaceText = Annotated[PathText, AfterValidator(_open_address)]  # a folder or an address
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


class Section(BaseModel):
    """A part of the configuration in which unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
