# Capacity: from labelled cells to a map of storage capacity everywhere, with its uncertainty.
#
# Needs: labels of the cells, and the monthly and constant fields of the grid.
# Makes: maps of predictors; for each split of the labels (random, spatial blocks, one continent left
# out) an ensemble of residual networks with their predictions, and those of simple baselines; the
# product as netCDF and Cloud-Optimised GeoTIFF; the capacity that the mass curve of rain and
# evaporation gives; and calibrations in which the capacity of the map is given.

CAPACITY = f"{RESULTS}/capacity"
DESIGN = {
    "patch": CONFIG.capacity.patch,
    "depth": CONFIG.capacity.depth,
    "widths": [16, 32, CONFIG.capacity.last_width],
    "loss": CONFIG.capacity.loss,
    "batch": CONFIG.capacity.batch,
    "mirror": CONFIG.capacity.mirror,
}
LEARNING = {
    "epochs": CONFIG.capacity.epochs,
    "rates": CONFIG.capacity.rates,
    "optimiser": "sgd",
    "weight_decay": CONFIG.capacity.weight_decay,
    "precision": CONFIG.training.precision,
}


SPLIT_BY = {
    **code("split_cells"),
    "data": data_of_labels(),
    "settings": {
        "step": CONFIG.steps[0],
        "block": CONFIG.capacity.block,
        "buffer": CONFIG.capacity.buffer,
        "test_share": CONFIG.capacity.test_share,
        "validation_share": CONFIG.capacity.validation_share,
        "least_labels": CONFIG.capacity.least_labels,
        "seed": CONFIG.capacity.seed,
    },
}
TRAINED_BY = {
    **code("train_capacity"),
    "data": data_of_labels(),
    "settings": {
        "names": CONFIG.capacity.predictors,
        "design": DESIGN,
        "learning": LEARNING,
    },
}
CELL_LABELS = f"{CALIBRATE}/cells/labels.nc"
CELL_SPLIT = f"{CAPACITY}/splits/{{split}}"
CAPACITY_NETWORK = f"{CAPACITY}/networks/{{split}}_{{seed}}"


rule build_predictors:
    """Compute what the network is told of a cell: climate, plants, soil, relief and runoff."""
    input:
        p=rules.assemble_cells.input.p,
        t=rules.assemble_cells.input.t,
        pet=rules.assemble_cells.input.pet,
        q=rules.assemble_cells.input.q,
        lai=lai_files()[:1],
        static=field_files(CONFIG.fields.ground_sources, CONFIG.steps[:1]),
    output:
        predictors=f"{CAPACITY}/predictors.nc",
    log:
        f"{LOGS}/build_predictors.log",
    benchmark:
        f"{BENCHMARKS}/build_predictors.tsv"
    conda:
        f"{ENVS}/build_predictors.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=30,
    params:
        **code("build_predictors"),
        settings={"names": CONFIG.capacity.predictors},
    message:
        "Building the predictors of storage capacity."
    script:
        "../scripts/build_predictors.py"


rule split_cells:
    """Choose which labelled cells train, which choose the best state, and which judge it once."""
    input:
        labels=training_data(CELL_LABELS, f"{CELL_SPLIT}.json", SPLIT_BY),
        continents=branch(
            CONFIG.capacity.continents != "connected", then=CONFIG.capacity.continents
        ),
    output:
        split=f"{CELL_SPLIT}.csv",
        record=f"{CELL_SPLIT}.json",
    log:
        f"{LOGS}/split_cells/{{split}}.log",
    benchmark:
        f"{BENCHMARKS}/split_cells/{{split}}.tsv"
    conda:
        f"{ENVS}/split_cells.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **SPLIT_BY,
    message:
        "Splitting the labelled cells: {wildcards.split}."
    script:
        "../scripts/split_cells.py"


if CONFIG.training.retrain != "never":

    rule train_capacity:
        """Train one network of the ensemble in every fold of a split (He et al. 2016)."""
        input:
            predictors=training_data(
                f"{CAPACITY}/predictors.nc", f"{CAPACITY_NETWORK}.json", TRAINED_BY
            ),
            labels=training_data(CELL_LABELS, f"{CAPACITY_NETWORK}.json", TRAINED_BY),
            split=rules.split_cells.output.split,
        output:
            networks=f"{CAPACITY_NETWORK}.pt",
            history=f"{CAPACITY_NETWORK}.csv",
            record=f"{CAPACITY_NETWORK}.json",
        log:
            f"{LOGS}/train_capacity/{{split}}_{{seed}}.log",
        benchmark:
            f"{BENCHMARKS}/train_capacity/{{split}}_{{seed}}.tsv"
        conda:
            f"{ENVS}/train_capacity.yaml"
        threads: share_of_cores(CONFIG.capacity.seeds)
        resources:
            mem_mb=8000,
            runtime=lambda wildcards, attempt: 240 * attempt,
            device=CONFIG.training.device,
            deterministic=CONFIG.training.deterministic,
            checkpoint_seconds=CONFIG.training.checkpoint_seconds,
            gpu=int(CONFIG.training.device == "cuda"),
        params:
            **TRAINED_BY,
        message:
            "Training a network of storage capacity, split: {wildcards.split}, seed {wildcards.seed}."
        script:
            "../scripts/train_capacity.py"


rule predict_capacity:
    """Predict every land cell with the ensemble of a split, and test cells by those blind to them."""
    input:
        predictors=rules.build_predictors.output.predictors,
        labels=CELL_LABELS,
        split=rules.split_cells.output.split,
        networks=expand(
            f"{CAPACITY_NETWORK}.pt",
            seed=range(CONFIG.capacity.seeds),
            allow_missing=True,
        ),
    output:
        predicted=f"{CAPACITY}/predicted/{{split}}.nc",
    log:
        f"{LOGS}/predict_capacity/{{split}}.log",
    benchmark:
        f"{BENCHMARKS}/predict_capacity/{{split}}.tsv"
    conda:
        f"{ENVS}/predict_capacity.yaml"
    threads: share_of_cores(len(CONFIG.capacity.splits))
    resources:
        mem_mb=4000,
        runtime=60,
        device=CONFIG.training.device,
        gpu=int(CONFIG.training.device == "cuda"),
    params:
        **code("predict_capacity"),
    message:
        "Predicting storage capacity, split: {wildcards.split}."
    script:
        "../scripts/predict_capacity.py"


rule fit_baselines:
    """Predict test cells by what a network must beat: neighbours, regressions, trees."""
    input:
        predictors=rules.build_predictors.output.predictors,
        labels=CELL_LABELS,
        split=rules.split_cells.output.split,
    output:
        predicted=f"{CAPACITY}/baselines/{{split}}.nc",
    log:
        f"{LOGS}/fit_baselines/{{split}}.log",
    benchmark:
        f"{BENCHMARKS}/fit_baselines/{{split}}.tsv"
    conda:
        f"{ENVS}/fit_baselines.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        **code("fit_baselines"),
        settings={"baselines": CONFIG.capacity.baselines, "seed": CONFIG.capacity.seed},
    message:
        "Fitting the baselines, split: {wildcards.split}."
    script:
        "../scripts/fit_baselines.py"


rule publish_capacity:
    """Put the map, its spread, the labels and the reasons for having none into the products."""
    input:
        predicted=f"{CAPACITY}/predicted/{CONFIG.capacity.product_split}.nc",
        labels=CELL_LABELS,
        predictors=rules.build_predictors.output.predictors,
    output:
        netcdf=f"{RESULTS}/products/capacity.nc",
        geotiff=f"{RESULTS}/products/capacity.tif",
    log:
        f"{LOGS}/publish_capacity.log",
    benchmark:
        f"{BENCHMARKS}/publish_capacity.tsv"
    conda:
        f"{ENVS}/publish_capacity.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **code("publish_capacity"),
        settings={"sources": versions_of(CONFIG.capacity_sources), "run": CONFIG.run},
    message:
        "Writing the map of storage capacity."
    script:
        "../scripts/publish_capacity.py"


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
    """Calibrate the cells anew with the capacity of the map given and all else free."""
    input:
        monthly=f"{AGGREGATE}/cells_monthly.nc",
        capacity=rules.publish_capacity.input.predicted,
    output:
        calibration=f"{CALIBRATE}/cells/reconstructed/{{model}}/{{chunk}}.nc",
    log:
        f"{LOGS}/recalibrate_cells/{{model}}/{{chunk}}.log",
    benchmark:
        f"{BENCHMARKS}/recalibrate_cells/{{model}}/{{chunk}}.tsv"
    conda:
        f"{ENVS}/recalibrate_cells.yaml"
    threads: share_of_cores(len(CONFIG.labels.models))
    resources:
        mem_mb=4000,
        runtime=240,
        device=CONFIG.calibration.device,
        gpu=int(CONFIG.calibration.device == "cuda"),
    params:
        **code("recalibrate_cells"),
        model_code=model_code,
        settings=CALIBRATION | {"snow": CONFIG.labels.snow},
    message:
        "Calibrating {wildcards.model} with the capacity of the map, {wildcards.chunk}."
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
            "block": CONFIG.capacity.basin_block,
            "validation_share": CONFIG.capacity.validation_share,
            "seed": CONFIG.capacity.seed,
        },
    message:
        "Predicting the capacity of basins from their attributes."
    script:
        "../scripts/score_basin_capacity.py"
