"""Settings of the Bayesian networks that fill the gap of GRACE."""

from pydantic import Field

from vadose.settings.base import Section


class GapFilling(Section):
    """Monthly water storage of every land cell without gaps, by Bayesian networks."""

    seed: int = Field(1, ge=0, description="Another seed draws other first weights.")
