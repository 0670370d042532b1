# What the rules of the root zone share: settings, data and code behind its networks.


def of_root_zone(*names):
    """Some settings of the hybrid model."""
    values = CONFIG.root_zone.model_dump(mode="json")
    return {name: values[name] for name in names}


def basin_means_of(source):
    """Means of a source over the basins, all blocks of years."""
    return [f"{AGGREGATE}/basin_fields/{source}/{block}.nc" for block in NEEDS[source].blocks]


def learns(target):
    """Whether any experiment learns a target."""
    return any(target in CONFIG.root_zone.targets(name) for name in EXPERIMENTS)


def leaf_area_sensors():
    """The sensors of leaf area that have the period."""
    return [name for name in CONFIG.root_zone.lai if NEEDS[name].blocks]


def averaged_of_root_zone():
    """Gridded sources whose basin means are read, by target; own files stand apart."""
    own = CONFIG.root_zone
    found = {"swe": own.snow if own.snow == "ua_swe" else None}
    found["et"] = own.et if own.et != "none" else None
    found["twsa"] = own.storage if own.twsa == "observed" else None
    return {target: source for target, source in found.items() if source and learns(target)}


def learns_gap_free():
    """Whether the networks learn from storage without gaps."""
    own = CONFIG.root_zone
    return own.twsa == "gap_free" and not own.published and learns("twsa")


def root_zone_inputs(wildcards):
    """What the series are made of."""
    if CONFIG.root_zone.published:
        return {"published": CONFIG.root_zone.published}
    found = {
        "daily": rules.aggregate_basins.input.daily,
        "passed": rules.filter_basins.output.ids,
        "attributes": caravan_folders("attributes"),
        "lai": [path for name in leaf_area_sensors() for path in basin_means_of(name)],
    }
    found |= {target: basin_means_of(name) for target, name in averaged_of_root_zone().items()}
    if Path(CONFIG.root_zone.snow).suffix:
        found["own_swe"] = CONFIG.root_zone.snow
    if learns_gap_free():
        found["storage"] = rules.publish_storage.output.product
        found["shapefiles"] = caravan_folders("shapefiles")
    return found


def data_of_root_zone():
    """What is behind the series and makes networks stale; not the period's end."""
    own = CONFIG.root_zone
    files = [p for p in (own.published, own.snow, CONFIG.basins.ids) if p and Path(p).suffix]
    named = ["published", "published_start", "trust_pickle", "snow", "twsa", "lai"]
    named += ["most_q", "least_swe", "longest_gap_days"]
    sources = ["caravan", *leaf_area_sensors(), *averaged_of_root_zone().values()]
    aggregation = CONFIG.aggregation.model_dump(include={"least_days_share", "least_cell_share"})
    found = {
        "versions": versions_of(sources),
        "start": str(CONFIG.period.start),
        "basins": [*CONFIG.caravan_subsets, CONFIG.basins.ids],
        "filter": CONFIG.basin_filter.model_dump(),
        "aggregation": aggregation,
        "series": of_root_zone(*named),
        "files": [content_of(path) for path in files],
    }
    if learns_gap_free():
        found["storage"] = data_of_storage()
    return found


def code_of_root_zone():
    """Hashes of all code between the sources' files and the series."""
    found = code_of_planet()
    for name in ("gather_basins", "aggregate_basins", "filter_basins", "average_over_basins"):
        found |= code(name)
    for name in (*leaf_area_sensors(), *averaged_of_root_zone().values()):
        found |= module_params(reader_module(name), PACKAGE)
    return found | (code_of_storage() if learns_gap_free() else {})


def folds_of_root_zone():
    """How years are cut into folds, how many are tested, and the seeds."""
    return {
        "division": of_root_zone("spin_up_years", "folds", "validation_every"),
        "tested_folds": CONFIG.root_zone.tested_folds,
        "seeds": [CONFIG.root_zone.seed + k for k in range(CONFIG.root_zone.seeds)],
    }


def rival_settings():
    """Network, windows and plan of the LSTMs, in the folds of the water balance."""
    values = CONFIG.root_zone.lstm.model_dump(mode="json")
    design = ("hidden", "dropout", "forget_bias", "window", "counted_days")
    sampling = ("batch", "stride", "updates")
    plan = {name: values[name] for name in ("epochs", "rates", "clip", "patience")}
    return folds_of_root_zone() | {
        "design": {"kind": "ct"} | {name: values[name] for name in design},
        "sampling": {name: values[name] for name in sampling},
        "learning": plan | {"precision": CONFIG.training.precision},
    }


def root_zone_settings(wildcards):
    """Model, aim and plan of an experiment."""
    targets = CONFIG.root_zone.targets(wildcards.experiment)
    plan = of_root_zone("epochs", "rates", "weight_decay", "clip", "patience", "plateau")
    weights = CONFIG.root_zone.weights
    return folds_of_root_zone() | {
        "design": CONFIG.root_zone.design(wildcards.experiment),
        "aim": {
            "weights": {name: weights[name] for name in targets if weights.get(name)},
            "loss": CONFIG.root_zone.loss,
            "footprint": CONFIG.root_zone.footprint_km2,
            "power": CONFIG.root_zone.footprint_power,
            "baseline": BASELINE,
        },
        "rounds": CONFIG.root_zone.spin_up_rounds,
        "batch": CONFIG.root_zone.batch,
        "learning": plan,
    }
