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
TOLD_NETWORKS = [
    f"{REGIONALIZATION}/networks/{architecture}_{setting}.pt"
    for architecture, setting in REGIONALIZATION_JOBS
    if setting == "temporal"
    if architecture != "plain"
    if "physical" in REGIONALIZATION_VECTORS
]
COMPARES_VECTORS = (
    MAPPED_SETTINGS
    and "physical" in REGIONALIZATION_VECTORS
    and any(v.startswith("gaussian") for v in REGIONALIZATION_VECTORS)
)


rule evaluate_regionalization:
    """Score all networks, single and as ensembles, and compare what they were told."""
    input:
        series=rules.prepare_regionalization.output.series,
        predicted=[
            f"{REGIONALIZATION}/predicted/{architecture}_{setting}.nc"
            for architecture, setting in REGIONALIZATION_JOBS
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
            "jobs": [list(job) for job in REGIONALIZATION_JOBS],
            "periods": periods_of_regionalization("training", "test"),
            "seed": CONFIG.regionalization.seed,
        },
    message:
        "Scoring streamflow by architecture and static vector."
    script:
        "../scripts/evaluate_regionalization.py"


rule plot_regionalization_table:
    """Draw the table of median NSE by architecture and static vector."""
    input:
        table=rules.evaluate_regionalization.output.table,
    output:
        png=report(
            f"{FIGURES}/regionalization/table.png",
            caption=f"{CAPTIONS}/regionalization_table.rst",
            category="Streamflow of ungauged basins",
            labels={"what": "scores", "of": "architectures and vectors", "form": "matrix"},
        ),
        pdf=f"{FIGURES}/regionalization/table.pdf",
    log:
        f"{LOGS}/plot_regionalization_table.log",
    benchmark:
        f"{BENCHMARKS}/plot_regionalization_table.tsv"
    conda:
        f"{ENVS}/plot_regionalization_table.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("plot_regionalization_table"),
        settings={"settings": REGIONALIZATION_SETTINGS},
    message:
        "Drawing the table of architectures and static vectors."
    script:
        "../scripts/plot_regionalization_table.py"


rule plot_regionalization_cdf:
    """Draw the distribution of NSE over basins."""
    input:
        metrics=rules.evaluate_regionalization.output.metrics,
    output:
        png=report(
            f"{FIGURES}/regionalization/cdf.png",
            caption=f"{CAPTIONS}/regionalization_cdf.rst",
            category="Streamflow of ungauged basins",
            labels={"what": "scores", "of": "basins", "form": "distribution"},
        ),
        pdf=f"{FIGURES}/regionalization/cdf.pdf",
    log:
        f"{LOGS}/plot_regionalization_cdf.log",
    benchmark:
        f"{BENCHMARKS}/plot_regionalization_cdf.tsv"
    conda:
        f"{ENVS}/plot_regionalization_cdf.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("plot_regionalization_cdf"),
        settings={"settings": REGIONALIZATION_SETTINGS},
    message:
        "Drawing the distribution of NSE over basins."
    script:
        "../scripts/plot_regionalization_cdf.py"


rule map_regionalization:
    """Map where random vectors serve a basin better or worse than its descriptors."""
    input:
        series=rules.prepare_regionalization.output.series,
        metrics=rules.evaluate_regionalization.output.metrics,
        land=LAND,
    output:
        png=report(
            f"{FIGURES}/regionalization/maps.png",
            caption=f"{CAPTIONS}/regionalization_maps.rst",
            category="Streamflow of ungauged basins",
            labels={"what": "random or physical", "of": "basins", "form": "map"},
        ),
        pdf=f"{FIGURES}/regionalization/maps.pdf",
    log:
        f"{LOGS}/map_regionalization.log",
    benchmark:
        f"{BENCHMARKS}/map_regionalization.tsv"
    conda:
        f"{ENVS}/map_regionalization.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("map_regionalization"),
        settings={"settings": MAPPED_SETTINGS},
    message:
        "Mapping what random vectors lose against descriptors."
    script:
        "../scripts/map_regionalization.py"


rule plot_data_sparsity:
    """Draw what networks are worth that learnt from a few years alone."""
    input:
        table=rules.evaluate_regionalization.output.table,
    output:
        png=report(
            f"{FIGURES}/regionalization/years.png",
            caption=f"{CAPTIONS}/regionalization_years.rst",
            category="Streamflow of ungauged basins",
            labels={"what": "scores", "of": "years of training", "form": "lines"},
        ),
        pdf=f"{FIGURES}/regionalization/years.pdf",
    log:
        f"{LOGS}/plot_data_sparsity.log",
    benchmark:
        f"{BENCHMARKS}/plot_data_sparsity.tsv"
    conda:
        f"{ENVS}/plot_data_sparsity.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("plot_data_sparsity"),
        settings={
            "settings": [*SPARSE_SETTINGS, "temporal"],
            "years": years_of_training(),
        },
    message:
        "Drawing scores against years of training."
    script:
        "../scripts/plot_data_sparsity.py"


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


rule plot_sensitivity:
    """Draw how flow answers to the descriptors of a basin."""
    input:
        table=rules.estimate_sensitivity.output.table,
    output:
        png=report(
            f"{FIGURES}/regionalization/sensitivity.png",
            caption=f"{CAPTIONS}/regionalization_sensitivity.rst",
            category="Streamflow of ungauged basins",
            labels={"what": "sensitivity", "of": "descriptors", "form": "bars"},
        ),
        pdf=f"{FIGURES}/regionalization/sensitivity.pdf",
    log:
        f"{LOGS}/plot_sensitivity.log",
    benchmark:
        f"{BENCHMARKS}/plot_sensitivity.tsv"
    conda:
        f"{ENVS}/plot_sensitivity.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("plot_sensitivity"),
    message:
        "Drawing how streamflow answers to descriptors."
    script:
        "../scripts/plot_sensitivity.py"


rule plot_regionalization_training:
    """Draw how all networks learnt."""
    input:
        histories=[
            f"{REGIONALIZATION}/networks/{architecture}_{setting}.csv"
            for architecture, setting in REGIONALIZATION_JOBS
        ],
    output:
        png=report(
            f"{FIGURES}/regionalization/training.png",
            caption=f"{CAPTIONS}/regionalization_training.rst",
            category="Streamflow of ungauged basins",
            labels={"what": "training", "of": "networks", "form": "curves"},
        ),
        pdf=f"{FIGURES}/regionalization/training.pdf",
    log:
        f"{LOGS}/plot_regionalization_training.log",
    benchmark:
        f"{BENCHMARKS}/plot_regionalization_training.tsv"
    conda:
        f"{ENVS}/plot_regionalization_training.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **code("plot_regionalization_training"),
    message:
        "Drawing the training curves."
    script:
        "../scripts/plot_regionalization_training.py"
