# Capacity by other ways, to hold the map against.
#
# Needs: rain and evaporation of the grid, the map, the labels and attributes of basins.
# Makes: the capacity that the mass curve of rain and evaporation gives; calibrations of the cells in
# which the capacity of the map is given; the capacity of basins predicted from attributes alone.


RECALIBRATED = f"{CALIBRATE}/cells/reconstructed/{{model}}/{{chunk}}.nc"


rule estimate_mass_curve:
    """Estimate the storage that evaporation has drawn on (Wang-Erlandsson et al. 2016)."""
    input:
        p=rules.assemble_cells.input.p,
        et=field_files([CONFIG.fields.et], CONFIG.steps[:1]),
    output:
        capacity=f"{CAPACITY}/mass_curve.nc",
    log:
        f"{LOGS}/estimate_mass_curve.log",
    benchmark:
        f"{BENCHMARKS}/estimate_mass_curve.tsv"
    conda:
        f"{ENVS}/estimate_mass_curve.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=30,
    params:
        **code("estimate_mass_curve"),
        settings={"return_periods": CONFIG.capacity.return_periods},
    message:
        "Estimating storage capacity from rain and evaporation."
    script:
        "../scripts/estimate_mass_curve.py"


rule recalibrate_cells:
    """Calibrate models in a chunk of cells anew, the capacity of the map given, all else free."""
    input:
        monthly=f"{AGGREGATE}/cells_monthly.nc",
        capacity=rules.publish_capacity.input.predicted,
    output:
        calibrations=expand(RECALIBRATED, model=CONFIG.labels.models, allow_missing=True),
    log:
        f"{LOGS}/recalibrate_cells/{{chunk}}.log",
    benchmark:
        f"{BENCHMARKS}/recalibrate_cells/{{chunk}}.tsv"
    conda:
        f"{ENVS}/recalibrate_cells.yaml"
    threads: share_of_cores(CONFIG.calibration.chunks)
    resources:
        mem_mb=4000,
        runtime=lambda wildcards, attempt: 240 * attempt,
        device=CONFIG.calibration.device,
        gpu=int(CONFIG.calibration.device == "cuda"),
    params:
        **code("recalibrate_cells"),
        model_code=code_of_models(CONFIG.labels.models),
        settings=CALIBRATION | {"models": CONFIG.labels.models, "snow": CONFIG.labels.snow},
    message:
        "Calibrating models with the capacity of the map, {wildcards.chunk}."
    script:
        "../scripts/recalibrate_cells.py"


rule score_basin_capacity:
    """Predict the capacity of basins from their attributes alone, each from others far away."""
    input:
        labels=f"{CALIBRATE}/basins/labels.nc",
        attributes=caravan_folders("attributes"),
    output:
        table=f"{RESULTS}/evaluate/basin_capacity.csv",
        page=report(
            f"{RESULTS}/evaluate/basin_capacity.html",
            caption=f"{CAPTIONS}/basin_capacity.rst",
            category="Storage capacity",
            labels={"what": "capacity from attributes", "of": "basins", "form": "table"},
        ),
    log:
        f"{LOGS}/score_basin_capacity.log",
    benchmark:
        f"{BENCHMARKS}/score_basin_capacity.tsv"
    conda:
        f"{ENVS}/score_basin_capacity.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        **code("score_basin_capacity"),
        settings={
            "baselines": CONFIG.capacity.baselines,
            "folds": CONFIG.capacity.basin_folds,
            "draws": CONFIG.capacity.basin_draws,
            "block": CONFIG.capacity.basin_block,
            "validation_share": CONFIG.capacity.validation_share,
            "seed": CONFIG.capacity.seed,
        },
    message:
        "Predicting the capacity of basins from their attributes."
    script:
        "../scripts/score_basin_capacity.py"
