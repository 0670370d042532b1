"""CAMELS-US text files: headers, mixed blanks, missing values, ids with leading zeros."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vadose.errors import InputError
from vadose.sources.camels_us import (
    find_forcing,
    read_attributes,
    read_basins,
    read_forcing,
    read_model_output,
    read_streamflow,
)

SMALL = "dayl(s) prcp(mm/day) srad(W/m2) swe(mm) tmax(C) tmin(C) vp(Pa)"
CAPITALS = "Dayl(s)\tPRCP(mm/day)\tSRAD(W/m2)\tSWE(mm)\tTmax(C)\tTmin(C)\tVp(Pa)"
HEAD = "  44.82\n 133.00\n 587675987\n"
ROWS = (
    "2000 02 28 12\t31185.97\t0.00\t189.56\t0.00\t-2.00\t-14.00\t202.51\n"
    "2000 02 29 12\t31302.05\t4.25\t200.48\t1.50\t4.00\t-8.00\t319.42\n"
    "2000 03 01 12\t31302.05\t1.00\t200.48\t0.00\t6.00\t2.00\t319.42\n"
)


def write_forcing(tree: Path, gauge: str, columns: str = SMALL, rows: str = ROWS) -> Path:
    # The folder's HUC is not that of the id, as it is for a few basins.
    path = tree / f"basin_mean_forcing/daymet/17/{gauge}_lump_cida_forcing_leap.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{HEAD}Year Mnth Day Hr {columns}\n{rows}")
    return path


def write_flow(tree: Path, gauge: str, rows: str | None = None) -> Path:
    path = tree / f"usgs_streamflow/01/{gauge}_streamflow_qc.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        rows
        or f"{gauge} 2000 02 28   255.00 A:e\n{gauge} 2000 02 29  -999.00 M\n"
        f"{gauge} 2000 03 01     0.00 A\n"
    )
    return path


@pytest.mark.parametrize("columns", [SMALL, CAPITALS])
def test_forcing_is_read_with_any_blanks_and_capitals(tmp_path: Path, columns: str) -> None:
    table, station = read_forcing(write_forcing(tmp_path, "01022500", columns))
    assert station == (44.82, 133, pytest.approx(587.675987))
    assert list(table.index.strftime("%m-%d")) == ["02-28", "02-29", "03-01"]
    np.testing.assert_allclose(table["p"], [0, 4.25, 1])
    np.testing.assert_allclose(table["t"], [-8, -2, 4])
    np.testing.assert_allclose(table["swe"], [0, 1.5, 0])


def test_a_cubic_foot_a_second_becomes_mm_over_the_area(tmp_path: Path) -> None:
    """255 cfs are 623.9 million litres a day: 1.0617 mm on 587.68 km2."""
    q = read_streamflow(write_flow(tmp_path, "01022500"), 587.675987)
    assert q.iloc[0] == pytest.approx(255 * 28.316846592 * 86400 / 587.675987e6)
    assert q.iloc[0] == pytest.approx(1.0616, abs=1e-4)
    assert np.isnan(q.iloc[1]), "-999 is missing"
    assert q.iloc[2] == 0, "no flow is no flow"


def test_basins_stand_on_common_days_with_their_ids(tmp_path: Path) -> None:
    for gauge in ("01022500", "14400000"):
        write_forcing(tmp_path / "deep/tree", gauge)
        write_flow(tmp_path / "deep/tree", gauge)
    days = pd.date_range("2000-02-27", "2000-03-01")
    data = read_basins(tmp_path, ["14400000", "01022500"], "daymet", days)
    assert list(data["basin"].values) == ["14400000", "01022500"]
    assert data["p"].dims == ("basin", "time") and data["p"].attrs["units"] == "mm/day"
    np.testing.assert_allclose(data["p"][1], [np.nan, 0, 4.25, 1])
    np.testing.assert_allclose(data["area"], 587.675987)
    assert int(data["q"].notnull().sum()) == 4


def test_a_basin_that_is_not_there_is_named(tmp_path: Path) -> None:
    write_forcing(tmp_path, "01022500")
    write_flow(tmp_path, "01022500")
    with pytest.raises(InputError, match="1 basins: 1022500"):
        read_basins(tmp_path, ["1022500"], "daymet", pd.date_range("2000", periods=2))
    with pytest.raises(InputError, match="no forcing 'prism'"):
        find_forcing(tmp_path, "prism")
    with pytest.raises(InputError, match="is it the tree of CAMELS-US"):
        find_forcing(tmp_path, "nldas")


def test_a_missing_leap_day_is_refused(tmp_path: Path) -> None:
    rows = "".join(line for line in ROWS.splitlines(True) if "02 29" not in line)
    with pytest.raises(InputError, match="first after 2000-02-28"):
        read_forcing(write_forcing(tmp_path, "01022500", rows=rows))


def test_other_units_columns_and_pages_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="tmax\\(F\\)"):
        read_forcing(write_forcing(tmp_path, "01022500", SMALL.replace("tmax(C)", "tmax(F)")))
    path = write_forcing(tmp_path, "01022500")
    path.write_text("<html>\n<body>\nlogin</body>")
    with pytest.raises(InputError, match="as a forcing file"):
        read_forcing(path)
    with pytest.raises(InputError, match="not that of its name"):
        read_streamflow(write_flow(tmp_path, "01022500", "01013500 2000 01 01 5.0 A\n"), 1)
    with pytest.raises(InputError, match="as a streamflow file"):
        read_streamflow(write_flow(tmp_path, "01022500", "<html> a b c login x\n"), 1)


def test_days_that_repeat_are_refused(tmp_path: Path) -> None:
    row = "01022500 2000 01 01 5.0 A\n"
    with pytest.raises(InputError, match="twice"):
        read_streamflow(write_flow(tmp_path, "01022500", row * 2), 1)


def test_attributes_keep_zeros_and_missing_values(tmp_path: Path) -> None:
    (tmp_path / "camels_name.txt").write_text(
        "gauge_id;huc_02;gauge_name\n01013500;1;Fish River near Fort Kent, Maine\n14400000;17;B\n"
    )
    (tmp_path / "camels_vege.txt").write_text(
        "gauge_id;lai_max;dom_land_cover;root_depth_50\n"
        "01013500;4.17;    Mixed Forests;NA\n14400000;1.5;Grass;0.2\n"
    )
    table = read_attributes(tmp_path)
    assert list(table.index) == ["01013500", "14400000"]
    assert list(table["huc_02"]) == ["01", "17"]
    assert table.loc["01013500", "dom_land_cover"] == "Mixed Forests"
    assert np.isnan(table.loc["01013500", "root_depth_50"])


def test_attributes_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no table camels_"):
        read_attributes(tmp_path)
    (tmp_path / "camels_name.txt").write_text("gauge_id;a\n01013500;1\n01013500;2\n")
    with pytest.raises(InputError, match="a gauge twice: 01013500"):
        read_attributes(tmp_path)


def test_model_output_has_canonical_names(tmp_path: Path) -> None:
    path = tmp_path / "01031500_05_model_output.txt"
    path.write_text(
        "YR MNTH DY HR SWE PRCP RAIM TAIR PET ET MOD_RUN OBS_RUN\n"
        "1980 10 01 12   1.0   2.0   3.0  10.25   1.5   1.25   2.5   -999\n"
    )
    row = read_model_output(path).iloc[0]
    assert (row["swe"], row["p"], row["t"], row["q_simulated"]) == (1, 2, 10.25, 2.5)
    assert np.isnan(row["q"])
    path.write_text("YR MNTH\n1980 10\n")
    with pytest.raises(InputError, match="as model output"):
        read_model_output(path)
