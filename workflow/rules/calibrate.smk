# Calibrate: the parameters of monthly water balance models in every basin, and labels of capacity.
#
# Needs: monthly p, pet, t and q of the basins.
# Makes: for each model and snow variant a file with the best parameters, the optima of all
# restarts, scores and simulated runoff; and the storage capacity of the models that pass the mask,
# merged, with a reason code where there is no label.


rule calibrate_basins:
    """Calibrate one model in every basin by SCE-UA (Duan et al. 1992), several restarts each."""
    input:
        monthly=rules.aggregate_basins.output.monthly,
    output:
        calibration=f"{RESULTS}/calibrate/{{model}}_{{snow}}.nc",
    log:
        f"{LOGS}/calibrate_basins/{{model}}_{{snow}}.log",
    benchmark:
        f"{BENCHMARKS}/calibrate_basins/{{model}}_{{snow}}.tsv"
    conda:
        f"{ENVS}/calibrate_basins.yaml"
    threads: share_of_cores(len(MODELS) * len(CONFIG.calibration.snow))
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        **code("calibrate_basins"),
        model_code=model_code,
        settings={
            "calibration_share": CONFIG.calibration.calibration_share,
            "least_months": CONFIG.mask.least_months,
            "objective": CONFIG.calibration.objective,
            "restarts": CONFIG.calibration.restarts,
            "precision": CONFIG.calibration.precision,
            "seed": CONFIG.calibration.seed,
            "search": {
                "evaluations": CONFIG.calibration.evaluations,
                "complexes": CONFIG.calibration.complexes,
                "loops_without_gain": CONFIG.calibration.loops_without_gain,
                "least_gain_percent": CONFIG.calibration.least_gain_percent,
            },
        },
    message:
        "Calibrating {wildcards.model}, snow: {wildcards.snow}."
    script:
        "../scripts/calibrate_basins.py"


rule label_capacity:
    """Mask calibrated capacities with reason codes and merge the models into one label."""
    input:
        calibrations=expand(
            rules.calibrate_basins.output.calibration, model=MODELS, snow=CONFIG.labels.snow
        ),
    output:
        labels=f"{RESULTS}/calibrate/labels.nc",
    log:
        f"{LOGS}/label_capacity.log",
    benchmark:
        f"{BENCHMARKS}/label_capacity.tsv"
    conda:
        f"{ENVS}/label_capacity.yaml"
    threads: 1
    resources:
        mem_mb=1000,
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
        "Labelling basins with storage capacity."
    script:
        "../scripts/label_capacity.py"
