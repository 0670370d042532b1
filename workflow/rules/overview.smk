# Overview: what a run comes to, in one figure and in one page to click through.
#
# Needs: products, tables of scores, and the comparisons of all systems.
# Makes: the summary figure; the atlas, one HTML file that needs neither server nor network. A system
# that is switched off has a grey panel in the figure and one line in the atlas.

FILLS_GAPS = "gap_filling" in CONFIG.systems
REGIONAL = "regionalization" in CONFIG.systems
STREAMS = "concepts" in CONFIG.systems


rule plot_summary:
    """Draw what the workflow makes at one sight: four maps, and what each system is worth."""
    input:
        labels=f"{CALIBRATE}/basins/labels.nc",
        labels_cells=branch(CONFIG.grids_runoff, then=CELL_LABELS),
        capacity=branch(CONFIG.maps_capacity, then=rules.publish_capacity.output.netcdf),
        compared=branch(CONFIG.maps_capacity, then=rules.compare_capacity.output.maps),
        droughts=branch(FILLS_GAPS, then=rules.find_droughts.output.droughts),
        root_zone=branch(HYBRID and PLACED, then=rules.analyse_root_zone.output.basins),
        scores_concepts=branch(STREAMS, then=rules.evaluate_concepts.output.metrics),
        scores_regionalization=branch(REGIONAL, then=rules.evaluate_regionalization.output.metrics),
        scores_root_zone=branch(HYBRID, then=rules.evaluate_root_zone.output.metrics),
        land=LAND,
        drought_area=branch(FILLS_GAPS, then=rules.find_droughts.output.area),
        scores_calibration=f"{RESULTS}/evaluate/basins/calibration.parquet",
        scores_capacity=branch(CONFIG.maps_capacity, then=rules.evaluate_capacity.output.metrics),
        scores_gap_filling=branch(FILLS_GAPS, then=rules.evaluate_gap_filling.output.metrics),
    output:
        png=report(
            f"{FIGURES}/summary.png",
            caption=f"{CAPTIONS}/summary.rst",
            category="A first look",
            labels={"what": "summary", "of": "all systems", "form": "maps and scores"},
        ),
        pdf=f"{FIGURES}/summary.pdf",
    log:
        f"{LOGS}/plot_summary.log",
    benchmark:
        f"{BENCHMARKS}/plot_summary.tsv"
    conda:
        f"{ENVS}/plot_summary.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=10,
    params:
        **code("plot_summary"),
        settings={
            "title": f"Vadose: how much water the land holds{PLANET * ' (the miniature planet)'}",
            "others": OTHER_ESTIMATES if CONFIG.maps_capacity else [],
            "given": {
                "split": CONFIG.capacity.product_split,
                "product": CONFIG.gap_filling.product,
                "experiment": EXPERIMENTS[0],
            },
        },
    message:
        "Drawing the summary."
    script:
        "../scripts/plot_summary.py"


rule build_atlas:
    """Build the atlas: maps to zoom and click, with all that is known of a cell or basin."""
    input:
        labels=rules.plot_summary.input.labels,
        labels_cells=rules.plot_summary.input.labels_cells,
        capacity=rules.plot_summary.input.capacity,
        compared=rules.plot_summary.input.compared,
        droughts=rules.plot_summary.input.droughts,
        root_zone=rules.plot_summary.input.root_zone,
        scores_concepts=rules.plot_summary.input.scores_concepts,
        scores_regionalization=rules.plot_summary.input.scores_regionalization,
        scores_root_zone=rules.plot_summary.input.scores_root_zone,
        land=rules.plot_summary.input.land,
        monthly=f"{AGGREGATE}/basins_monthly.nc",
        calibrations=rules.compare_dynamics.input.calibrations,
        estimates=rules.compare_basin_capacity.output.table,
        dynamics=rules.compare_dynamics.output.series,
        monthly_cells=branch(CONFIG.grids_runoff, then=f"{AGGREGATE}/cells_monthly.nc"),
        storage=branch(FILLS_GAPS, then=rules.publish_storage.output.product),
        simulated=branch(HYBRID, then=MAIN_SIMULATION),
        concepts=branch(STREAMS, then=f"{CONCEPTS}/predicted/{CONFIG.concepts.variants[0]}.nc"),
        water_cells=branch("cells" in AUDITED, then=f"{RESULTS}/evaluate/water_cells.csv"),
        water_basins=branch("basins" in AUDITED, then=f"{RESULTS}/evaluate/water_basins.csv"),
        products=[
            rules.publish_basin_estimates.output.product,
            *([rules.publish_cell_estimates.output.netcdf] if CONFIG.maps_capacity else []),
            *([rules.publish_root_zone.output.product] if HYBRID and PLACED else []),
        ],
    output:
        atlas=f"{RESULTS}/atlas.html",
    log:
        f"{LOGS}/build_atlas.log",
    benchmark:
        f"{BENCHMARKS}/build_atlas.tsv"
    conda:
        f"{ENVS}/build_atlas.yaml"
    threads: 1
    resources:
        mem_mb=16000,
        runtime=20,
    params:
        **code("build_atlas"),
        page=[content_of(path) for path in sorted((PACKAGE / "atlas").glob("*.*[!y]"))],
        settings={
            "run": CONFIG.run,
            "others": OTHER_ESTIMATES if CONFIG.maps_capacity else [],
            "experiment": EXPERIMENTS[0],
        },
    message:
        "Building the atlas."
    script:
        "../scripts/build_atlas.py"
