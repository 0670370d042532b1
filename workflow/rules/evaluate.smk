# Evaluate: scores of every system on one long table, and the figures of the report.
#
# Needs: calibrations and labels.
# Makes, for basins and for cells: the table of all scores (parquet), a table of medians, maps of
# skill, of capacity and of its spread over equally good fits, and the distribution of skill.


rule evaluate_calibration:
    """Score models and the climatology baseline in calibration and verification months."""
    input:
        **{units: calibrated_variants(units) for units in UNITS},
        monthly=expand(f"{AGGREGATE}/{{units}}_monthly.nc", units=UNITS),
    output:
        metrics=expand(f"{RESULTS}/evaluate/{{units}}/calibration.parquet", units=UNITS),
        medians=expand(f"{RESULTS}/evaluate/{{units}}/calibration_medians.csv", units=UNITS),
        page=[
            report(
                f"{RESULTS}/evaluate/{units}/calibration_medians.html",
                caption=f"{CAPTIONS}/calibration_medians.rst",
                category="Calibration",
                labels={"what": "median KGE", "of": units, "form": "table"},
            )
            for units in UNITS
        ],
    log:
        f"{LOGS}/evaluate_calibration.log",
    benchmark:
        f"{BENCHMARKS}/evaluate_calibration.tsv"
    conda:
        f"{ENVS}/evaluate_calibration.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("evaluate_calibration"),
        settings={"units": UNITS},
    message:
        "Scoring the calibrated models."
    script:
        "../scripts/evaluate_calibration.py"


rule plot_calibration:
    """Map skill, capacity and how far equally good fits lie apart; draw the distribution of skill."""
    input:
        **{units: expand(rules.label_capacity.input, units=units) for units in UNITS},
        metrics=rules.evaluate_calibration.output.metrics,
        labels=expand(rules.label_capacity.output.labels, units=UNITS),
        land=LAND,
    output:
        **figure_of_units("skill", "Calibration", "skill", "map"),
        **figure_of_units("scores", "Calibration", "skill", "distribution"),
        **figure_of_units("capacity", "Storage capacity", "capacity", "map"),
        **figure_of_units("equifinality", "Storage capacity", "equifinality", "map"),
    log:
        f"{LOGS}/plot_calibration.log",
    benchmark:
        f"{BENCHMARKS}/plot_calibration.tsv"
    conda:
        f"{ENVS}/plot_calibration.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=30,
    params:
        **code("plot_calibration"),
        settings={"units": UNITS, "within_kge": CONFIG.mask.restart_spread},
    message:
        "Drawing the calibrations."
    script:
        "../scripts/plot_calibration.py"


rule plot_planet:
    """Draw the miniature planet as it truly is."""
    input:
        planet=rules.build_planet.output.mirror,
    output:
        png=report(
            f"{FIGURES}/planet.png",
            caption=f"{CAPTIONS}/planet.rst",
            category="The miniature planet",
            labels={"what": "truth", "of": "planet", "form": "map"},
        ),
        pdf=f"{FIGURES}/planet.pdf",
    log:
        f"{LOGS}/plot_planet.log",
    benchmark:
        f"{BENCHMARKS}/plot_planet.tsv"
    conda:
        f"{ENVS}/plot_planet.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **code("plot_planet"),
    message:
        "Drawing the planet."
    script:
        "../scripts/plot_planet.py"


rule validate_catchments:
    """Calibrate catchments across climates with their own capacity and with that of the cells."""
    input:
        monthly=rules.aggregate_basins.output.monthly,
        cells=f"{CALIBRATE}/cells/labels.nc",
        reconstructed=branch(CONFIG.maps_capacity, then=f"{RESULTS}/products/capacity.nc"),
        attributes=caravan_folders("attributes"),
        shapefiles=caravan_folders("shapefiles"),
        ids=branch(CONFIG.validation.ids != "choose", then=CONFIG.validation.ids),
    output:
        table=f"{RESULTS}/evaluate/validation.csv",
    log:
        f"{LOGS}/validate_catchments.log",
    benchmark:
        f"{BENCHMARKS}/validate_catchments.tsv"
    conda:
        f"{ENVS}/validate_catchments.yaml"
    threads: share_of_cores(1)
    resources:
        mem_mb=4000,
        runtime=120,
    params:
        **code("validate_catchments"),
        model_code=code_of_models(CONFIG.labels.models),
        settings={
            "models": CONFIG.labels.models,
            "snow": CONFIG.labels.snow,
            "count": CONFIG.validation.catchments,
            "engine": CONFIG.validation.engine,
            **CALIBRATION,
        },
    message:
        "Validating capacities in catchments."
    script:
        "../scripts/validate_catchments.py"


rule plot_validation:
    """Draw what the grid's capacity is worth in gauged catchments."""
    input:
        table=rules.validate_catchments.output.table,
    output:
        png=report(
            f"{FIGURES}/validation.png",
            caption=f"{CAPTIONS}/validation.rst",
            category="Storage capacity",
            labels={"what": "validation", "of": "catchments", "form": "scores"},
        ),
        pdf=f"{FIGURES}/validation.pdf",
    log:
        f"{LOGS}/plot_validation.log",
    benchmark:
        f"{BENCHMARKS}/plot_validation.tsv"
    conda:
        f"{ENVS}/plot_validation.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        **code("plot_validation"),
    message:
        "Drawing the validation."
    script:
        "../scripts/plot_validation.py"
