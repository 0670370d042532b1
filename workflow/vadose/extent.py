"""The part of the Earth and of its past that somebody wants."""

from typing import NamedTuple


class Extent(NamedTuple):
    """The part of a field that is wanted: degrees, days; a limit that is None does not cut.

    Cells count by their centres. A window over the dateline has `west` above `east`.
    """

    west: float = -180
    south: float = -90
    east: float = 180
    north: float = 90
    start: str | None = None
    end: str | None = None
