"""Attributes that are fit as predictors: known, varying numbers, and none made from streamflow."""

import logging
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vadose.capacity.basin_attributes import PREDICTORS, predictors_of_basins
from vadose.errors import InputError
from vadose.planet.attributes import hydroatlas_table

NAMES = ["p_mean", "pre_mm_syr", "cly_pc_sav", "ele_mt_sav", "for_pc_sse", "tmp_dc_syr"]
N = 40


@pytest.fixture
def attributes() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    index = pd.Index([f"camels_{i:08d}" for i in range(N)], name="gauge_id")
    return pd.DataFrame(rng.uniform(1, 90, (N, len(NAMES))), index, NAMES)


def test_chosen_attributes_keep_their_names_basins_and_values(attributes) -> None:
    shuffled = attributes[NAMES[::-1]].assign(gauge_name="Wye", lat=50.0, dis_m3_pyr=3.0)
    chosen = predictors_of_basins(shuffled)
    assert sorted(chosen) == sorted(NAMES)
    assert chosen.columns.tolist() == [name for name in PREDICTORS if name in NAMES]
    pd.testing.assert_frame_equal(chosen[NAMES], attributes)


def test_codes_are_missing_and_cold_or_low_places_are_not(attributes) -> None:
    attributes.loc[attributes.index[0], ["cly_pc_sav", "tmp_dc_syr", "ele_mt_sav"]] = -999
    attributes.loc[attributes.index[1], ["cly_pc_sav", "tmp_dc_syr", "ele_mt_sav"]] = -55.5
    chosen = predictors_of_basins(attributes)[["cly_pc_sav", "tmp_dc_syr", "ele_mt_sav"]]
    assert chosen.iloc[0].isna().all()
    assert np.isnan(chosen["cly_pc_sav"].iloc[1])
    assert (chosen[["tmp_dc_syr", "ele_mt_sav"]].iloc[1] == -55.5).all()


def test_what_is_unknown_constant_or_text_is_left_out_and_named(attributes, caplog) -> None:
    attributes["slp_dg_sav"] = -999
    attributes.loc[attributes.index[:3], "cly_pc_sav"] = np.nan  # 92.5 % are known
    attributes.loc[attributes.index[:2], "for_pc_sse"] = np.nan  # 95 % are known
    attributes["prm_pc_sse"] = 0.0
    attributes["soc_th_sav"] = "40"
    with caplog.at_level(logging.INFO, "vadose"):
        chosen = predictors_of_basins(attributes)
    assert sorted(chosen) == sorted(set(NAMES) - {"cly_pc_sav"})
    (line,) = caplog.messages
    assert "known in less than 95% of the basins: cly_pc_sav, slp_dg_sav" in line
    assert "the same in all basins: prm_pc_sse" in line
    assert "no numbers: soc_th_sav" in line
    assert "not in the table: frac_snow" in line


def test_a_table_without_enough_of_them_is_refused(attributes) -> None:
    with pytest.raises(InputError, match=r"4 attributes of 40 basins .* expected 5 or more"):
        predictors_of_basins(attributes[NAMES[:4]])


def test_nothing_made_from_streamflow_or_by_reservoirs_is_a_predictor() -> None:
    groups = ("dis_", "run_", "riv_", "ria_", "rev_", "dor_", "lka_", "lkv_", "inu_", "gauge_")
    assert not [name for name in PREDICTORS if name.startswith((*groups, "q_"))]
    assert "wet_pc_sg1" not in PREDICTORS  # counts lakes and reservoirs
    assert len(PREDICTORS) == len(set(PREDICTORS))


def test_names_are_those_of_the_planet() -> None:
    """All but what would be streamflow, and silt, which the other two textures give."""
    needed = ["gauge_id", "p_year", "pet_year", "elevation", "slope", "clay", "sand", "silt"]
    needed += ["forest", "crop", "pasture", "snow_share", "t_mean", "t_coldest", "t_warmest"]
    planet = hydroatlas_table(pd.DataFrame({name: [1.0, 2.0] for name in needed}))
    others = {"gauge_id", "run_mm_syr", "slt_pc_sav"}
    assert set(planet) - others <= set(PREDICTORS)


def test_names_are_those_of_real_tables(sample_data: Path) -> None:
    """All but one, which came with a later release than the sample's."""
    folder = sample_data / "Caravan-nc/attributes/camels"
    there: set[str] = set()
    for group in ("caravan", "hydroatlas"):
        there |= set(pd.read_csv(folder / f"attributes_{group}_camels.csv", nrows=1))
    assert set(PREDICTORS) - there == {"seasonality_FAO_PM"}
