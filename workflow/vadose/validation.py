"""What a capacity is worth in a catchment: simulated runoff against its gauge."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from vadose.calibrate import Forcing, Periods, calibrate
from vadose.grid import Grid, lay_out
from vadose.metrics import kge
from vadose.search import Settings
from vadose.water_balance.model import Model, Snow, load_model
from vadose.water_balance.simulate import simulate
from vadose.weights import aggregate, area_weights


def capacity_of_cells(labels: xr.Dataset, polygons: gpd.GeoDataFrame) -> pd.DataFrame:
    """Average each model's capacity (mm) of the grid's cells over basins, [basin, model].

    labels are those of cells; a basin without any labelled cell is missing.
    """
    lat, lon = labels["lat"].values, labels["lon"].values
    grid = Grid.of_cells(lat, lon)
    field = lay_out(labels["model_capacity"].values.T, lat, lon, grid)
    means, _ = aggregate(area_weights(polygons, grid), field)
    models = [str(name) for name in labels["model"].values]
    return pd.DataFrame(means.T, index=list(polygons.index), columns=models)


def capacity_of_map(capacity: xr.DataArray, polygons: gpd.GeoDataFrame) -> np.ndarray:
    """Average a map of capacity (lat, lon), in mm, over basins [basin]; missing off the map."""
    grid = Grid.of(capacity["lat"].values, capacity["lon"].values)
    return aggregate(area_weights(polygons, grid), capacity.values)[0]


def given_capacities(
    models: Sequence[str],
    labels: xr.Dataset,
    reconstructed: xr.DataArray | None,
    polygons: gpd.GeoDataFrame,
) -> dict[str, dict[str, np.ndarray]]:
    """Give the capacities (mm) that catchments take from elsewhere, [unit] by model and experiment.

    `transferred` is each model's own of the grid's cells, `reconstructed` that of a map.
    """
    of_cells, of_map = capacity_of_cells(labels, polygons), {}
    if reconstructed is not None:
        of_map["reconstructed"] = capacity_of_map(reconstructed, polygons)
    return {model: {"transferred": of_cells[model].to_numpy()} | of_map for model in models}


def experiments(
    model: Model,
    forcing: Forcing,
    units: list[str],
    periods: Periods,
    given: Mapping[str, np.ndarray],
    *,
    settings: Settings,
    restarts: int,
    seed: int,
    engine: str,
    **options: Any,
) -> pd.DataFrame:
    """Calibrate catchments freely and with capacities from elsewhere (`given`, each [unit], mm).

    With a capacity fixed the other parameters are searched anew. `options` are those of
    `calibrate`: objective, precision, threads. `engine` spotpy adds the reference calibration,
    whose objective is KGE. Gives one row a catchment and experiment: capacity (mm), KGE of the
    months that calibrate and of those that verify; where no capacity was given it is missing.
    """
    everyone = np.ones(len(units), bool)
    told = model, forcing, units, periods, settings

    def search(who: np.ndarray, capacity: np.ndarray | None) -> np.ndarray:
        return _search(*told, who, capacity, restarts=restarts, seed=seed, **options)

    found = {"free": (everyone, search(everyone, None))}
    for name, fixed in given.items():
        known = np.isfinite(fixed)
        if known.any():
            found[name] = (known, search(known, fixed[known]))
    if engine == "spotpy":
        # Not above: only this one experiment needs the package.
        from vadose.spotpy_reference import calibrate_by_spotpy

        reference = calibrate_by_spotpy(model, forcing, periods, settings, restarts, seed)
        found["spotpy"] = (everyone, reference)
    tables = [
        _scored(model, forcing, units, periods, who, theta).assign(experiment=name)
        for name, (who, theta) in found.items()
    ]
    return pd.concat(tables, ignore_index=True).assign(model=model.name, snow=model.snow)


def _search(
    model: Model,
    forcing: Forcing,
    units: list[str],
    periods: Periods,
    settings: Settings,
    who: np.ndarray,
    capacity: np.ndarray | None,
    **options: Any,
) -> np.ndarray:
    """Calibrate some units, a mask, and give their parameters [unit in who, parameter]."""
    return calibrate(
        model,
        forcing.select(who),
        [units[i] for i in np.flatnonzero(who)],
        periods=periods.select(who),
        settings=settings,
        capacity=capacity,
        **options,
    ).parameters


def of_models(
    models: Sequence[str],
    snow: Snow,
    forcing: Forcing,
    units: list[str],
    periods: Periods,
    given: Mapping[str, Mapping[str, np.ndarray]],
    **options: Any,
) -> pd.DataFrame:
    """Do the experiments with every model; `given` are capacities by model and experiment."""
    tables = [
        experiments(load_model(model, snow), forcing, units, periods, given[model], **options)
        for model in models
    ]
    return pd.concat(tables, ignore_index=True)


def _scored(
    model: Model,
    forcing: Forcing,
    units: list[str],
    periods: Periods,
    who: np.ndarray,
    theta: np.ndarray,
) -> pd.DataFrame:
    """Score parameters theta [unit in who, parameter]."""
    p, pet, t, q = forcing.select(who)
    simulated = simulate(model, theta, p, pet, t).q
    score = {
        f"kge_{name}": kge(simulated, np.where(months[who], q, np.nan)).kge
        for name, months in periods._asdict().items()
    }
    names = [units[i] for i in np.flatnonzero(who)]
    return pd.DataFrame({"unit_id": names, "capacity": theta[:, model.capacity_index]} | score)
