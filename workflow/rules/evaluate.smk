# Evaluate: scores of every system on one long table, and the figures of the report.
#
# Needs: calibrations and labels.
# Makes: the table of all scores (parquet), a table of medians, maps of skill and of capacity, and
# the distribution of skill over the basins.

FIGURES = f"{RESULTS}/figures"
LAND = branch(CONFIG.maps.land == "natural_earth", then="resources/natural_earth_land_110m.geojson")


rule evaluate_calibration:
    """Score models and the climatology baseline in calibration and verification months."""
    input:
        monthly=rules.aggregate_basins.output.monthly,
        calibrations=expand(
            rules.calibrate_basins.output.calibration, model=MODELS, snow=CONFIG.calibration.snow
        ),
    output:
        metrics=f"{RESULTS}/evaluate/calibration.parquet",
        medians=f"{RESULTS}/evaluate/calibration_medians.csv",
        page=report(
            f"{RESULTS}/evaluate/calibration_medians.html",
            caption=f"{CAPTIONS}/calibration_medians.rst",
            category="Calibration",
            labels={"what": "median KGE", "form": "table"},
        ),
    log:
        f"{LOGS}/evaluate_calibration.log",
    benchmark:
        f"{BENCHMARKS}/evaluate_calibration.tsv"
    conda:
        f"{ENVS}/evaluate_calibration.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        **code("evaluate_calibration"),
    message:
        "Scoring the calibrated models."
    script:
        "../scripts/evaluate_calibration.py"


rule map_skill:
    """Map the skill of every model in months it was not calibrated on."""
    input:
        calibrations=rules.label_capacity.input.calibrations,
        land=LAND,
    output:
        png=report(
            f"{FIGURES}/skill.png",
            caption=f"{CAPTIONS}/skill.rst",
            category="Calibration",
            labels={"what": "skill", "form": "map"},
        ),
        pdf=f"{FIGURES}/skill.pdf",
    log:
        f"{LOGS}/map_skill.log",
    benchmark:
        f"{BENCHMARKS}/map_skill.tsv"
    conda:
        f"{ENVS}/map_skill.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        **code("map_skill"),
    message:
        "Mapping skill."
    script:
        "../scripts/map_skill.py"


rule map_capacity:
    """Map storage capacity, its spread over the models, and the reasons for having none."""
    input:
        labels=rules.label_capacity.output.labels,
        land=LAND,
    output:
        png=report(
            f"{FIGURES}/capacity.png",
            caption=f"{CAPTIONS}/capacity.rst",
            category="Storage capacity",
            labels={"what": "capacity", "form": "map"},
        ),
        pdf=f"{FIGURES}/capacity.pdf",
    log:
        f"{LOGS}/map_capacity.log",
    benchmark:
        f"{BENCHMARKS}/map_capacity.tsv"
    conda:
        f"{ENVS}/map_capacity.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        **code("map_capacity"),
    message:
        "Mapping storage capacity."
    script:
        "../scripts/map_capacity.py"


rule plot_scores:
    """Draw the distribution of skill over the basins, with and without snow."""
    input:
        metrics=rules.evaluate_calibration.output.metrics,
    output:
        png=report(
            f"{FIGURES}/scores.png",
            caption=f"{CAPTIONS}/scores.rst",
            category="Calibration",
            labels={"what": "skill", "form": "distribution"},
        ),
        pdf=f"{FIGURES}/scores.pdf",
    log:
        f"{LOGS}/plot_scores.log",
    benchmark:
        f"{BENCHMARKS}/plot_scores.tsv"
    conda:
        f"{ENVS}/plot_scores.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        **code("plot_scores"),
    message:
        "Drawing the distribution of skill."
    script:
        "../scripts/plot_scores.py"
