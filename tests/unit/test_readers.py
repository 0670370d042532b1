"""Whatever source the configuration accepts, there is a function that reads it."""

from importlib import import_module
from typing import Any, get_args

import pytest

from vadose.settings.data import BasinField, Fields
from vadose.sources.readers import READERS, STATIC_READERS

NO_SOURCE = {"native", "none", "oudin"}


def accepted(annotation: Any) -> set[str]:
    """Names in an annotation, however deep."""
    if isinstance(annotation, str):
        return {annotation} - NO_SOURCE
    return set().union(*map(accepted, get_args(annotation)))


CHOICES = [
    (key, source)
    for key, field in Fields.model_fields.items()
    for source in sorted(accepted(field.annotation))
]


def test_every_source_that_can_be_averaged_over_basins_has_a_reader() -> None:
    assert accepted(BasinField) <= set(READERS)
    assert "ua_swe" in accepted(BasinField)


@pytest.mark.parametrize(("key", "source"), CHOICES)
def test_every_source_of_a_field_has_a_reader(key: str, source: str) -> None:
    several = isinstance(Fields.model_fields[key].default, list)
    fields = Fields.model_validate({key: [source] if several else source})
    assert source in fields.monthly_sources + fields.static_sources
    assert set(fields.monthly_sources) <= set(READERS)
    assert set(fields.static_sources) <= set(STATIC_READERS)


@pytest.mark.parametrize("source", sorted(READERS | STATIC_READERS))
def test_every_reader_is_a_function_of_its_module(source: str) -> None:
    reader = (READERS | STATIC_READERS)[source]
    module = import_module(f"vadose.sources.{reader.module}")
    assert callable(getattr(module, reader.function))
    assert reader.group in ("one", "all") or callable(getattr(module, reader.group))
