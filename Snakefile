# Vadose: from public observations to maps of how much water the land holds.
import os
import sys

from snakemake.utils import min_version

min_version("9.0")
sys.path.insert(0, f"{workflow.basedir}/workflow")
# Scripts run the package of this checkout, whatever else is installed.
os.environ.update(PYTHONPATH=sys.path[0])


configfile: "config/config.yaml"


report: "resources/captions/workflow.rst"


for stage in (
    "common targets learning learning_gap_filling learning_regionalization learning_root_zone "
    "retrieve aggregate calibrate capacity capacity_checks evaluate evaluate_capacity "
    "concepts evaluate_concepts gap_filling evaluate_gap_filling plot_gap_filling "
    "regionalization evaluate_regionalization root_zone evaluate_root_zone evaluate_storage "
    "publish overview check deposit"
).split():

    include: f"workflow/rules/{stage}.smk"


rule all:
    default_target: True
    input:
        everything(),
        rules.check_results.output,
    message:
        "Everything this run makes."


onstart:
    save_config(config)
