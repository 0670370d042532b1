# What the rules of all networks share: what they are made by, when they are stale, what they make.
#
# New months predict anew and train nothing; other settings, versions of sources or code do.


def training_data(path, record, made_by):
    """Data of a training: new ones alone make no network stale, unless the configuration says so.

    They count for nothing (`ancient`) as long as the record beside the network says that it was
    made by the same settings, versions and code. Not otherwise: Snakemake does not look at the
    params of a job that follows another one through `ancient` while that one runs.
    """

    def choose(wildcards):
        now = {k: v(wildcards) if callable(v) else v for k, v in made_by.items()}
        same = is_made_by(Path(record.format(**wildcards)), now)
        file = path.format(**wildcards)
        return ancient(file) if same and CONFIG.training.retrain != "always" else file

    return choose


def code_of_planet():
    """Hashes of the code that invents the planet, which no version of its sources tells."""
    return code("build_planet") if PLANET else {}


def networks_there(paths):
    """Networks that a prediction takes; where none is trained, every one must be there.

    Snakemake would keep the old prediction and say nothing.
    """
    missing = [path for path in paths if not Path(path).is_file()]
    if missing and CONFIG.training.retrain == "never":
        sys.exit(
            f"Error: training.retrain is never, but {len(missing)} networks are not there, such as "
            f"{missing[0]}: bring them back, or train them (if_stale)"
        )
    return paths


def versions_of(sources):
    """Versions of some sources."""
    return {name: NEEDS[name].version for name in sources if name in NEEDS}


def data_of_labels():
    """What is behind labels and predictors and makes a network stale; not the period's end."""
    elsewhere = {"storage", "storage_step", "et", "simulated", "references"}
    return {
        "fields": CONFIG.fields.model_dump(mode="json", exclude=elsewhere),
        "versions": versions_of(CONFIG.capacity_sources),
        "start": str(CONFIG.period.start),
        "step": CONFIG.steps[0],
        "window": WINDOW,
        "least_cell_share": CONFIG.aggregation.least_cell_share,
        "leaf_area": CONFIG.leaf_area.model_dump(mode="json"),
        "calibration": CALIBRATION,
        "mask": CONFIG.mask.model_dump(),
        "labels": CONFIG.labels.model_dump(),
    }


def code_of_labels():
    """Hashes of all code between the sources' files and the labels and predictors."""
    rules_before = ("aggregate_fields", "aggregate_static", "homogenise_lai", "assemble_cells")
    rules_before += ("calibrate_cells", "gather_calibrations", "label_capacity", "build_predictors")
    found = {key: value for name in rules_before for key, value in code(name).items()}
    found |= code_of_planet()
    modules = [f"water_balance.{model}" for model in CONFIG.labels.models]
    modules += [reader_module(name) for name in CONFIG.capacity_sources if name in NEEDS]
    for name in dict.fromkeys(modules):
        found |= module_params(name, PACKAGE)
    return found


def snow_files():
    """Snow of the basins where it is not that of their own files."""
    snow = CONFIG.concepts.snow
    if snow == "ua_swe":
        return [f"{AGGREGATE}/basin_fields/{snow}/{block}.nc" for block in NEEDS[snow].blocks]
    return [] if snow == "caravan" else [snow]


def of_concepts(*names):
    """Some settings of the networks of concepts."""
    values = CONFIG.concepts.model_dump()
    return {name: values[name] for name in names}


def data_of_concepts():
    """What is behind series and folds and makes a network stale; not the period's end."""
    return {
        "versions": versions_of(["caravan", CONFIG.concepts.snow]),
        "start": str(CONFIG.period.start),
        "basins": [*CONFIG.caravan_subsets, CONFIG.basins.ids],
        "filter": CONFIG.basin_filter.model_dump(),
        "aggregation": CONFIG.aggregation.model_dump(include={"pet", "least_days_share"}),
        "series": of_concepts("inputs", "attributes", "snow") | {"stores": list(STORES)},
        "files": [content_of(path) for path in files_of_concepts()],
        "least_cell_share": CONFIG.aggregation.least_cell_share if snow_files() else None,
        "folds": of_concepts("folds", "fold_block", "seed"),
    }


def files_of_concepts():
    """Files of the user's own behind the series."""
    named = (CONFIG.concepts.attributes, CONFIG.concepts.snow, CONFIG.basins.ids)
    return [name for name in named if Path(name).suffix]


def content_of(path):
    """Hash of a file; of one that is not there, none."""
    return digest_of(Path(path)) if Path(path).is_file() else None


def code_of_series():
    """Hashes of all code between the sources' files and the series of basins."""
    rules_before = ["gather_basins", "aggregate_basins", "filter_basins"]
    found = code_of_planet()
    if CONFIG.concepts.snow == "ua_swe":
        rules_before += ["average_over_basins"]
        found |= module_params(reader_module("ua_swe"), PACKAGE)
    for name in rules_before:
        found |= code(name)
    return found


def concept_settings(wildcards):
    """Network, windows and plan of a variant; the plain one has no store."""
    stores = STORES if wildcards.variant == "concept" else {}
    folds = range(CONFIG.concepts.tested_folds)
    net = of_concepts("kind", "hidden", "dropout", "forget_bias", "loss", "window", "alpha", "rho")
    plan = of_concepts("epochs", "rates", "clip", "patience", "plateau")
    return {
        "design": net
        | {
            "stores": list(stores),
            "weights": [CONFIG.concepts.flow_weight, *stores.values()],
            "warmup": CONFIG.concepts.warmup_days,
        },
        "queue": [[str(fold), seed] for fold in folds for seed in range(CONFIG.concepts.seeds)],
        "sampling": of_concepts("batch", "stride", "updates"),
        "learning": plan | {"precision": CONFIG.training.precision},
        "periods": {name: SPANS[name] for name in ("training", "validation")},
    }
