# Evaluate concepts: what the networks are worth for streamflow, and whether their state is water.
#
# Needs: predictions, cell states and fitted probes, the series that they are compared with.
# Makes: the table of all scores and its medians; series in a wet, a dry and a snowy basin; maps of
# how well each store is read; which cells carry which store; training curves; and the planet's truth.


rule evaluate_concepts:
    """Score streamflow and stores in new days, of basins that were learnt from and of others."""
    input:
        series=rules.prepare_concepts.output.series,
        predicted=expand(rules.predict_concepts.output.predicted, variant=CONFIG.concepts.variants),
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


rule plot_concept_scores:
    """Draw what networks and probes are worth, with the controls."""
    input:
        table=rules.evaluate_concepts.output.table,
    output:
        png=report(
            f"{FIGURES}/concepts/scores.png",
            caption=f"{CAPTIONS}/concept_scores.rst",
            category="Streamflow, soil water and snow",
            labels={"what": "scores", "of": "basins", "form": "bars"},
        ),
        pdf=f"{FIGURES}/concepts/scores.pdf",
    log:
        f"{LOGS}/plot_concept_scores.log",
    benchmark:
        f"{BENCHMARKS}/plot_concept_scores.tsv"
    conda:
        f"{ENVS}/plot_concept_scores.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("plot_concept_scores"),
    message:
        "Drawing the scores of streamflow and stores."
    script:
        "../scripts/plot_concept_scores.py"


rule plot_concepts:
    """Draw streamflow and stores in a wet, a dry and a snowy basin."""
    input:
        series=rules.prepare_concepts.output.series,
        predicted=f"{CONCEPTS}/predicted/concept.nc",
    output:
        png=report(
            f"{FIGURES}/concepts/series.png",
            caption=f"{CAPTIONS}/concept_series.rst",
            category="Streamflow, soil water and snow",
            labels={"what": "series", "of": "basins", "form": "lines"},
        ),
        pdf=f"{FIGURES}/concepts/series.pdf",
    log:
        f"{LOGS}/plot_concepts.log",
    benchmark:
        f"{BENCHMARKS}/plot_concepts.tsv"
    conda:
        f"{ENVS}/plot_concepts.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("plot_concepts"),
        settings={"test": SPANS["test"]},
    message:
        "Drawing streamflow and stores of three basins."
    script:
        "../scripts/plot_concepts.py"


rule map_concepts:
    """Map how well the probes read each store in the basins."""
    input:
        series=rules.prepare_concepts.output.series,
        metrics=rules.evaluate_concepts.output.metrics,
        land=LAND,
    output:
        png=report(
            f"{FIGURES}/concepts/maps.png",
            caption=f"{CAPTIONS}/concept_maps.rst",
            category="Streamflow, soil water and snow",
            labels={"what": "skill", "of": "basins", "form": "map"},
        ),
        pdf=f"{FIGURES}/concepts/maps.pdf",
    log:
        f"{LOGS}/map_concepts.log",
    benchmark:
        f"{BENCHMARKS}/map_concepts.tsv"
    conda:
        f"{ENVS}/map_concepts.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("map_concepts"),
    message:
        "Mapping the skill of streamflow and stores."
    script:
        "../scripts/map_concepts.py"


rule plot_cells:
    """Draw which cells of the network carry which store."""
    input:
        network=concept_networks("concept")[0],
        states=expand(rules.dump_cell_states.output.states, variant="concept"),
    output:
        png=report(
            f"{FIGURES}/concepts/cells.png",
            caption=f"{CAPTIONS}/concept_cells.rst",
            category="Streamflow, soil water and snow",
            labels={"what": "cells", "of": "network", "form": "matrix"},
        ),
        pdf=f"{FIGURES}/concepts/cells.pdf",
    log:
        f"{LOGS}/plot_cells.log",
    benchmark:
        f"{BENCHMARKS}/plot_cells.tsv"
    conda:
        f"{ENVS}/plot_cells.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("plot_cells"),
    message:
        "Drawing which cells carry which store."
    script:
        "../scripts/plot_cells.py"


rule plot_concept_training:
    """Draw how the networks learnt."""
    input:
        histories=concept_histories(),
    output:
        png=report(
            f"{FIGURES}/concepts/training.png",
            caption=f"{CAPTIONS}/concept_training.rst",
            category="Streamflow, soil water and snow",
            labels={"what": "training", "of": "networks", "form": "curves"},
        ),
        pdf=f"{FIGURES}/concepts/training.pdf",
    log:
        f"{LOGS}/plot_concept_training.log",
    benchmark:
        f"{BENCHMARKS}/plot_concept_training.tsv"
    conda:
        f"{ENVS}/plot_concept_training.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **code("plot_concept_training"),
    message:
        "Drawing the training curves."
    script:
        "../scripts/plot_concept_training.py"


CONCEPT_FIGURES = [
    rules.plot_concepts.output,
    rules.map_concepts.output,
    rules.plot_cells.output,
]
TRUE_STORES = set(STORES) - {"soil_water_4"}  # the planet's truth is a root zone


rule plot_concept_truth:
    """Draw what the probes read against what is true of the miniature planet."""
    input:
        planet=rules.build_planet.output.mirror,
        predicted=f"{CONCEPTS}/predicted/concept.nc",
    output:
        png=report(
            f"{FIGURES}/concepts/truth.png",
            caption=f"{CAPTIONS}/concept_truth.rst",
            category="The miniature planet",
            labels={"what": "stores and truth", "of": "basins", "form": "density"},
        ),
        pdf=f"{FIGURES}/concepts/truth.pdf",
    log:
        f"{LOGS}/plot_concept_truth.log",
    benchmark:
        f"{BENCHMARKS}/plot_concept_truth.tsv"
    conda:
        f"{ENVS}/plot_concept_truth.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("plot_concept_truth"),
    message:
        "Drawing stores against the truth."
    script:
        "../scripts/plot_concept_truth.py"
