# Evaluate concepts: what the networks are worth for streamflow, and whether their state is water.
#
# Needs: predictions, cell states and fitted probes, the series that they are compared with.
# Makes: the table of all scores and its medians; series in a wet, a dry and a snowy basin; maps of
# how well each store is read; which cells carry which store; training curves; and the planet's truth.


rule evaluate_concepts:
    """Score streamflow and stores in new days, of basins that were learnt from and of others."""
    input:
        series=rules.prepare_concepts.output.series,
        predicted=rules.predict_concepts.output.predicted,
        probes=rules.fit_probes.output.metrics,
    output:
        metrics=f"{RESULTS}/evaluate/concepts.parquet",
        table=f"{RESULTS}/evaluate/concepts.csv",
        page=report(
            f"{RESULTS}/evaluate/concepts.html",
            caption=f"{CAPTIONS}/concept_scores.rst",
            category="Streamflow, soil water and snow",
            labels={"what": "scores", "of": "basins", "form": "table"},
        ),
    log:
        f"{LOGS}/evaluate_concepts.log",
    benchmark:
        f"{BENCHMARKS}/evaluate_concepts.tsv"
    conda:
        f"{ENVS}/evaluate_concepts.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=30,
    params:
        **code("evaluate_concepts"),
        settings={
            "variants": CONFIG.concepts.variants,
            "test": SPANS["test"],
            "reported": CONFIG.concepts.metrics,
        },
    message:
        "Scoring streamflow and stores."
    script:
        "../scripts/evaluate_concepts.py"


READS_STORES = "concept" in CONFIG.concepts.variants
TRUE_STORES = set(STORES) - {"soil_water_4"}  # the planet's truth is a root zone


rule plot_concepts:
    """Draw scores, series of three basins, maps of skill, who carries which store, training curves."""
    input:
        table=rules.evaluate_concepts.output.table,
        metrics=rules.evaluate_concepts.output.metrics,
        series=rules.prepare_concepts.output.series,
        predicted=branch(READS_STORES, then=f"{CONCEPTS}/predicted/concept.nc"),
        states=branch(
            READS_STORES, then=expand(rules.dump_cell_states.output.states, variant="concept")
        ),
        histories=branch(TRAINS, then=expand(f"{CONCEPT_NETWORKS}.csv", variant=VARIANTS)),
        planet=branch(PLANET, then=rules.build_planet.output.mirror),
        land=LAND,
    output:
        **figure(
            "concepts/scores",
            "concept_scores",
            "Streamflow, soil water and snow",
            "scores, basins, bars",
        ),
        **figure(
            "concepts/series",
            "concept_series",
            "Streamflow, soil water and snow",
            "series, basins, lines",
            drawn=READS_STORES,
        ),
        **figure(
            "concepts/maps",
            "concept_maps",
            "Streamflow, soil water and snow",
            "skill, basins, map",
            drawn=READS_STORES,
        ),
        **figure(
            "concepts/cells",
            "concept_cells",
            "Streamflow, soil water and snow",
            "cells, network, matrix",
            drawn=READS_STORES,
        ),
        **figure(
            "concepts/training",
            "concept_training",
            "Streamflow, soil water and snow",
            "training, networks, curves",
            drawn=TRAINS,
        ),
        **figure(
            "concepts/truth",
            "concept_truth",
            "The miniature planet",
            "stores and truth, basins, density",
            drawn=PLANET and READS_STORES and TRUE_STORES,
        ),
    log:
        f"{LOGS}/plot_concepts.log",
    benchmark:
        f"{BENCHMARKS}/plot_concepts.tsv"
    conda:
        f"{ENVS}/plot_concepts.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        **code("plot_concepts"),
        settings={"test": SPANS["test"]},
    message:
        "Drawing streamflow and stores."
    script:
        "../scripts/plot_concepts.py"
