"""Settings of the experiments with static vectors of basins."""

from pydantic import Field

from vadose.settings.base import Section


class Regionalization(Section):
    """Streamflow by four architectures, told by descriptors or by random vectors."""

    seed: int = Field(1, ge=0, description="Another seed draws other first weights.")
