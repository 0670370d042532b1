"""Settings of the hybrid model of root-zone storage."""

from pydantic import Field

from vadose.settings.base import Section


class RootZone(Section):
    """Storage that vegetation uses, by a differentiable water balance."""

    seed: int = Field(1, ge=0, description="Another seed draws other first weights.")
