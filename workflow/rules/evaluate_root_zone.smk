# Evaluate the root zone: what each target adds, and how much storage vegetation uses.
#
# Needs: what all networks simulate, the series that they are compared with.
# Makes: the table of all scores and its medians; active storage of all networks, a row a basin and what
# it depends on; maps of capacity, its uncertainty and the parameters; series, seasons, training curves;
# and the planet's truth. Figures show the first experiment of root_zone.experiments.

PLACED = CONFIG.root_zone.published is None  # the published form tells no places
MAIN_SIMULATION = f"{ROOT_ZONE}/simulated/{EXPERIMENTS[0]}.nc"


rule evaluate_root_zone:
    """Score all targets in the years that no network saw, and what each target adds."""
    input:
        series=rules.prepare_root_zone.output.series,
        simulated=rules.simulate_root_zone.output.simulated,
        rivals=rules.simulate_root_zone.output.flows,
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


rule plot_root_zone:
    """Draw scores, capacity, parameters, series, seasons, training curves and the planet's truth."""
    input:
        table=rules.evaluate_root_zone.output.table,
        series=rules.prepare_root_zone.output.series,
        simulated=MAIN_SIMULATION,
        storage=branch(PLACED, then=rules.analyse_root_zone.output.storage),
        basins=branch(PLACED, then=rules.analyse_root_zone.output.basins),
        histories=branch(
            TRAINS, then=expand(f"{ROOT_ZONE_NETWORK}.csv", experiment=[*EXPERIMENTS, *RIVALS])
        ),
        planet=branch(PLANET, then=rules.build_planet.output.mirror),
        land=LAND,
    output:
        **figure(
            "root_zone/scores", "root_zone_scores", "Root-zone storage", "scores, basins, bars"
        ),
        **figure(
            "root_zone/series", "root_zone_series", "Root-zone storage", "series, basins, lines"
        ),
        **figure(
            "root_zone/capacity",
            "root_zone_capacity",
            "Root-zone storage",
            "capacity, basins, map",
            drawn=PLACED,
        ),
        **figure(
            "root_zone/parameters",
            "root_zone_parameters",
            "Root-zone storage",
            "parameters, basins, map",
            drawn=PLACED,
        ),
        **figure(
            "root_zone/seasons",
            "root_zone_seasons",
            "Root-zone storage",
            "seasons, basins, lines",
            drawn=PLACED,
        ),
        **figure(
            "root_zone/training",
            "root_zone_training",
            "Root-zone storage",
            "training, networks, curves",
            drawn=TRAINS,
        ),
        **figure(
            "root_zone/truth",
            "root_zone_truth",
            "The miniature planet",
            "root-zone capacity and truth, basins, scatter",
            drawn=PLANET and PLACED,
        ),
    log:
        f"{LOGS}/plot_root_zone.log",
    benchmark:
        f"{BENCHMARKS}/plot_root_zone.tsv"
    conda:
        f"{ENVS}/plot_root_zone.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=30,
    params:
        **code("plot_root_zone"),
        settings={"baseline": BASELINE},
    message:
        "Drawing the water balance and root-zone storage."
    script:
        "../scripts/plot_root_zone.py"
