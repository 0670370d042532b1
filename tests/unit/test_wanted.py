"""Which files hold a period, and which of those that are there are meant."""

import pytest

from vadose.errors import InputError
from vadose.extent import Extent
from vadose.sources.registry import Source
from vadose.sources.wanted import (
    Wanted,
    alternatives,
    enough,
    file_names,
    find,
    fitting,
    part_of,
)

LAI = "AVHRR-Land_v005_AVH15C1_NOAA-*_{year}{month}**_c*.nc"


def period(start: str, end: str, *variables: str) -> Wanted:
    return Wanted(Extent(start=start, end=end), variables)


def test_names_follow_the_months_years_and_water_years_of_the_period() -> None:
    wanted = period("2003-08-01", "2004-10-31")
    assert file_names(["a_{year}.nc"], wanted) == ["a_2003.nc", "a_2004.nc"]
    assert file_names(["WY{water_year}.nc"], wanted) == ["WY2003.nc", "WY2004.nc", "WY2005.nc"]
    assert file_names(["{year}{month}.nc"], wanted)[:2] == ["200308.nc", "200309.nc"]
    assert file_names(["whole.nc"], wanted) == ["whole.nc"]


def test_names_by_variable_need_variables() -> None:
    assert file_names(["{variable}.tif"], Wanted(variables=("clay", "sand"))) == [
        "clay.tif",
        "sand.tif",
    ]
    with pytest.raises(InputError, match=r"\{variable\}\.tif is a file of one variable: name"):
        file_names(["{variable}.tif"], Wanted())


def row(**facts: object) -> Source:
    text = dict.fromkeys(("source", "version", "title", "licence", "citation"), "x")
    return Source.model_validate(text | {"routes": [{"kind": "mirror"}]} | facts)


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (None, None, 24),
        ("2003-07-01", None, 18),
        (None, "2003-07-31", 7),
        ("2010-01-01", None, 0),
        (None, "1999-01-31", 0),
    ],
)
def test_a_period_is_cut_to_the_record(first: str, last: str, months: int) -> None:
    source = row(first=first, last=last, files=["a_{year}.nc"])
    wanted = part_of(source, period("2003-01-01", "2004-12-31"))
    assert len(wanted.months) == months
    assert part_of(source, Wanted()) == Wanted()
    if months:
        assert alternatives(source, wanted)
        return
    for files in (["a_{year}.nc"], ["whole.nc"]):
        with pytest.raises(
            InputError, match=r"x x has nothing of the period: its record runs from"
        ):
            alternatives(source.model_copy(update={"files": files}), wanted)


def test_variables_are_the_row_s_where_none_are_named() -> None:
    source = row(variables=["clay"])
    assert part_of(source, Wanted()).variables == ("clay",)
    assert part_of(source, Wanted(variables=("sand",))).variables == ("sand",)


def test_files_may_come_by_the_names_of_a_route() -> None:
    routes = [{"kind": "file", "files": ["pre/pre.nc.gz", "https://example.org/s.nc"]}]
    routes += [{"kind": "mirror"}]
    source = row(files=["tree/pre.nc"], routes=routes)
    assert alternatives(source, Wanted()) == [["tree/pre.nc"], ["pre.nc.gz", "s.nc"]]


def test_of_files_that_differ_where_it_does_not_matter_the_newest_counts() -> None:
    held = ["b/GRC.200204_202412.nc", "a/GRC.200204_202501.nc", "GRC.200204_202501.CRI.nc"]
    assert find(["GRC.*.nc"], held[:2]) == (["a/GRC.200204_202501.nc"], [])
    assert find(["GRC.200204_202412.nc"], held) == (["b/GRC.200204_202412.nc"], [])


def test_every_day_of_a_month_is_found_once_with_its_newest_stamp() -> None:
    def day(number: str, stamp: int, satellite: str = "07") -> str:
        return f"AVHRR-Land_v005_AVH15C1_NOAA-{satellite}_{number}_c{stamp}.nc"

    held = [day("19850105", 1), day("19850105", 2), day("19850115", 3), day("19850215", 3)]
    (name,) = file_names([LAI], period("1985-01-01", "1985-01-31"))
    assert fitting(name, held) == {"05": day("19850105", 2), "15": day("19850115", 3)}
    assert fitting(name, [day("19850105", 9), day("19850105", 1, "09")]) == {
        "05": day("19850105", 1, "09")
    }


def test_a_name_does_not_reach_into_other_names_or_folders() -> None:
    held = ["ET_T_2001_050_monthly.nc", "x.ET_2001_050_monthly.nc", "a/b/ET.nc", "ETxnc"]
    assert find(["ET_2001_050_monthly.nc", "ET.nc", "b/*.nc", "*/*/*/ET.nc"], held) == (
        ["a/b/ET.nc"],
        ["ET_2001_050_monthly.nc", "*/*/*/ET.nc"],
    )


def test_a_series_may_have_gaps_and_all_else_may_not() -> None:
    assert enough(["a"], ["b_**.nc"]) and enough(["a"], [])
    assert not enough(["a"], ["b_*.nc"]) and not enough([], ["b_**.nc"]) and not enough([], [])
