# What all rules share: the checked configuration, the folders, and the hashes of the code.
#
# The params of every rule are the hashes of its code and one mapping `settings` with the
# configuration that it uses. Snakemake compares the values of params without their names, so two
# settings that swapped their values would pass for unchanged if they stood side by side.
import os
from functools import cache
from pathlib import Path

import yaml

from vadose.chunks import chunk_names
from vadose.codehash import code_params, module_params
from vadose.config import read_config
from vadose.errors import InputError
from vadose.hashing import digest_of
from vadose.needs import DOWNLOADS, every_need
from vadose.records import is_made_by
from vadose.sources.caravan_tree import CARAVAN
from vadose.sources.readers import reader_module
from vadose.sources.registry import client_module, read_sources

try:
    CONFIG = read_config(config)
    NEEDS = every_need(CONFIG, read_sources(Path(workflow.basedir) / "resources" / "sources.yaml"))
except InputError as error:
    sys.exit(f"Error: {error}")
PLANET = CONFIG.world == "planet"
TRAINS = CONFIG.training.retrain != "never"
WINDOW = CONFIG.window.model_dump()
STEPS = list(dict.fromkeys(CONFIG.steps))  # of land, then of storage where it is another
LAI_SENSORS = [name for name in CONFIG.fields.lai if NEEDS[name].blocks]
VALIDATES = CONFIG.grids_runoff and CONFIG.basins.fields  # which needs polygons
UNITS = ["basins", "cells"] if CONFIG.grids_runoff else ["basins"]
MODELS = CONFIG.calibration.models
RESULTS = f"results/{CONFIG.run}"
MERGED_CONFIG = f"{RESULTS}/config.yaml"  # written when a run starts
AGGREGATE = f"{RESULTS}/aggregate"
CALIBRATE = f"{RESULTS}/calibrate"
CALIBRATED = f"{CALIBRATE}/{{units}}/{{model}}_{{snow}}.nc"
LOGS = f"{RESULTS}/logs"
BENCHMARKS = f"{RESULTS}/benchmarks"
CAPTIONS = "../../resources/captions"
ENVS = "../../envs"
FIGURES = f"{RESULTS}/figures"
LAND = branch(CONFIG.maps.land == "natural_earth", then="resources/natural_earth_land_110m.geojson")
SCRIPTS = Path(workflow.basedir) / "workflow" / "scripts"
PACKAGE = Path(workflow.basedir) / "workflow" / "vadose"


wildcard_constraints:
    model="|".join(MODELS),
    units="basins|cells",
    chunk=r"\d+-of-\d+",
    source="[a-z0-9_]+",
    block=r"\d{6}-\d{6}|static",
    split="random|blocks|continents",
    variant="concept|plain",
    fold=r"\d+",
    seed=r"\d+",


@cache
def code(rule_name):
    """Hashes of the rule's script and of every module it reaches, one parameter a file."""
    return code_params(SCRIPTS / f"{rule_name}.py", PACKAGE)


def model_code(wildcards):
    """Hashes of the one water balance model that a job runs."""
    return code_of_models([wildcards.model])


def code_of_models(models):
    """Hashes of water balance models."""
    return [
        value
        for model in models
        for value in module_params(f"water_balance.{model}", PACKAGE).values()
    ]


def reader_code(wildcards):
    """Hashes of the one reader that a job runs."""
    return list(module_params(reader_module(wildcards.source), PACKAGE).values())


def client_code(wildcards):
    """Hashes of a client that asks for a window; others bring whole files and cannot change them."""
    need = NEEDS[wildcards.source]
    if not need.cut_by_provider:
        return []
    return list(module_params(client_module(need.route.kind), PACKAGE).values())


def request_of(wildcards):
    """What is asked of a source besides its block of years."""
    return {"version": NEEDS[wildcards.source].row.version} | WINDOW


def credit_of(need):
    """Version, licence and DOI of a source; what the planet has of it is invented."""
    real = {"licence": need.row.licence, "doi": need.row.doi}
    return {"version": need.version} | ({"licence": "invented", "doi": ""} if PLANET else real)


def facts_of(need):
    """What a deposit says of a source, its credit with title and citation."""
    return credit_of(need) | {"title": need.row.title, "citation": need.row.citation}


def origin_of(sources):
    """What a product says of its origin: the run, and version, licence and DOI of its sources."""
    known = {name: credit_of(NEEDS[name]) for name in sources if name in NEEDS}
    return {"run": CONFIG.run, "sources": known}


def manifest_of(wildcards):
    """List of the files of a source and block."""
    return NEEDS[wildcards.source].manifest(wildcards.get("block", "static"))


def caravan_folders(kind):
    """Folders of the sub-datasets of Caravan: timeseries, attributes or shapefiles."""
    folder = f"{NEEDS['caravan'].folder}/{CARAVAN[kind]}"
    return [f"{folder}/{name}" for name in CONFIG.caravan_subsets]


def on_each_grid(name):
    """A gridded file on every grid of the run."""
    return expand(f"{AGGREGATE}/fields/{{step:g}}/{name}", step=STEPS, allow_missing=True)


def field_files(sources, steps):
    """Gridded files of sources, all blocks of each."""
    return [
        f"{AGGREGATE}/fields/{step:g}/{source}/{block}.nc"
        for step in steps
        for source in sources
        if source in NEEDS
        for block in NEEDS[source].blocks
    ]


def lai_files():
    """The joined record of leaf area on each grid, where a sensor has the period."""
    return on_each_grid("lai.nc") if LAI_SENSORS else []


def basin_field_files():
    """Basin means of gridded sources, all blocks of each."""
    return [
        f"{AGGREGATE}/basin_fields/{source}/{block}.nc"
        for source in CONFIG.basins.fields
        for block in NEEDS[source].blocks
    ]


def calibrated_variants(units):
    """Calibrations of all models: of basins with every snow variant, of cells with the labels'."""
    snow = CONFIG.calibration.snow if units == "basins" else CONFIG.labels.snow
    return expand(CALIBRATED, units=units, model=MODELS, snow=snow)


def days_of(period):
    """First and last day of a period as text; none where it is not limited."""
    return [day and str(day) for day in (period.start, period.end)]


def figure(place, caption, category, labels, drawn=True):
    """A figure as outputs of a rule: its PNG, which the report shows, and the PDF beside it.

    `labels` say in one text what is shown, of what, and in which form; nothing where it is not drawn.
    """
    if not drawn:
        return {}
    path, name = f"{FIGURES}/{place}", Path(place).name
    shown = report(
        f"{path}.png",
        caption=f"{CAPTIONS}/{caption}.rst",
        category=category,
        labels=dict(zip(("what", "of", "form"), labels.split(", "), strict=True)),
    )
    return {name: shown, f"{name}_pdf": f"{path}.pdf"}


def figure_of_units(name, category, what, form):
    """A figure of each kind of units as outputs of a rule; its caption has the figure's name."""
    of_each = [figure(f"{u}/{name}", name, category, f"{what}, {u}, {form}") for u in UNITS]
    return {key: [one[key] for one in of_each] for key in of_each[0]}


def share_of_cores(jobs):
    """Threads of one job where so many jobs can run side by side on this machine."""
    return max(1, os.cpu_count() // jobs)


def save_config(merged):
    """Keep the merged configuration beside the results."""
    path, text = Path(MERGED_CONFIG), yaml.safe_dump(merged, sort_keys=False)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
