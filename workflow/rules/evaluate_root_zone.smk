# Evaluate the root zone: what each target adds, and how much storage vegetation uses.
#
# Needs: what all networks simulate, the series that they are compared with.
# Makes: the table of all scores and its medians; active storage of all networks, a row a basin and what
# it depends on; maps of capacity, its uncertainty and the parameters; series, seasons, training curves;
# and the planet's truth. Figures show the first experiment of root_zone.experiments.

MAIN_SIMULATION = f"{ROOT_ZONE}/simulated/{EXPERIMENTS[0]}.nc"


rule evaluate_root_zone:
    """Score all targets in the years that no network saw, and what each target adds."""
    input:
        series=rules.prepare_root_zone.output.series,
        simulated=expand(rules.simulate_root_zone.output.simulated, experiment=EXPERIMENTS),
    output:
        metrics=f"{RESULTS}/evaluate/root_zone.parquet",
        table=f"{RESULTS}/evaluate/root_zone.csv",
        page=report(
            f"{RESULTS}/evaluate/root_zone.html",
            caption=f"{CAPTIONS}/root_zone_scores.rst",
            category="Root-zone storage",
            labels={"what": "scores", "of": "basins", "form": "table"},
        ),
    log:
        f"{LOGS}/evaluate_root_zone.log",
    benchmark:
        f"{BENCHMARKS}/evaluate_root_zone.tsv"
    conda:
        f"{ENVS}/evaluate_root_zone.yaml"
    threads: 1
    resources:
        mem_mb=16000,
        runtime=60,
    params:
        **code("evaluate_root_zone"),
        settings={"baseline": BASELINE},
    message:
        "Scoring the water balance."
    script:
        "../scripts/evaluate_root_zone.py"


rule analyse_root_zone:
    """Derive active root-zone storage of all networks, and what it depends on."""
    input:
        series=rules.prepare_root_zone.output.series,
        simulated=MAIN_SIMULATION,
    output:
        storage=f"{ROOT_ZONE}/storage.nc",
        basins=f"{ROOT_ZONE}/basins.csv",
        correlations=f"{RESULTS}/evaluate/root_zone_dependence.csv",
        page=report(
            f"{RESULTS}/evaluate/root_zone_dependence.html",
            caption=f"{CAPTIONS}/root_zone_dependence.rst",
            category="Root-zone storage",
            labels={"what": "dependence", "of": "basins", "form": "table"},
        ),
    log:
        f"{LOGS}/analyse_root_zone.log",
    benchmark:
        f"{BENCHMARKS}/analyse_root_zone.tsv"
    conda:
        f"{ENVS}/analyse_root_zone.yaml"
    threads: 1
    resources:
        mem_mb=16000,
        runtime=60,
    params:
        **code("analyse_root_zone"),
    message:
        "Deriving the active root-zone storage."
    script:
        "../scripts/analyse_root_zone.py"


rule map_root_zone:
    """Map the storage capacity of basins and its uncertainty."""
    input:
        series=rules.prepare_root_zone.output.series,
        basins=rules.analyse_root_zone.output.basins,
        land=LAND,
    output:
        png=report(
            f"{FIGURES}/root_zone/capacity.png",
            caption=f"{CAPTIONS}/root_zone_capacity.rst",
            category="Root-zone storage",
            labels={"what": "capacity", "of": "basins", "form": "map"},
        ),
        pdf=f"{FIGURES}/root_zone/capacity.pdf",
    log:
        f"{LOGS}/map_root_zone.log",
    benchmark:
        f"{BENCHMARKS}/map_root_zone.tsv"
    conda:
        f"{ENVS}/map_root_zone.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("map_root_zone"),
    message:
        "Mapping the root-zone storage capacity."
    script:
        "../scripts/map_root_zone.py"


rule map_root_zone_parameters:
    """Map the parameters of the water balance."""
    input:
        series=rules.prepare_root_zone.output.series,
        simulated=MAIN_SIMULATION,
        land=LAND,
    output:
        png=report(
            f"{FIGURES}/root_zone/parameters.png",
            caption=f"{CAPTIONS}/root_zone_parameters.rst",
            category="Root-zone storage",
            labels={"what": "parameters", "of": "basins", "form": "map"},
        ),
        pdf=f"{FIGURES}/root_zone/parameters.pdf",
    log:
        f"{LOGS}/map_root_zone_parameters.log",
    benchmark:
        f"{BENCHMARKS}/map_root_zone_parameters.tsv"
    conda:
        f"{ENVS}/map_root_zone_parameters.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("map_root_zone_parameters"),
    message:
        "Mapping the parameters of the water balance."
    script:
        "../scripts/map_root_zone_parameters.py"


rule plot_root_zone_scores:
    """Draw what each target adds, and what controls lose."""
    input:
        table=rules.evaluate_root_zone.output.table,
    output:
        png=report(
            f"{FIGURES}/root_zone/scores.png",
            caption=f"{CAPTIONS}/root_zone_scores.rst",
            category="Root-zone storage",
            labels={"what": "scores", "of": "basins", "form": "bars"},
        ),
        pdf=f"{FIGURES}/root_zone/scores.pdf",
    log:
        f"{LOGS}/plot_root_zone_scores.log",
    benchmark:
        f"{BENCHMARKS}/plot_root_zone_scores.tsv"
    conda:
        f"{ENVS}/plot_root_zone_scores.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("plot_root_zone_scores"),
    message:
        "Drawing the scores of the water balance."
    script:
        "../scripts/plot_root_zone_scores.py"


rule plot_root_zone_series:
    """Draw targets and active storage in a wet, a dry and a snowy basin."""
    input:
        series=rules.prepare_root_zone.output.series,
        simulated=MAIN_SIMULATION,
    output:
        png=report(
            f"{FIGURES}/root_zone/series.png",
            caption=f"{CAPTIONS}/root_zone_series.rst",
            category="Root-zone storage",
            labels={"what": "series", "of": "basins", "form": "lines"},
        ),
        pdf=f"{FIGURES}/root_zone/series.pdf",
    log:
        f"{LOGS}/plot_root_zone_series.log",
    benchmark:
        f"{BENCHMARKS}/plot_root_zone_series.tsv"
    conda:
        f"{ENVS}/plot_root_zone_series.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("plot_root_zone_series"),
        settings={"baseline": BASELINE},
    message:
        "Drawing the water balance of three basins."
    script:
        "../scripts/plot_root_zone_series.py"


rule plot_root_zone_seasons:
    """Draw seasons of active storage, and capacity against climate and cover."""
    input:
        series=rules.prepare_root_zone.output.series,
        storage=rules.analyse_root_zone.output.storage,
        basins=rules.analyse_root_zone.output.basins,
    output:
        png=report(
            f"{FIGURES}/root_zone/seasons.png",
            caption=f"{CAPTIONS}/root_zone_seasons.rst",
            category="Root-zone storage",
            labels={"what": "seasons", "of": "basins", "form": "lines"},
        ),
        pdf=f"{FIGURES}/root_zone/seasons.pdf",
    log:
        f"{LOGS}/plot_root_zone_seasons.log",
    benchmark:
        f"{BENCHMARKS}/plot_root_zone_seasons.tsv"
    conda:
        f"{ENVS}/plot_root_zone_seasons.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("plot_root_zone_seasons"),
    message:
        "Drawing the seasons of root-zone storage."
    script:
        "../scripts/plot_root_zone_seasons.py"


rule plot_root_zone_training:
    """Draw how the networks learnt."""
    input:
        histories=expand(f"{ROOT_ZONE_NETWORK}.csv", experiment=EXPERIMENTS),
    output:
        png=report(
            f"{FIGURES}/root_zone/training.png",
            caption=f"{CAPTIONS}/root_zone_training.rst",
            category="Root-zone storage",
            labels={"what": "training", "of": "networks", "form": "curves"},
        ),
        pdf=f"{FIGURES}/root_zone/training.pdf",
    log:
        f"{LOGS}/plot_root_zone_training.log",
    benchmark:
        f"{BENCHMARKS}/plot_root_zone_training.tsv"
    conda:
        f"{ENVS}/plot_root_zone_training.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **code("plot_root_zone_training"),
    message:
        "Drawing the training curves."
    script:
        "../scripts/plot_root_zone_training.py"


rule plot_root_zone_truth:
    """Draw capacity against what is true of the miniature planet."""
    input:
        planet=rules.build_planet.output.mirror,
        basins=rules.analyse_root_zone.output.basins,
    output:
        png=report(
            f"{FIGURES}/root_zone/truth.png",
            caption=f"{CAPTIONS}/root_zone_truth.rst",
            category="The miniature planet",
            labels={"what": "root-zone capacity and truth", "of": "basins", "form": "scatter"},
        ),
        pdf=f"{FIGURES}/root_zone/truth.pdf",
    log:
        f"{LOGS}/plot_root_zone_truth.log",
    benchmark:
        f"{BENCHMARKS}/plot_root_zone_truth.tsv"
    conda:
        f"{ENVS}/plot_root_zone_truth.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("plot_root_zone_truth"),
    message:
        "Drawing root-zone capacity against the truth."
    script:
        "../scripts/plot_root_zone_truth.py"
