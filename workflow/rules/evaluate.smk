# Evaluate: scores of every system on one long table, and the figures of the report.
#
# Needs: calibrations and labels.
# Makes, for basins and for cells: the table of all scores (parquet), a table of medians, maps of
# skill, of capacity and of its spread over equally good fits, and the distribution of skill.


rule evaluate_calibration:
    """Score models and the climatology baseline in calibration and verification months."""
    input:
        monthly=rules.calibrate_units.input.monthly,
        calibrations=calibrated_variants,
    output:
        metrics=f"{RESULTS}/evaluate/{{units}}/calibration.parquet",
        medians=f"{RESULTS}/evaluate/{{units}}/calibration_medians.csv",
        page=report(
            f"{RESULTS}/evaluate/{{units}}/calibration_medians.html",
            caption=f"{CAPTIONS}/calibration_medians.rst",
            category="Calibration",
            labels={"what": "median KGE", "of": "{units}", "form": "table"},
        ),
    log:
        f"{LOGS}/evaluate_calibration/{{units}}.log",
    benchmark:
        f"{BENCHMARKS}/evaluate_calibration/{{units}}.tsv"
    conda:
        f"{ENVS}/evaluate_calibration.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("evaluate_calibration"),
    message:
        "Scoring the calibrated models, {wildcards.units}."
    script:
        "../scripts/evaluate_calibration.py"


rule map_skill:
    """Map the skill of every model in months it was not calibrated on."""
    input:
        calibrations=rules.label_capacity.input.calibrations,
        land=LAND,
    output:
        png=report(
            f"{FIGURES}/{{units}}/skill.png",
            caption=f"{CAPTIONS}/skill.rst",
            category="Calibration",
            labels={"what": "skill", "of": "{units}", "form": "map"},
        ),
        pdf=f"{FIGURES}/{{units}}/skill.pdf",
    log:
        f"{LOGS}/map_skill/{{units}}.log",
    benchmark:
        f"{BENCHMARKS}/map_skill/{{units}}.tsv"
    conda:
        f"{ENVS}/map_skill.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("map_skill"),
    message:
        "Mapping skill, {wildcards.units}."
    script:
        "../scripts/map_skill.py"


rule map_capacity:
    """Map storage capacity, its spread over the models, and the reasons for having none."""
    input:
        labels=rules.label_capacity.output.labels,
        land=LAND,
    output:
        png=report(
            f"{FIGURES}/{{units}}/capacity.png",
            caption=f"{CAPTIONS}/capacity.rst",
            category="Storage capacity",
            labels={"what": "capacity", "of": "{units}", "form": "map"},
        ),
        pdf=f"{FIGURES}/{{units}}/capacity.pdf",
    log:
        f"{LOGS}/map_capacity/{{units}}.log",
    benchmark:
        f"{BENCHMARKS}/map_capacity/{{units}}.tsv"
    conda:
        f"{ENVS}/map_capacity.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("map_capacity"),
    message:
        "Mapping storage capacity, {wildcards.units}."
    script:
        "../scripts/map_capacity.py"


rule map_equifinality:
    """Map how far apart capacities lie that fit the record equally well."""
    input:
        calibrations=rules.label_capacity.input.calibrations,
        labels=rules.label_capacity.output.labels,
        land=LAND,
    output:
        png=report(
            f"{FIGURES}/{{units}}/equifinality.png",
            caption=f"{CAPTIONS}/equifinality.rst",
            category="Storage capacity",
            labels={"what": "equifinality", "of": "{units}", "form": "map"},
        ),
        pdf=f"{FIGURES}/{{units}}/equifinality.pdf",
    log:
        f"{LOGS}/map_equifinality/{{units}}.log",
    benchmark:
        f"{BENCHMARKS}/map_equifinality/{{units}}.tsv"
    conda:
        f"{ENVS}/map_equifinality.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=10,
    params:
        **code("map_equifinality"),
        settings={"within_kge": CONFIG.mask.restart_spread},
    message:
        "Mapping equifinality, {wildcards.units}."
    script:
        "../scripts/map_equifinality.py"


rule plot_scores:
    """Draw the distribution of skill over the basins, with and without snow."""
    input:
        metrics=rules.evaluate_calibration.output.metrics,
    output:
        png=report(
            f"{FIGURES}/{{units}}/scores.png",
            caption=f"{CAPTIONS}/scores.rst",
            category="Calibration",
            labels={"what": "skill", "of": "{units}", "form": "distribution"},
        ),
        pdf=f"{FIGURES}/{{units}}/scores.pdf",
    log:
        f"{LOGS}/plot_scores/{{units}}.log",
    benchmark:
        f"{BENCHMARKS}/plot_scores/{{units}}.tsv"
    conda:
        f"{ENVS}/plot_scores.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("plot_scores"),
    message:
        "Drawing the distribution of skill, {wildcards.units}."
    script:
        "../scripts/plot_scores.py"


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
            "calibration_share": CONFIG.calibration.calibration_share,
            "least_months": CONFIG.mask.least_months,
            "restarts": CONFIG.calibration.restarts,
            "seed": CONFIG.calibration.seed,
            "search": SEARCH,
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
