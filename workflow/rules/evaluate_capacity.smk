# Evaluate capacity: what the map is worth, against labels, other estimates and simulated runoff.
#
# Needs: predictions of the networks and of the baselines, labels, the product, published maps.
# Makes: one table of all methods under all splits; correlations with other estimates of storage
# capacity by climate; what runoff loses when the map's capacity is given; figures of all of them.


rule evaluate_capacity:
    """Score networks and baselines in the test cells of every split, on one table."""
    input:
        labels=CELL_LABELS,
        splits=rules.predict_capacity.input.splits,
        networks=rules.predict_capacity.output.predicted,
        baselines=rules.fit_baselines.output.predicted,
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


rule plot_capacity:
    """Draw map, scores, other estimates, training curves and the planet's truth."""
    input:
        table=rules.evaluate_capacity.output.table,
        capacity=rules.publish_capacity.output.netcdf,
        compared=rules.compare_capacity.output.maps,
        correlations=rules.compare_capacity.output.table,
        histories=branch(TRAINS, then=expand(f"{CAPACITY_NETWORKS}.csv", split=SPLITS)),
        planet=branch(PLANET, then=rules.build_planet.output.mirror),
        land=LAND,
    output:
        **figure(
            "cells/reconstruction",
            "reconstruction",
            "Storage capacity",
            "reconstruction, cells, map",
        ),
        **figure(
            "cells/reconstruction_scores",
            "capacity_scores",
            "Storage capacity",
            "reconstruction, cells, scores",
        ),
        **figure(
            "cells/comparison", "comparison", "Storage capacity", "other estimates, cells, density"
        ),
        **figure(
            "cells/training",
            "training",
            "Storage capacity",
            "training, networks, curves",
            drawn=TRAINS,
        ),
        **figure(
            "cells/truth",
            "capacity_truth",
            "The miniature planet",
            "capacity and truth, cells, density",
            drawn=PLANET,
        ),
    log:
        f"{LOGS}/plot_capacity.log",
    benchmark:
        f"{BENCHMARKS}/plot_capacity.tsv"
    conda:
        f"{ENVS}/plot_capacity.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        **code("plot_capacity"),
    message:
        "Drawing the map of storage capacity and what it is worth."
    script:
        "../scripts/plot_capacity.py"
