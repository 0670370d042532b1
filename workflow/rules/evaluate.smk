# Evaluate: scores of every system on one long table, and the figures of the report.
#
# Needs: calibrations and labels.
# Makes, for basins and for cells: the table of all scores (parquet), a table of medians, maps of
# skill, of capacity and of its spread over equally good fits, and the distribution of skill.

FIGURES = f"{RESULTS}/figures"
LAND = branch(CONFIG.maps.land == "natural_earth", then="resources/natural_earth_land_110m.geojson")


rule evaluate_calibration:
    """Score models and the climatology baseline in calibration and verification months."""
    input:
        monthly=rules.calibrate_units.input.monthly,
        calibrations=expand(
            rules.gather_calibrations.output.calibration,
            model=MODELS,
            snow=CONFIG.calibration.snow,
            allow_missing=True,
        ),
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
