# Publish: what stands beside the map, the record of storage and the droughts among the products.
#
# Needs: storage of the root zone by all networks; estimates of storage capacity by all systems.
# Makes, below products/: the storage that vegetation uses, month by month in every basin, and its
# spread; every estimate of storage capacity of basins and of cells, and how many of them agree.

ESTIMATE_SOURCES = [*CONFIG.capacity_sources, CONFIG.fields.et, *CONFIG.fields.references]
ROOT_ZONE_SOURCES = ["caravan", *CONFIG.root_zone.sources]
if CONFIG.root_zone.twsa == "gap_free":
    ROOT_ZONE_SOURCES += sources_of_gap_filling().values()


rule publish_root_zone:
    """Put the storage that vegetation uses, with its spread over all networks, into the products."""
    input:
        storage=rules.analyse_root_zone.output.storage,
        series=rules.prepare_root_zone.output.series,
    output:
        product=f"{RESULTS}/products/root_zone.nc",
    log:
        f"{LOGS}/publish_root_zone.log",
    benchmark:
        f"{BENCHMARKS}/publish_root_zone.tsv"
    conda:
        f"{ENVS}/publish_root_zone.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=10,
        configuration=MERGED_CONFIG,
    params:
        **code("publish_root_zone"),
        settings=origin_of(ROOT_ZONE_SOURCES),
    message:
        "Writing the storage that vegetation uses."
    script:
        "../scripts/publish_root_zone.py"


rule publish_basin_estimates:
    """Put all estimates of the basins' storage capacity, and how many agree, into the products."""
    input:
        table=rules.compare_basin_capacity.output.table,
        labels=f"{CALIBRATE}/basins/labels.nc",
    output:
        product=f"{RESULTS}/products/basin_estimates.nc",
    log:
        f"{LOGS}/publish_basin_estimates.log",
    benchmark:
        f"{BENCHMARKS}/publish_basin_estimates.tsv"
    conda:
        f"{ENVS}/publish_basin_estimates.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
        configuration=MERGED_CONFIG,
    params:
        **code("publish_basin_estimates"),
        settings={
            "references": CONFIG.fields.references if CONFIG.maps_capacity else [],
            **origin_of(
                [
                    "caravan",
                    *(ESTIMATE_SOURCES if CONFIG.maps_capacity else []),
                    *(ROOT_ZONE_SOURCES if HYBRID else []),
                ]
            ),
        },
    message:
        "Writing all estimates of the basins' storage capacity."
    script:
        "../scripts/publish_basin_estimates.py"


rule publish_cell_estimates:
    """Put all estimates of the cells' storage capacity, and how many agree, into the products."""
    input:
        compared=rules.compare_capacity.output.maps,
        labels=CELL_LABELS,
    output:
        netcdf=f"{RESULTS}/products/cell_estimates.nc",
        geotiff=f"{RESULTS}/products/cell_estimates.tif",
    log:
        f"{LOGS}/publish_cell_estimates.log",
    benchmark:
        f"{BENCHMARKS}/publish_cell_estimates.tsv"
    conda:
        f"{ENVS}/publish_cell_estimates.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
        configuration=MERGED_CONFIG,
    params:
        **code("publish_cell_estimates"),
        settings={
            "others": OTHER_ESTIMATES,
            "references": CONFIG.fields.references,
            **origin_of(ESTIMATE_SOURCES),
        },
    message:
        "Writing all estimates of the cells' storage capacity."
    script:
        "../scripts/publish_cell_estimates.py"
