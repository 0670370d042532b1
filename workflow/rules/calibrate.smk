# Calibrate: the parameters of monthly water balance models in every basin and cell, and labels.
#
# Needs: monthly p, pet, t and q of the basins (`basins`) and of the grid's land cells (`cells`).
# Makes: for each model and snow variant a file with the best parameters, the optima of all
# restarts, scores and simulated runoff; and the storage capacity of the models that pass the mask,
# merged, with a reason code where there is no label. Cells are scattered into chunks, so that a job
# that is killed loses only its own.

SEARCH = {
    "evaluations": CONFIG.calibration.evaluations,
    "complexes": CONFIG.calibration.complexes,
    "loops_without_gain": CONFIG.calibration.loops_without_gain,
    "least_gain_percent": CONFIG.calibration.least_gain_percent,
}
CALIBRATION = {
    "calibration_share": CONFIG.calibration.calibration_share,
    "least_months": CONFIG.mask.least_months,
    "objective": CONFIG.calibration.objective,
    "restarts": CONFIG.calibration.restarts,
    "precision": CONFIG.calibration.precision,
    "seed": CONFIG.calibration.seed,
    "search": SEARCH,
}


rule calibrate_basins:
    """Calibrate one model in all basins by SCE-UA (Duan et al. 1992), several restarts each."""
    input:
        monthly=f"{AGGREGATE}/basins_monthly.nc",
    output:
        **{snow: f"{CALIBRATE}/basins/{{model}}_{snow}.nc" for snow in CONFIG.calibration.snow},
    log:
        f"{LOGS}/calibrate_basins/{{model}}.log",
    benchmark:
        f"{BENCHMARKS}/calibrate_basins/{{model}}.tsv"
    conda:
        f"{ENVS}/calibrate_basins.yaml"
    threads: share_of_cores(len(MODELS))
    resources:
        mem_mb=4000,
        runtime=lambda wildcards, attempt: 240 * attempt,
        device=CONFIG.calibration.device,
        gpu=int(CONFIG.calibration.device == "cuda"),
    params:
        **code("calibrate_basins"),
        model_code=model_code,
        settings=CALIBRATION,
    message:
        "Calibrating {wildcards.model} in the basins."
    script:
        "../scripts/calibrate_basins.py"


rule calibrate_cells:
    """Calibrate one model in a chunk of the cells likewise, with the snow variant of the labels."""
    input:
        monthly=f"{AGGREGATE}/cells_monthly.nc",
    output:
        calibration=f"{CALIBRATE}/cells/chunks/{{model}}_{CONFIG.labels.snow}/{{chunk}}.nc",
    log:
        f"{LOGS}/calibrate_cells/{{model}}/{{chunk}}.log",
    benchmark:
        f"{BENCHMARKS}/calibrate_cells/{{model}}/{{chunk}}.tsv"
    conda:
        f"{ENVS}/calibrate_cells.yaml"
    threads: share_of_cores(len(MODELS) * CONFIG.calibration.chunks)
    resources:
        mem_mb=4000,
        runtime=lambda wildcards, attempt: 240 * attempt,
        device=CONFIG.calibration.device,
        gpu=int(CONFIG.calibration.device == "cuda"),
    params:
        **code("calibrate_cells"),
        model_code=model_code,
        settings=CALIBRATION | {"snow": CONFIG.labels.snow},
    message:
        "Calibrating {wildcards.model} in the cells, {wildcards.chunk}."
    script:
        "../scripts/calibrate_cells.py"


rule gather_calibrations:
    """Gather the chunks of cells into one file a model."""
    input:
        chunks=expand(
            rules.calibrate_cells.output.calibration,
            model=MODELS,
            chunk=chunk_names(CONFIG.calibration.chunks),
        ),
    output:
        calibrations=expand(CALIBRATED, units="cells", model=MODELS, snow=CONFIG.labels.snow),
    log:
        f"{LOGS}/gather_calibrations.log",
    benchmark:
        f"{BENCHMARKS}/gather_calibrations.tsv"
    conda:
        f"{ENVS}/gather_calibrations.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=30,
    params:
        **code("gather_calibrations"),
    message:
        "Gathering the calibrated cells."
    script:
        "../scripts/gather_calibrations.py"


rule label_capacity:
    """Mask calibrated capacities with reason codes and merge the models into one label."""
    input:
        calibrations=expand(
            CALIBRATED,
            model=MODELS,
            snow=CONFIG.labels.snow,
            allow_missing=True,
        ),
    output:
        labels=f"{CALIBRATE}/{{units}}/labels.nc",
    log:
        f"{LOGS}/label_capacity/{{units}}.log",
    benchmark:
        f"{BENCHMARKS}/label_capacity/{{units}}.tsv"
    conda:
        f"{ENVS}/label_capacity.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=10,
    params:
        **code("label_capacity"),
        settings={
            "merged_models": CONFIG.labels.models,
            "merge": CONFIG.labels.merge,
            "kge_on": CONFIG.mask.kge_on,
            "kge_above": CONFIG.mask.kge_above,
            "bound_share": CONFIG.mask.bound_share,
            "restart_spread": CONFIG.mask.restart_spread,
        },
    message:
        "Labelling {wildcards.units} with storage capacity."
    script:
        "../scripts/label_capacity.py"
