# Evaluate capacity: what the map is worth, against labels, other estimates and simulated runoff.
#
# Needs: predictions of the networks and of the baselines, labels, the product, published maps.
# Makes: one table of all methods under all splits; correlations with other estimates of storage
# capacity by climate; what runoff loses when the map's capacity is given; figures of all of them.


rule evaluate_capacity:
    """Score networks and baselines in the test cells of every split, on one table."""
    input:
        labels=CELL_LABELS,
        splits=expand(f"{CELL_SPLIT}.csv", split=CONFIG.capacity.splits),
        networks=expand(rules.predict_capacity.output.predicted, split=CONFIG.capacity.splits),
        baselines=expand(rules.fit_baselines.output.predicted, split=CONFIG.capacity.splits),
    output:
        metrics=f"{RESULTS}/evaluate/capacity.parquet",
        table=f"{RESULTS}/evaluate/capacity.csv",
        page=report(
            f"{RESULTS}/evaluate/capacity.html",
            caption=f"{CAPTIONS}/capacity_scores.rst",
            category="Storage capacity",
            labels={"what": "reconstruction", "of": "cells", "form": "table"},
        ),
    log:
        f"{LOGS}/evaluate_capacity.log",
    benchmark:
        f"{BENCHMARKS}/evaluate_capacity.tsv"
    conda:
        f"{ENVS}/evaluate_capacity.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **code("evaluate_capacity"),
    message:
        "Scoring the reconstruction of storage capacity."
    script:
        "../scripts/evaluate_capacity.py"


rule plot_capacity_scores:
    """Draw how well each method does under each split."""
    input:
        table=rules.evaluate_capacity.output.table,
    output:
        png=report(
            f"{FIGURES}/cells/reconstruction_scores.png",
            caption=f"{CAPTIONS}/capacity_scores.rst",
            category="Storage capacity",
            labels={"what": "reconstruction", "of": "cells", "form": "scores"},
        ),
        pdf=f"{FIGURES}/cells/reconstruction_scores.pdf",
    log:
        f"{LOGS}/plot_capacity_scores.log",
    benchmark:
        f"{BENCHMARKS}/plot_capacity_scores.tsv"
    conda:
        f"{ENVS}/plot_capacity_scores.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **code("plot_capacity_scores"),
    message:
        "Drawing the scores of the reconstruction."
    script:
        "../scripts/plot_capacity_scores.py"


rule plot_capacity_training:
    """Draw how the networks learnt."""
    input:
        histories=expand(
            f"{CAPACITY_NETWORK}.csv",
            split=CONFIG.capacity.splits,
            seed=range(CONFIG.capacity.seeds),
        ),
    output:
        png=report(
            f"{FIGURES}/cells/training.png",
            caption=f"{CAPTIONS}/training.rst",
            category="Storage capacity",
            labels={"what": "training", "of": "networks", "form": "curves"},
        ),
        pdf=f"{FIGURES}/cells/training.pdf",
    log:
        f"{LOGS}/plot_capacity_training.log",
    benchmark:
        f"{BENCHMARKS}/plot_capacity_training.tsv"
    conda:
        f"{ENVS}/plot_capacity_training.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **code("plot_capacity_training"),
    message:
        "Drawing the training curves."
    script:
        "../scripts/plot_capacity_training.py"


rule map_reconstruction:
    """Map the reconstructed capacity, its spread, the labels and where it departs from them."""
    input:
        capacity=rules.publish_capacity.output.netcdf,
        land=LAND,
    output:
        png=report(
            f"{FIGURES}/cells/reconstruction.png",
            caption=f"{CAPTIONS}/reconstruction.rst",
            category="Storage capacity",
            labels={"what": "reconstruction", "of": "cells", "form": "map"},
        ),
        pdf=f"{FIGURES}/cells/reconstruction.pdf",
    log:
        f"{LOGS}/map_reconstruction.log",
    benchmark:
        f"{BENCHMARKS}/map_reconstruction.tsv"
    conda:
        f"{ENVS}/map_reconstruction.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("map_reconstruction"),
    message:
        "Mapping the reconstructed storage capacity."
    script:
        "../scripts/map_reconstruction.py"


rule compare_capacity:
    """Correlate the map with other estimates of storage capacity, over all land and by climate."""
    input:
        capacity=rules.publish_capacity.output.netcdf,
        mass_curve=branch(
            CONFIG.fields.et != "none", then=rules.estimate_mass_curve.output.capacity
        ),
        references=field_files(CONFIG.fields.references, CONFIG.steps[:1]),
        p=rules.assemble_cells.input.p,
        t=rules.assemble_cells.input.t,
    output:
        table=f"{RESULTS}/evaluate/capacity_compared.csv",
        maps=f"{CAPACITY}/compared.nc",
        page=report(
            f"{RESULTS}/evaluate/capacity_compared.html",
            caption=f"{CAPTIONS}/comparison.rst",
            category="Storage capacity",
            labels={"what": "other estimates", "of": "cells", "form": "table"},
        ),
    log:
        f"{LOGS}/compare_capacity.log",
    benchmark:
        f"{BENCHMARKS}/compare_capacity.tsv"
    conda:
        f"{ENVS}/compare_capacity.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("compare_capacity"),
        settings={"references": CONFIG.fields.references},
    message:
        "Comparing the map with other estimates of storage capacity."
    script:
        "../scripts/compare_capacity.py"


rule plot_comparison:
    """Draw the map beside other estimates of storage capacity."""
    input:
        maps=rules.compare_capacity.output.maps,
        table=rules.compare_capacity.output.table,
    output:
        png=report(
            f"{FIGURES}/cells/comparison.png",
            caption=f"{CAPTIONS}/comparison.rst",
            category="Storage capacity",
            labels={"what": "other estimates", "of": "cells", "form": "density"},
        ),
        pdf=f"{FIGURES}/cells/comparison.pdf",
    log:
        f"{LOGS}/plot_comparison.log",
    benchmark:
        f"{BENCHMARKS}/plot_comparison.tsv"
    conda:
        f"{ENVS}/plot_comparison.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **code("plot_comparison"),
    message:
        "Drawing the map against other estimates."
    script:
        "../scripts/plot_comparison.py"


rule evaluate_recalibration:
    """Ask what simulated runoff loses when the map's capacity is given in place of a free one."""
    input:
        free=expand(
            CALIBRATED,
            units="cells",
            model=CONFIG.labels.models,
            snow=CONFIG.labels.snow,
        ),
        given=expand(
            RECALIBRATED,
            model=CONFIG.labels.models,
            chunk=chunk_names(CONFIG.calibration.chunks),
        ),
        split=f"{CAPACITY}/splits/{CONFIG.capacity.product_split}.csv",
    output:
        metrics=f"{RESULTS}/evaluate/recalibration.parquet",
        table=f"{RESULTS}/evaluate/recalibration.csv",
        page=report(
            f"{RESULTS}/evaluate/recalibration.html",
            caption=f"{CAPTIONS}/recalibration.rst",
            category="Storage capacity",
            labels={"what": "simulated runoff", "of": "cells", "form": "table"},
        ),
    log:
        f"{LOGS}/evaluate_recalibration.log",
    benchmark:
        f"{BENCHMARKS}/evaluate_recalibration.tsv"
    conda:
        f"{ENVS}/evaluate_recalibration.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=10,
    params:
        **code("evaluate_recalibration"),
    message:
        "Comparing runoff with the map's capacity and with a free one."
    script:
        "../scripts/evaluate_recalibration.py"


rule plot_capacity_truth:
    """Draw labels and map against what is true of the miniature planet."""
    input:
        planet=rules.build_planet.output.mirror,
        capacity=rules.publish_capacity.output.netcdf,
    output:
        png=report(
            f"{FIGURES}/cells/truth.png",
            caption=f"{CAPTIONS}/capacity_truth.rst",
            category="The miniature planet",
            labels={"what": "capacity and truth", "of": "cells", "form": "density"},
        ),
        pdf=f"{FIGURES}/cells/truth.pdf",
    log:
        f"{LOGS}/plot_capacity_truth.log",
    benchmark:
        f"{BENCHMARKS}/plot_capacity_truth.tsv"
    conda:
        f"{ENVS}/plot_capacity_truth.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **code("plot_capacity_truth"),
    message:
        "Drawing capacity against the truth."
    script:
        "../scripts/plot_capacity_truth.py"
