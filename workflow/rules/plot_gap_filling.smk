# Draw the filled gap: where and how well storage was reconstructed, and the droughts in it.
#
# Needs: the gap-free record, the river basins, droughts and the scores of evaluate_gap_filling.smk.
# Makes: maps of skill, series of river basins, maps of the drought index, an animation; the
# comparison with the published record, and with the planet's truth.


rule plot_gap_filling:
    """Draw skill, uncertainty, rivers through the gap, droughts, training curves and the planet's truth."""
    input:
        table=rules.evaluate_gap_filling.output.table,
        reliability=rules.evaluate_gap_filling.output.reliability,
        skill=rules.evaluate_gap_filling.output.skill,
        storage=rules.publish_storage.output.product,
        rivers=rules.delineate_rivers.output.rivers,
        droughts=rules.find_droughts.output.droughts,
        area=rules.find_droughts.output.area,
        histories=branch(TRAINS, then=storage_histories()),
        planet=branch(PLANET, then=rules.build_planet.output.mirror),
        land=LAND,
    output:
        **figure(
            "gap_filling/skill", "storage_skill", "Water storage without gaps", "skill, cells, map"
        ),
        **figure(
            "gap_filling/scores",
            "storage_scores",
            "Water storage without gaps",
            "scores, cells, bars",
        ),
        **figure(
            "gap_filling/reliability",
            "storage_reliability",
            "Water storage without gaps",
            "uncertainty, cells, curves",
        ),
        **figure(
            "gap_filling/rivers",
            "storage_rivers",
            "Water storage without gaps",
            "storage, river basins, lines",
        ),
        **figure(
            "gap_filling/droughts",
            "storage_droughts",
            "Water storage without gaps",
            "drought, cells, map",
        ),
        **figure(
            "gap_filling/training",
            "storage_training",
            "Water storage without gaps",
            "training, networks, curves",
            drawn=TRAINS,
        ),
        **figure(
            "gap_filling/truth",
            "storage_truth",
            "The miniature planet",
            "storage and truth, cells, map and lines",
            drawn=PLANET,
        ),
    log:
        f"{LOGS}/plot_gap_filling.log",
    benchmark:
        f"{BENCHMARKS}/plot_gap_filling.tsv"
    conda:
        f"{ENVS}/plot_gap_filling.yaml"
    threads: 1
    resources:
        mem_mb=16000,
        runtime=30,
    params:
        **code("plot_gap_filling"),
        settings={"method": CONFIG.gap_filling.product},
    message:
        "Drawing water storage without gaps."
    script:
        "../scripts/plot_gap_filling.py"


rule animate_storage:
    """Animate storage through the gap: observed, reconstructed, how sure."""
    input:
        storage=rules.publish_storage.output.product,
        land=LAND,
    output:
        gif=f"{FIGURES}/gap_filling/gap.gif",
        page=report(
            f"{FIGURES}/gap_filling/gap.html",
            caption=f"{CAPTIONS}/storage_animation.rst",
            category="Water storage without gaps",
            labels={"what": "storage", "of": "cells", "form": "animation"},
        ),
    log:
        f"{LOGS}/animate_storage.log",
    benchmark:
        f"{BENCHMARKS}/animate_storage.tsv"
    conda:
        f"{ENVS}/animate_storage.yaml"
    threads: 1
    resources:
        mem_mb=16000,
        runtime=30,
    params:
        **code("animate_storage"),
    message:
        "Animating water storage through the gap."
    script:
        "../scripts/animate_storage.py"


rule map_published_storage:
    """Compare the months of the gap with the published reconstruction."""
    input:
        storage=rules.publish_storage.output.product,
        published=branch(bool(CONFIG.gap_filling.published), then=CONFIG.gap_filling.published),
        land=LAND,
    output:
        table=f"{RESULTS}/evaluate/storage_published.csv",
        png=report(
            f"{FIGURES}/gap_filling/published.png",
            caption=f"{CAPTIONS}/storage_published.rst",
            category="Water storage without gaps",
            labels={"what": "published record", "of": "cells", "form": "map"},
        ),
        pdf=f"{FIGURES}/gap_filling/published.pdf",
    log:
        f"{LOGS}/map_published_storage.log",
    benchmark:
        f"{BENCHMARKS}/map_published_storage.tsv"
    conda:
        f"{ENVS}/map_published_storage.yaml"
    threads: 1
    resources:
        mem_mb=16000,
        runtime=10,
    params:
        **code("map_published_storage"),
    message:
        "Comparing with the published reconstruction."
    script:
        "../scripts/map_published_storage.py"
