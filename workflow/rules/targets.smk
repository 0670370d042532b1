# What a run makes in the end, system by system; one that is switched off makes nothing.


def aggregated_files():
    """Series of basins and fields of the grid."""
    return [
        rules.aggregate_basins.output,
        rules.filter_basins.output,
        basin_field_files(),
        field_files(CONFIG.fields.monthly_sources, STEPS),
        lai_files(),
        field_files(CONFIG.fields.static_sources, CONFIG.steps[:1]),
        rules.plot_planet.output if PLANET else [],
    ]


def calibration_files():
    """Labels of storage capacity, and what the calibrations are worth."""
    return [
        expand(rules.label_capacity.output, units=UNITS),
        rules.evaluate_calibration.output,
        rules.plot_calibration.output,
        [rules.validate_catchments.output, rules.plot_validation.output] if VALIDATES else [],
    ]


def capacity_files():
    """Everything that is learnt about storage capacity."""
    if "capacity" not in CONFIG.systems:
        return []
    if not CONFIG.maps_capacity:
        return rules.score_basin_capacity.output
    return [
        rules.score_basin_capacity.output,
        rules.publish_capacity.output,
        rules.publish_cell_estimates.output,
        rules.evaluate_capacity.output,
        rules.compare_capacity.output,
        rules.evaluate_recalibration.output,
        rules.plot_capacity.output,
    ]


def concept_files():
    """Everything that is learnt about streamflow and stores of basins."""
    if "concepts" not in CONFIG.systems:
        return []
    return [
        expand(
            (
                rules.tabulate_cell_states.output
                if CONFIG.concepts.state_tables
                else rules.dump_cell_states.output
            ),
            variant=CONFIG.concepts.states,
        ),
        rules.evaluate_concepts.output,
        rules.plot_concepts.output,
    ]


def gap_filling_files():
    """Everything that is made of water storage without gaps."""
    if "gap_filling" not in CONFIG.systems:
        return []
    return [
        rules.evaluate_gap_filling.output,
        rules.publish_storage.output,
        rules.find_droughts.output,
        rules.plot_gap_filling.output,
        rules.animate_storage.output,
        rules.map_published_storage.output if CONFIG.gap_filling.published else [],
    ]


def regionalization_files():
    """Everything that is learnt about streamflow of gauged and ungauged basins."""
    if "regionalization" not in CONFIG.systems:
        return []
    return [
        rules.evaluate_regionalization.output,
        rules.estimate_sensitivity.output if TOLD_NETWORKS else [],
        rules.plot_regionalization.output,
    ]


def root_zone_files():
    """Everything that is learnt about root-zone storage."""
    if "root_zone" not in CONFIG.systems:
        return []
    return [
        rules.evaluate_root_zone.output,
        rules.analyse_root_zone.output,
        rules.publish_root_zone.output if PLACED else [],
        rules.plot_root_zone.output,
        expand(rules.export_root_zone.output, fold=CONFIG.root_zone.export),
    ]


def audited():
    """Evaporation and storage by the units whose water balance can be audited."""
    found, fields, (land, storage) = {}, CONFIG.fields, CONFIG.steps
    if OBSERVED_ET and OBSERVED_STORAGE:
        found["basins"] = basin_means_of(OBSERVED_ET), basin_means_of(OBSERVED_STORAGE)
    if CONFIG.grids_runoff and "none" not in (fields.et, fields.storage):
        found["cells"] = field_files([fields.et], [land]), field_files([fields.storage], [storage])
    return found


def storage_files():
    """All that compares the systems."""
    return [
        rules.compare_basin_capacity.output,
        rules.publish_basin_estimates.output,
        rules.compare_dynamics.output,
        rules.plot_storage.output,
        rules.audit_water.output,
    ]


def everything():
    """All that a run makes and that claims are asked of."""
    return [
        aggregated_files(),
        calibration_files(),
        capacity_files(),
        concept_files(),
        gap_filling_files(),
        regionalization_files(),
        root_zone_files(),
        storage_files(),
        rules.plot_summary.output,
        rules.build_atlas.output,
    ]


def made_in(folder):
    """What a run makes in the end in one of its folders."""
    made = flatten([everything(), rules.check_results.output])
    return [path for path in made if path.startswith(f"{RESULTS}/{folder}/")]
