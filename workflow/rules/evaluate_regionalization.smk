# Evaluate regionalization: what architectures and static vectors are worth, gauged and ungauged.
#
# Needs: the series of basins, the predictions of all networks, and those that were told descriptors.
# Makes: the table of all scores, its medians, differences with intervals and a page; figures of the
# table, of the distribution over basins, of where random vectors lose, of few years of training, of
# how flow answers to descriptors, and of the training.
REGIONALIZATION_VECTORS = CONFIG.regionalization.vectors
REGIONALIZATION_SETTINGS = CONFIG.regionalization.settings
SPARSE_SETTINGS = [name for name in REGIONALIZATION_SETTINGS if name.startswith("sparse_")]
MAPPED_SETTINGS = [name for name in REGIONALIZATION_SETTINGS if name not in SPARSE_SETTINGS]
PAIRED = [  # what each architecture is told of the basins
    (architecture, vector)
    for architecture in CONFIG.regionalization.architectures
    for vector in REGIONALIZATION_VECTORS
    if (architecture, vector) not in CONFIG.regionalization.left_out
]
TOLD_NETWORKS = [
    f"{REGIONALIZATION}/networks/{architecture}_{split}.pt"
    for architecture, split in REGIONALIZATION_JOBS
    if split == "temporal"
    if (architecture, "physical") in PAIRED
]
COMPARES_VECTORS = MAPPED_SETTINGS and any(
    (architecture, "physical") in PAIRED and vector.startswith("gaussian")
    for architecture, vector in PAIRED
)


rule evaluate_regionalization:
    """Score all networks, single and as ensembles, and compare what they were told."""
    input:
        series=rules.prepare_regionalization.output.series,
        predicted=[
            f"{REGIONALIZATION}/predicted/{architecture}_{split}.nc"
            for architecture, split in REGIONALIZATION_JOBS
        ],
    output:
        metrics=f"{RESULTS}/evaluate/regionalization.parquet",
        table=f"{RESULTS}/evaluate/regionalization.csv",
        compared=f"{RESULTS}/evaluate/regionalization_differences.csv",
        page=report(
            f"{RESULTS}/evaluate/regionalization.html",
            caption=f"{CAPTIONS}/regionalization_scores.rst",
            category="Streamflow of ungauged basins",
            labels={"what": "scores", "of": "architectures and vectors", "form": "table"},
        ),
    log:
        f"{LOGS}/evaluate_regionalization.log",
    benchmark:
        f"{BENCHMARKS}/evaluate_regionalization.tsv"
    conda:
        f"{ENVS}/evaluate_regionalization.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=120,
    params:
        **code("evaluate_regionalization"),
        settings={
            "architectures": [job.architecture for job in REGIONALIZATION_JOBS],
            "settings": REGIONALIZATION_SETTINGS,
            "periods": periods_of_regionalization("training", "test"),
            "seed": CONFIG.regionalization.seed,
        },
    message:
        "Scoring streamflow by architecture and static vector."
    script:
        "../scripts/evaluate_regionalization.py"


rule estimate_sensitivity:
    """Estimate how the flow of networks answers to each descriptor (Morris 1991)."""
    input:
        series=rules.prepare_regionalization.output.series,
        networks=lambda wildcards: networks_there(TOLD_NETWORKS),
    output:
        metrics=f"{REGIONALIZATION}/sensitivity.parquet",
        table=f"{RESULTS}/evaluate/regionalization_sensitivity.csv",
    log:
        f"{LOGS}/estimate_sensitivity.log",
    benchmark:
        f"{BENCHMARKS}/estimate_sensitivity.tsv"
    conda:
        f"{ENVS}/estimate_sensitivity.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=120,
        device=CONFIG.training.device,
        gpu=int(CONFIG.training.device == "cuda"),
    params:
        **code("estimate_sensitivity"),
        settings={
            **periods_of_regionalization("test"),
            "seed": CONFIG.regionalization.seed,
        },
    message:
        "Estimating how streamflow answers to descriptors."
    script:
        "../scripts/estimate_sensitivity.py"


rule plot_regionalization:
    """Draw the table, its distribution over basins, where random vectors lose, and what the rest tells."""
    input:
        table=rules.evaluate_regionalization.output.table,
        metrics=rules.evaluate_regionalization.output.metrics,
        series=rules.prepare_regionalization.output.series,
        sensitivity=branch(bool(TOLD_NETWORKS), then=rules.estimate_sensitivity.output.table),
        histories=branch(
            TRAINS,
            then=[
                f"{REGIONALIZATION}/networks/{architecture}_{split}.csv"
                for architecture, split in REGIONALIZATION_JOBS
            ],
        ),
        land=LAND,
    output:
        **figure(
            "regionalization/table",
            "regionalization_table",
            "Streamflow of ungauged basins",
            "scores, architectures and vectors, matrix",
        ),
        **figure(
            "regionalization/cdf",
            "regionalization_cdf",
            "Streamflow of ungauged basins",
            "scores, basins, distribution",
        ),
        **figure(
            "regionalization/maps",
            "regionalization_maps",
            "Streamflow of ungauged basins",
            "random or physical, basins, map",
            drawn=COMPARES_VECTORS,
        ),
        **figure(
            "regionalization/years",
            "regionalization_years",
            "Streamflow of ungauged basins",
            "scores, years of training, lines",
            drawn=SPARSE_SETTINGS,
        ),
        **figure(
            "regionalization/sensitivity",
            "regionalization_sensitivity",
            "Streamflow of ungauged basins",
            "sensitivity, descriptors, bars",
            drawn=TOLD_NETWORKS,
        ),
        **figure(
            "regionalization/training",
            "regionalization_training",
            "Streamflow of ungauged basins",
            "training, networks, curves",
            drawn=TRAINS,
        ),
    log:
        f"{LOGS}/plot_regionalization.log",
    benchmark:
        f"{BENCHMARKS}/plot_regionalization.tsv"
    conda:
        f"{ENVS}/plot_regionalization.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        **code("plot_regionalization"),
        settings={
            "settings": REGIONALIZATION_SETTINGS,
            "mapped": MAPPED_SETTINGS,
            "sparse": [*SPARSE_SETTINGS, "temporal"],
            "years": years_of_training(),
        },
    message:
        "Drawing streamflow by architecture and static vector."
    script:
        "../scripts/plot_regionalization.py"
