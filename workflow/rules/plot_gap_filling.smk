# Draw the filled gap: where and how well storage was reconstructed, and the droughts in it.
#
# Needs: the gap-free record, the river basins, droughts and the scores of evaluate_gap_filling.smk.
# Makes: maps of skill, series of river basins, maps of the drought index, an animation; the
# comparison with the published record, and with the planet's truth.


rule map_storage_skill:
    """Map how well the product's method follows storage in the test months."""
    input:
        skill=rules.evaluate_gap_filling.output.skill,
        land=LAND,
    output:
        png=report(
            f"{FIGURES}/gap_filling/skill.png",
            caption=f"{CAPTIONS}/storage_skill.rst",
            category="Water storage without gaps",
            labels={"what": "skill", "of": "cells", "form": "map"},
        ),
        pdf=f"{FIGURES}/gap_filling/skill.pdf",
    log:
        f"{LOGS}/map_storage_skill.log",
    benchmark:
        f"{BENCHMARKS}/map_storage_skill.tsv"
    conda:
        f"{ENVS}/map_storage_skill.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("map_storage_skill"),
        settings={"method": CONFIG.gap_filling.product},
    message:
        "Mapping the skill of the reconstruction."
    script:
        "../scripts/map_storage_skill.py"


rule plot_river_storage:
    """Draw storage of the largest river basins through the gap."""
    input:
        storage=rules.publish_storage.output.product,
        rivers=rules.delineate_rivers.output.rivers,
    output:
        png=report(
            f"{FIGURES}/gap_filling/rivers.png",
            caption=f"{CAPTIONS}/storage_rivers.rst",
            category="Water storage without gaps",
            labels={"what": "storage", "of": "river basins", "form": "lines"},
        ),
        pdf=f"{FIGURES}/gap_filling/rivers.pdf",
    log:
        f"{LOGS}/plot_river_storage.log",
    benchmark:
        f"{BENCHMARKS}/plot_river_storage.tsv"
    conda:
        f"{ENVS}/plot_river_storage.yaml"
    threads: 1
    resources:
        mem_mb=16000,
        runtime=10,
    params:
        **code("plot_river_storage"),
    message:
        "Drawing storage of river basins."
    script:
        "../scripts/plot_river_storage.py"


rule map_droughts:
    """Map the drought index in the months of the gap."""
    input:
        droughts=rules.find_droughts.output.droughts,
        area=rules.find_droughts.output.area,
        land=LAND,
    output:
        png=report(
            f"{FIGURES}/gap_filling/droughts.png",
            caption=f"{CAPTIONS}/storage_droughts.rst",
            category="Water storage without gaps",
            labels={"what": "drought", "of": "cells", "form": "map"},
        ),
        pdf=f"{FIGURES}/gap_filling/droughts.pdf",
    log:
        f"{LOGS}/map_droughts.log",
    benchmark:
        f"{BENCHMARKS}/map_droughts.tsv"
    conda:
        f"{ENVS}/map_droughts.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=20,
    params:
        **code("map_droughts"),
    message:
        "Mapping the droughts of the gap."
    script:
        "../scripts/map_droughts.py"


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


rule plot_storage_truth:
    """Draw the reconstruction against the true storage of the miniature planet."""
    input:
        planet=rules.build_planet.output.mirror,
        storage=rules.publish_storage.output.product,
        land=LAND,
    output:
        png=report(
            f"{FIGURES}/gap_filling/truth.png",
            caption=f"{CAPTIONS}/storage_truth.rst",
            category="The miniature planet",
            labels={"what": "storage and truth", "of": "cells", "form": "map and lines"},
        ),
        pdf=f"{FIGURES}/gap_filling/truth.pdf",
    log:
        f"{LOGS}/plot_storage_truth.log",
    benchmark:
        f"{BENCHMARKS}/plot_storage_truth.tsv"
    conda:
        f"{ENVS}/plot_storage_truth.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        **code("plot_storage_truth"),
    message:
        "Drawing water storage against the truth."
    script:
        "../scripts/plot_storage_truth.py"


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
