"""Which part of a source is wanted, and the names of the files that hold it.

A name may keep wildcards for parts that nobody knows before having looked: `*` for a part that does
not matter (of files that differ only there the last by name counts, which is the newest), and `**`
for a part in which several wanted files differ, such as the days of a month or the tiles of a map.
"""

import re
from collections.abc import Collection, Iterable
from datetime import date
from pathlib import PurePosixPath
from typing import NamedTuple

from vadose.errors import InputError
from vadose.extent import Extent
from vadose.sources.registry import Source


class Wanted(NamedTuple):
    """A window and period (None: everything that does not change) and the provider's variables."""

    extent: Extent = Extent()
    variables: tuple[str, ...] = ()

    @property
    def months(self) -> list[date]:
        """First days of the months of the period; none for what does not change."""
        if self.extent.start is None or self.extent.end is None:
            return []
        first, last = (
            12 * day.year + day.month - 1
            for day in map(date.fromisoformat, (self.extent.start, self.extent.end))
        )
        return [date(month // 12, month % 12 + 1, 1) for month in range(first, last + 1)]


def part_of(row: Source, wanted: Wanted) -> Wanted:
    """Cut the period to that of a source's record; without variables, take those of its row."""
    wanted = wanted._replace(variables=wanted.variables or row.variables)
    start, end = wanted.extent.start, wanted.extent.end
    if start is None or end is None:
        return wanted
    start = max(start, f"{row.first or start}")
    end = min(end, f"{row.last or end}")
    return wanted._replace(extent=wanted.extent._replace(start=start, end=end))


def alternatives(row: Source, wanted: Wanted) -> list[list[str]]:
    """Give the names by which a source's files may come: the row's own, then those of each route.

    Raises InputError where the source has nothing of the period.
    """
    names = [file_names(row.files, wanted)]
    for route in row.routes:
        names.append([PurePosixPath(name).name for name in file_names(route.files, wanted)])
    if not names[0] or not (wanted.extent.start or "") <= (wanted.extent.end or ""):
        raise InputError(
            f"{row.source} {row.version} has nothing of the period: its record runs from "
            f"{row.first or 'its beginning'} to {row.last or 'today'}; change the period"
        )
    return [names_of_one for names_of_one in names if names_of_one]


def file_names(templates: Iterable[str], wanted: Wanted) -> list[str]:
    """Fill {year}, {month}, {water_year} and {variable} in a provider's file names, in order.

    A water year has the number of the calendar year in which it ends (October to September).
    Raises InputError where a name needs a variable and none is wanted.
    """
    names: dict[str, None] = {}
    for template in templates:
        fields = set(re.findall(r"{(\w+)}", template))
        if "variable" in fields and not wanted.variables:
            raise InputError(f"{template} is a file of one variable: name the variables wanted")
        months = wanted.months if fields & {"year", "month", "water_year"} else [None]
        for month in months:
            for variable in wanted.variables if "variable" in fields else ("",):
                values = {"variable": variable} | (_calendar(month) if month is not None else {})
                names[template.format(**values)] = None
    return list(names)


def _calendar(month: date) -> dict[str, str]:
    water_year = month.year + (month.month >= 10)
    return {"year": str(month.year), "month": f"{month.month:02d}", "water_year": str(water_year)}


def fitting(name: str, held: Iterable[str]) -> dict[str, str]:
    """Give the held files that a name with wildcards fits, by what stands at its `**`.

    Held files may be paths; those of a name without folders are compared by their last part.
    """
    pieces = (
        {"*": "[^/]*", "**": "([^/]*?)"}.get(piece) or re.escape(piece)
        for piece in re.split(r"(\*+)", name)
    )
    pattern = re.compile("(?:.*/)?" + "".join(pieces))
    found = {}
    for path in sorted(held, key=lambda path: (PurePosixPath(path).name, path)):
        match = pattern.fullmatch(path)
        if match:
            found[" ".join(match.groups())] = path
    return dict(sorted(found.items()))


def find(names: Iterable[str], held: Collection[str]) -> tuple[list[str], list[str]]:
    """Give the held files that the names fit, in the names' order, and the names that none fits."""
    found: dict[str, None] = {}
    missing = []
    for name in names:
        fits = fitting(name, held)
        found |= dict.fromkeys(fits.values())
        missing += [] if fits else [name]
    return list(found), missing


def enough(found: Collection[str], missing: Iterable[str]) -> bool:
    """Tell whether what was found will do: of a series (`**`) providers have gaps, else all."""
    return bool(found) and all("**" in name for name in missing)
