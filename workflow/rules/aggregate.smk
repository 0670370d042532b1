# Aggregate: from the providers' files to series of basins and fields of one form.
#
# Needs: the sub-datasets of Caravan with their polygons, and the manifests of the gridded sources.
# Makes, below aggregate/:
#   basins_daily/<block>.nc                     forcing, streamflow, snow and soil water (basin, time)
#   basins_monthly.nc                           p, pet, q (mm/month) and t (degC) of every basin
#   basin_fields/<source>/<block>.nc            a gridded source averaged over the basins
#   fields/<step>/<source>/<block>.nc           a gridded source on the grid, whole months
#   fields/<step>/<source>/static.nc            what does not change
#   fields/<step>/lai.nc                        the sensors of leaf area as one record without gaps
#   cells_monthly.nc                            the same of every land cell
#   basins_passed.txt, basins_filter.tsv        basins fit for learning, and why others are not
# One file a block of years: new months make the last block anew and leave the others as they are.
# A month counts only when enough of its days do; the reanalysis field of potential evaporation is
# never used as a demand.


rule gather_basins:
    """Gather the daily series of the selected basins into one file a block of years."""
    input:
        timeseries=caravan_folders("timeseries"),
        ids=branch(CONFIG.basins.ids != "all", then=CONFIG.basins.ids),
    output:
        daily=f"{AGGREGATE}/basins_daily/{{block}}.nc",
    log:
        f"{LOGS}/gather_basins/{{block}}.log",
    benchmark:
        f"{BENCHMARKS}/gather_basins/{{block}}.tsv"
    conda:
        f"{ENVS}/gather_basins.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=120,
    params:
        **code("gather_basins"),
    message:
        "Gathering daily series of basins, {wildcards.block}."
    script:
        "../scripts/gather_basins.py"


rule aggregate_basins:
    """Aggregate daily forcing and streamflow to months, with Oudin's demand where none is given."""
    input:
        daily=expand(rules.gather_basins.output.daily, block=CONFIG.blocks),
        attributes=caravan_folders("attributes"),
    output:
        monthly=f"{AGGREGATE}/basins_monthly.nc",
    log:
        f"{LOGS}/aggregate_basins.log",
    benchmark:
        f"{BENCHMARKS}/aggregate_basins.tsv"
    conda:
        f"{ENVS}/aggregate_basins.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        **code("aggregate_basins"),
        settings={
            "pet": CONFIG.aggregation.pet,
            "least_days_share": CONFIG.aggregation.least_days_share,
        },
    message:
        "Aggregating basins to months."
    script:
        "../scripts/aggregate_basins.py"


rule average_over_basins:
    """Average one source's fields of a block of years over the basins, by exact area weights."""
    input:
        manifest=manifest_of,
        timeseries=caravan_folders("timeseries"),
        shapefiles=caravan_folders("shapefiles"),
        ids=branch(CONFIG.basins.ids != "all", then=CONFIG.basins.ids),
    output:
        means=f"{AGGREGATE}/basin_fields/{{source}}/{{block}}.nc",
    log:
        f"{LOGS}/average_over_basins/{{source}}/{{block}}.log",
    benchmark:
        f"{BENCHMARKS}/average_over_basins/{{source}}/{{block}}.tsv"
    conda:
        f"{ENVS}/average_over_basins.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=240,
    params:
        **code("average_over_basins"),
        reader=reader_code,
        settings={"least_cell_share": CONFIG.aggregation.least_cell_share},
    message:
        "Averaging {wildcards.source} over the basins, {wildcards.block}."
    script:
        "../scripts/average_over_basins.py"


rule aggregate_fields:
    """Bring one source's fields of a block of years to every grid and to whole months."""
    input:
        manifest=manifest_of,
    output:
        fields=on_each_grid("{source}/{block}.nc"),
    log:
        f"{LOGS}/aggregate_fields/{{source}}/{{block}}.log",
    benchmark:
        f"{BENCHMARKS}/aggregate_fields/{{source}}/{{block}}.tsv"
    wildcard_constraints:
        block=r"\d{6}-\d{6}",
    conda:
        f"{ENVS}/aggregate_fields.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=240,
    params:
        **code("aggregate_fields"),
        reader=reader_code,
        settings=WINDOW | {"steps": STEPS, "least_cell_share": CONFIG.aggregation.least_cell_share},
    message:
        "Gridding {wildcards.source}, {wildcards.block}."
    script:
        "../scripts/aggregate_fields.py"


rule aggregate_static:
    """Bring what does not change - soil, height, canopy, published capacities - to every grid."""
    input:
        manifest=manifest_of,
    output:
        fields=on_each_grid("{source}/static.nc"),
    log:
        f"{LOGS}/aggregate_static/{{source}}.log",
    benchmark:
        f"{BENCHMARKS}/aggregate_static/{{source}}.tsv"
    conda:
        f"{ENVS}/aggregate_static.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=120,
    params:
        **code("aggregate_static"),
        reader=reader_code,
        settings=WINDOW | {"steps": STEPS},
    message:
        "Gridding {wildcards.source}."
    script:
        "../scripts/aggregate_static.py"


rule homogenise_lai:
    """Bring the sensors of leaf area to one level per cell and fill the gaps."""
    input:
        fields=field_files(LAI_SENSORS, STEPS),
    output:
        records=on_each_grid("lai.nc"),
    log:
        f"{LOGS}/homogenise_lai.log",
    benchmark:
        f"{BENCHMARKS}/homogenise_lai.tsv"
    conda:
        f"{ENVS}/homogenise_lai.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=60,
    params:
        **code("homogenise_lai"),
        settings={"sensors": LAI_SENSORS} | CONFIG.leaf_area.model_dump(mode="json"),
    message:
        "Joining {params.settings[sensors]} to one record of leaf area."
    script:
        "../scripts/homogenise_lai.py"


rule filter_basins:
    """Choose the basins that are fit for learning and give each other one a reason."""
    input:
        monthly=rules.aggregate_basins.output.monthly,
        attributes=caravan_folders("attributes"),
    output:
        ids=f"{AGGREGATE}/basins_passed.txt",
        table=f"{AGGREGATE}/basins_filter.tsv",
    log:
        f"{LOGS}/filter_basins.log",
    benchmark:
        f"{BENCHMARKS}/filter_basins.tsv"
    conda:
        f"{ENVS}/filter_basins.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        **code("filter_basins"),
        settings=CONFIG.basin_filter.model_dump(),
    message:
        "Choosing the basins that are fit for learning."
    script:
        "../scripts/filter_basins.py"


rule assemble_cells:
    """Assemble the monthly forcing and runoff of every land cell."""
    input:
        p=field_files([CONFIG.fields.p], CONFIG.steps[:1]),
        t=field_files([CONFIG.fields.t], CONFIG.steps[:1]),
        pet=branch(
            CONFIG.fields.pet != "oudin", then=field_files([CONFIG.fields.pet], CONFIG.steps[:1])
        ),
        q=field_files([CONFIG.fields.q], CONFIG.steps[:1]),
    output:
        monthly=f"{AGGREGATE}/cells_monthly.nc",
    log:
        f"{LOGS}/assemble_cells.log",
    benchmark:
        f"{BENCHMARKS}/assemble_cells.tsv"
    conda:
        f"{ENVS}/assemble_cells.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=60,
    params:
        **code("assemble_cells"),
        settings={"pet": CONFIG.fields.pet},
    message:
        "Assembling the land cells."
    script:
        "../scripts/assemble_cells.py"
