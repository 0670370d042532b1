# Evaluate the filled gap: what the reconstructions are worth, and what the gap-free record tells.
#
# Needs: the maps that were learnt from, the reconstruction of every method, elevation or polygons of
# river basins.
# Makes: river basins; the gap-free record of storage (products/storage.nc); the table of all scores;
# droughts as maps and tables; bars of scores, the honesty of the uncertainty, training curves.

RECONSTRUCTED = {
    method: f"{GAP_FILLING}/reconstructed/{method}.nc" for method in CONFIG.gap_filling.methods
}


rule delineate_rivers:
    """Find the river basins that storage is averaged over."""
    input:
        maps=rules.prepare_gap_filling.output.maps,
        elevation=branch(
            CONFIG.gap_filling.river_basins == "drainage" and CONFIG.fields.topography != "none",
            then=f"{AGGREGATE}/fields/{CONFIG.steps[1]:g}/{CONFIG.fields.topography}/static.nc",
        ),
        polygons=branch(
            CONFIG.gap_filling.river_basins != "drainage", then=CONFIG.gap_filling.river_basins
        ),
    output:
        rivers=f"{GAP_FILLING}/rivers.npz",
    log:
        f"{LOGS}/delineate_rivers.log",
    benchmark:
        f"{BENCHMARKS}/delineate_rivers.tsv"
    conda:
        f"{ENVS}/delineate_rivers.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        **code("delineate_rivers"),
    message:
        "Finding river basins."
    script:
        "../scripts/delineate_rivers.py"


rule evaluate_gap_filling:
    """Score every reconstruction in the test months, with its uncertainty."""
    input:
        maps=rules.prepare_gap_filling.output.maps,
        rivers=rules.delineate_rivers.output.rivers,
        reconstructed=list(RECONSTRUCTED.values()),
    output:
        metrics=f"{RESULTS}/evaluate/storage.parquet",
        table=f"{RESULTS}/evaluate/storage.csv",
        reliability=f"{RESULTS}/evaluate/storage_reliability.csv",
        skill=f"{RESULTS}/evaluate/storage_skill.nc",
        page=report(
            f"{RESULTS}/evaluate/storage.html",
            caption=f"{CAPTIONS}/storage_scores.rst",
            category="Water storage without gaps",
            labels={"what": "scores", "of": "cells", "form": "table"},
        ),
    log:
        f"{LOGS}/evaluate_gap_filling.log",
    benchmark:
        f"{BENCHMARKS}/evaluate_gap_filling.tsv"
    conda:
        f"{ENVS}/evaluate_gap_filling.yaml"
    threads: 1
    resources:
        mem_mb=16000,
        runtime=60,
    params:
        **code("evaluate_gap_filling"),
        settings={"methods": list(RECONSTRUCTED)},
    message:
        "Scoring the reconstructions of water storage."
    script:
        "../scripts/evaluate_gap_filling.py"


rule publish_storage:
    """Join observed and reconstructed storage to a record without gaps."""
    input:
        maps=rules.prepare_gap_filling.output.maps,
        reconstructed=RECONSTRUCTED[CONFIG.gap_filling.product],
    output:
        product=f"{RESULTS}/products/storage.nc",
    log:
        f"{LOGS}/publish_storage.log",
    benchmark:
        f"{BENCHMARKS}/publish_storage.tsv"
    conda:
        f"{ENVS}/publish_storage.yaml"
    threads: 1
    resources:
        mem_mb=16000,
        runtime=30,
        configuration=MERGED_CONFIG,
    params:
        **code("publish_storage"),
        settings={
            "method": CONFIG.gap_filling.product,
            "recalibrate": CONFIG.gap_filling.recalibrate,
            **origin_of(sources_of_gap_filling().values()),
        },
    message:
        "Writing the gap-free record of water storage."
    script:
        "../scripts/publish_storage.py"


rule find_droughts:
    """Find droughts: index and classes by cell, events and area of river basins."""
    input:
        storage=rules.publish_storage.output.product,
        rivers=rules.delineate_rivers.output.rivers,
    output:
        droughts=f"{RESULTS}/products/droughts.nc",
        events=f"{RESULTS}/evaluate/drought_events.csv",
        area=f"{RESULTS}/evaluate/drought_area.csv",
    log:
        f"{LOGS}/find_droughts.log",
    benchmark:
        f"{BENCHMARKS}/find_droughts.tsv"
    conda:
        f"{ENVS}/find_droughts.yaml"
    threads: 1
    resources:
        mem_mb=16000,
        runtime=30,
        configuration=MERGED_CONFIG,
    params:
        **code("find_droughts"),
        settings={
            "reference": days_of(CONFIG.gap_filling.drought_reference),
            **origin_of(sources_of_gap_filling().values()),
        },
    message:
        "Finding droughts."
    script:
        "../scripts/find_droughts.py"
