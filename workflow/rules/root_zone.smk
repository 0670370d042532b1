# Root zone: the storage that vegetation uses, by a water balance whose parameters networks learn.
#
# Needs: daily series of the basins that passed, their attributes, and their means of leaf area, snow,
# evapotranspiration and storage; or one file of data in the published form.
# Makes: one file of series; the same in the published form; networks, all folds and seeds of an
# experiment in one; what they simulate over the whole period.

ROOT_ZONE = f"{RESULTS}/root_zone"
ROOT_ZONE_NETWORK = f"{ROOT_ZONE}/networks/{{experiment}}"
EXPERIMENTS = CONFIG.root_zone.experiments
EXPERIMENT = r"[a-z]+(_[a-z]+)*"
BASELINE = [day and str(day) for day in CONFIG.root_zone.baseline.model_dump().values()]


def of_root_zone(*names):
    """Some settings of the hybrid model."""
    values = CONFIG.root_zone.model_dump(mode="json")
    return {name: values[name] for name in names}


def basin_means_of(source):
    """Means of a source over the basins, all blocks of years."""
    return [f"{AGGREGATE}/basin_fields/{source}/{block}.nc" for block in NEEDS[source].blocks]


def learns(target):
    """Whether any experiment learns a target."""
    return any(target in CONFIG.root_zone.targets(name) for name in EXPERIMENTS)


def leaf_area_sensors():
    """The sensors of leaf area that have the period."""
    return [name for name in CONFIG.root_zone.lai if NEEDS[name].blocks]


def averaged_of_root_zone():
    """Gridded sources whose basin means are read, by target; own files stand apart."""
    own = CONFIG.root_zone
    found = {"swe": own.snow if own.snow == "ua_swe" else None}
    found["et"] = own.et if own.et != "none" else None
    found["twsa"] = own.storage if own.twsa == "observed" else None
    return {target: source for target, source in found.items() if source and learns(target)}


def root_zone_inputs(wildcards):
    """What the series are made of."""
    if CONFIG.root_zone.published:
        return {"published": CONFIG.root_zone.published}
    found = {
        "daily": rules.aggregate_basins.input.daily,
        "passed": rules.filter_basins.output.ids,
        "attributes": caravan_folders("attributes"),
        "lai": [path for name in leaf_area_sensors() for path in basin_means_of(name)],
    }
    found |= {target: basin_means_of(name) for target, name in averaged_of_root_zone().items()}
    if Path(CONFIG.root_zone.snow).suffix:
        found["own_swe"] = CONFIG.root_zone.snow
    if CONFIG.root_zone.twsa == "gap_free" and learns("twsa"):
        found["storage"] = rules.publish_storage.output.product
        found["shapefiles"] = caravan_folders("shapefiles")
    return found


def data_of_root_zone():
    """What is behind the series and makes networks stale; not the period's end."""
    own = CONFIG.root_zone
    files = [p for p in (own.published, own.snow, CONFIG.basins.ids) if p and Path(p).suffix]
    named = ["published", "published_start", "trust_pickle", "snow", "twsa", "lai"]
    named += ["most_q", "least_swe", "longest_gap_days"]
    sources = ["caravan", *leaf_area_sensors(), *averaged_of_root_zone().values()]
    found = {
        "versions": versions_of(sources),
        "start": str(CONFIG.period.start),
        "basins": [*CONFIG.caravan_subsets, CONFIG.basins.ids],
        "filter": CONFIG.basin_filter.model_dump(),
        "least_cell_share": CONFIG.aggregation.least_cell_share,
        "series": of_root_zone(*named),
        "files": [content_of(path) for path in files],
    }
    if own.twsa == "gap_free":
        found["storage"] = CONFIG.gap_filling.model_dump(mode="json")
    return found


def code_of_root_zone():
    """Hashes of all code between the sources' files and the series."""
    found = code_of_planet()
    for name in ("gather_basins", "filter_basins", "weigh_basins", "average_over_basins"):
        found |= code(name)
    for name in (*leaf_area_sensors(), *averaged_of_root_zone().values()):
        found |= module_params(reader_module(name), PACKAGE)
    return found


def root_zone_settings(wildcards):
    """Model, aim and plan of an experiment."""
    targets = CONFIG.root_zone.targets(wildcards.experiment)
    plan = of_root_zone("epochs", "rates", "weight_decay", "clip", "patience", "plateau")
    weights = CONFIG.root_zone.weights
    return {
        "design": CONFIG.root_zone.design(wildcards.experiment),
        "aim": {
            "weights": {name: weights[name] for name in targets if weights.get(name)},
            "loss": CONFIG.root_zone.loss,
            "footprint": CONFIG.root_zone.footprint_km2,
            "power": CONFIG.root_zone.footprint_power,
            "baseline": BASELINE,
        },
        "division": of_root_zone("spin_up_years", "folds", "validation_every"),
        "tested_folds": CONFIG.root_zone.tested_folds,
        "rounds": CONFIG.root_zone.spin_up_rounds,
        "seeds": [CONFIG.root_zone.seed + k for k in range(CONFIG.root_zone.seeds)],
        "batch": CONFIG.root_zone.batch,
        "learning": plan,
    }


ROOT_ZONE_TRAINED_BY = {
    **code_of_root_zone(),
    **code("prepare_root_zone"),
    **code("train_root_zone"),
    "data": data_of_root_zone(),
    "settings": root_zone_settings,
}


rule prepare_root_zone:
    """Join forcing, leaf area, attributes and targets of basins."""
    input:
        unpack(root_zone_inputs),
    output:
        series=f"{ROOT_ZONE}/series.nc",
    log:
        f"{LOGS}/prepare_root_zone.log",
    benchmark:
        f"{BENCHMARKS}/prepare_root_zone.tsv"
    conda:
        f"{ENVS}/prepare_root_zone.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=30,
    params:
        **code("prepare_root_zone"),
        settings={
            "sensors": leaf_area_sensors(),
            "longest_gap": CONFIG.root_zone.longest_gap_days,
            **of_root_zone("published_start", "trust_pickle", "most_q", "least_swe"),
        },
    message:
        "Preparing forcing and targets of the root zone."
    script:
        "../scripts/prepare_root_zone.py"


rule export_root_zone:
    """Write forcing and targets of a fold in the published form, for other people's models."""
    input:
        series=rules.prepare_root_zone.output.series,
    output:
        datasets=f"{ROOT_ZONE}/published/fold_{{fold}}.pt",
        tensors=f"{ROOT_ZONE}/published/fold_{{fold}}_tensors.pt",
    log:
        f"{LOGS}/export_root_zone/{{fold}}.log",
    benchmark:
        f"{BENCHMARKS}/export_root_zone/{{fold}}.tsv"
    conda:
        f"{ENVS}/export_root_zone.yaml"
    threads: 1
    resources:
        mem_mb=16000,
        runtime=30,
    params:
        **code("export_root_zone"),
        settings=of_root_zone("spin_up_years", "folds", "validation_every"),
    message:
        "Writing the data of fold {wildcards.fold} in the published form."
    script:
        "../scripts/export_root_zone.py"


if CONFIG.training.retrain != "never":

    rule train_root_zone:
        """Train the networks of the water balance's parameters, all folds and seeds together."""
        input:
            series=training_data(
                f"{ROOT_ZONE}/series.nc", f"{ROOT_ZONE_NETWORK}.json", ROOT_ZONE_TRAINED_BY
            ),
        output:
            network=f"{ROOT_ZONE_NETWORK}.pt",
            history=f"{ROOT_ZONE_NETWORK}.csv",
            record=f"{ROOT_ZONE_NETWORK}.json",
        log:
            f"{LOGS}/train_root_zone/{{experiment}}.log",
        benchmark:
            f"{BENCHMARKS}/train_root_zone/{{experiment}}.tsv"
        wildcard_constraints:
            experiment=EXPERIMENT,
        conda:
            f"{ENVS}/train_root_zone.yaml"
        threads: 1
        resources:
            mem_mb=16000,
            runtime=lambda wildcards, attempt: 720 * attempt,
            checkpoint_seconds=CONFIG.training.checkpoint_seconds,
        params:
            **ROOT_ZONE_TRAINED_BY,
        message:
            "Training the water balance, {wildcards.experiment}."
        script:
            "../scripts/train_root_zone.py"


rule simulate_root_zone:
    """Run the water balance of all basins with all networks of an experiment."""
    input:
        series=rules.prepare_root_zone.output.series,
        network=lambda wildcards: networks_there(expand(f"{ROOT_ZONE_NETWORK}.pt", **wildcards))[0],
    output:
        simulated=f"{ROOT_ZONE}/simulated/{{experiment}}.nc",
    log:
        f"{LOGS}/simulate_root_zone/{{experiment}}.log",
    benchmark:
        f"{BENCHMARKS}/simulate_root_zone/{{experiment}}.tsv"
    wildcard_constraints:
        experiment=EXPERIMENT,
    conda:
        f"{ENVS}/simulate_root_zone.yaml"
    threads: 1
    resources:
        mem_mb=16000,
        runtime=60,
    params:
        **code("simulate_root_zone"),
    message:
        "Simulating all basins, {wildcards.experiment}."
    script:
        "../scripts/simulate_root_zone.py"
