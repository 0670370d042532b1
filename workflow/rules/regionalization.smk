# Regionalization: streamflow of basins by networks that are told of a basin by descriptors, by random
# numbers, or by nothing, tested in other years and in basins that were never learnt from.
#
# Needs: the daily series and attributes of the basins that passed, or the files of CAMELS-US.
# Makes: one file of series, descriptors and random vectors, and the folds of basins; for each
# architecture and split - other years (temporal), other basins (ungauged), few years (sparse) - one
# queue of networks (a setting, static vector, fold and seed each), and what they predict in the
# training and test days.
from vadose.regionalization.experiment import Job, jobs, queue

REGIONALIZATION = f"{RESULTS}/regionalization"
REGIONALIZATION_NETWORKS = f"{REGIONALIZATION}/networks/{{architecture}}_{{split}}"
REGIONALIZATION_JOBS = jobs(
    CONFIG.regionalization.architectures,
    CONFIG.regionalization.vectors,
    CONFIG.regionalization.settings,
)
REGIONALIZATION_SPLITS = list(dict.fromkeys(job.split for job in REGIONALIZATION_JOBS))
REGIONALIZATION_ARCHITECTURES = list(
    dict.fromkeys(job.architecture for job in REGIONALIZATION_JOBS)
)
IS_CAMELS_US = CONFIG.regionalization.data == "camels_us"
BASIN_LIST = branch(CONFIG.regionalization.basins != "all", then=CONFIG.regionalization.basins)


REGIONALIZATION_TRAINED_BY = {
    **code_of_planet(),
    **code("gather_basins"),
    **code("aggregate_basins"),
    **code("filter_basins"),
    **code("prepare_regionalization"),
    **code("train_regionalization"),
    "data": data_of_regionalization(),
    "settings": regionalization_settings,
}


rule prepare_regionalization:
    """Join forcing, streamflow, descriptors and random vectors, and deal basins out to folds."""
    input:
        manifest=branch(IS_CAMELS_US, then=NEEDS["camels_us"].paths[:1]),
        daily=branch(IS_CAMELS_US, otherwise=rules.aggregate_basins.input.daily),
        attributes=branch(IS_CAMELS_US, otherwise=caravan_folders("attributes")),
        ids=BASIN_LIST if BASIN_LIST or IS_CAMELS_US else rules.filter_basins.output.ids,
    output:
        series=f"{REGIONALIZATION}/series.nc",
        split=f"{REGIONALIZATION}/split.csv",
    log:
        f"{LOGS}/prepare_regionalization.log",
    benchmark:
        f"{BENCHMARKS}/prepare_regionalization.tsv"
    conda:
        f"{ENVS}/prepare_regionalization.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=60,
    params:
        **code("prepare_regionalization"),
        settings=series_of_regionalization() | {"end": str(CONFIG.period.end)},
    message:
        "Preparing the series and vectors of basins."
    script:
        "../scripts/prepare_regionalization.py"


if TRAINS:

    rule train_regionalization:
        """Train the networks of an architecture and split, one a setting, vector, fold and seed."""
        input:
            series=training_data(
                f"{REGIONALIZATION}/series.nc",
                f"{REGIONALIZATION_NETWORKS}.json",
                REGIONALIZATION_TRAINED_BY,
            ),
            split=training_data(
                f"{REGIONALIZATION}/split.csv",
                f"{REGIONALIZATION_NETWORKS}.json",
                REGIONALIZATION_TRAINED_BY,
            ),
        output:
            networks=f"{REGIONALIZATION_NETWORKS}.pt",
            history=f"{REGIONALIZATION_NETWORKS}.csv",
            record=f"{REGIONALIZATION_NETWORKS}.json",
        log:
            f"{LOGS}/train_regionalization/{{architecture}}_{{split}}.log",
        benchmark:
            f"{BENCHMARKS}/train_regionalization/{{architecture}}_{{split}}.tsv"
        wildcard_constraints:
            architecture="[a-z]+",
            split="|".join(REGIONALIZATION_SPLITS),
        conda:
            f"{ENVS}/train_regionalization.yaml"
        threads: 1
        resources:
            mem_mb=8000,
            runtime=lambda wildcards, attempt: 1440 * attempt,
            device=CONFIG.training.device,
            deterministic=CONFIG.training.deterministic,
            checkpoint_seconds=CONFIG.training.checkpoint_seconds,
            gpu=int(CONFIG.training.device == "cuda"),
        params:
            **REGIONALIZATION_TRAINED_BY,
        message:
            "Training networks of streamflow, {wildcards.architecture}, {wildcards.split}."
        script:
            "../scripts/train_regionalization.py"


rule predict_regionalization:
    """Predict streamflow in training and test days with every network of a split."""
    input:
        series=rules.prepare_regionalization.output.series,
        networks=lambda wildcards: networks_there(
            expand(
                f"{REGIONALIZATION_NETWORKS}.pt",
                architecture=REGIONALIZATION_ARCHITECTURES,
                **wildcards,
            )
        ),
    output:
        predicted=expand(
            f"{REGIONALIZATION}/predicted/{{architecture}}_{{split}}.nc",
            architecture=REGIONALIZATION_ARCHITECTURES,
            allow_missing=True,
        ),
    log:
        f"{LOGS}/predict_regionalization/{{split}}.log",
    benchmark:
        f"{BENCHMARKS}/predict_regionalization/{{split}}.tsv"
    wildcard_constraints:
        split="|".join(REGIONALIZATION_SPLITS),
    conda:
        f"{ENVS}/predict_regionalization.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=480,
        device=CONFIG.training.device,
        gpu=int(CONFIG.training.device == "cuda"),
    params:
        **code("predict_regionalization"),
        settings={"periods": periods_of_regionalization("training", "test")},
    message:
        "Predicting streamflow, {wildcards.split}."
    script:
        "../scripts/predict_regionalization.py"
