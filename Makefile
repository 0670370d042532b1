# make run    set up what is missing and run the workflow (default: the miniature planet, offline)
# make test   set up what is missing and run all checks and tests
#
#   make run CONFIG=config/real_sample.yaml CORES=4 TARGET=publish_capacity

SHELL := /bin/bash
CONFIG ?= config/config.yaml
CORES ?= all
TARGET ?=
PYTEST ?=
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SETUP := $(VENV)/.set-up
RUN = $(or $(shell sed -n 's/^run: *[^A-Za-z0-9_.-]*\([A-Za-z0-9_.-]*\).*/\1/p' $(CONFIG)),planet)
REPORT = results/$(RUN)/report.html
# In every such span Snakemake 9 looks at all waiting jobs again, once for each job that has ended.
# With its own span of a second that was two fifths of what its main process did in a run of 120
# jobs, in which it took an eighth of a core.
SNAKEMAKE = $(BIN)/snakemake --configfile $(CONFIG) --max-jobs-per-timespan 100/5s
# Byte-compiled files make every job start seconds faster.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run report test check setup clean

run: setup
	$(SNAKEMAKE) --cores $(CORES) $(TARGET)
	@$(if $(TARGET),,$(MAKE) --no-print-directory report CONFIG=$(CONFIG))

# One HTML file with all figures, made anew when a result or a caption is newer than it.
report: setup
	@if [ ! -e $(REPORT) ] || \
	  [ -n "$$(find results/$(RUN) resources/captions -type f -newer $(REPORT) -print -quit)" ]; then \
	  $(SNAKEMAKE) --report $(REPORT); fi
	@echo "Report: $(REPORT)"

test: check
	$(BIN)/python -m pytest $(PYTEST)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint
	$(BIN)/codespell

setup: $(SETUP)

$(SETUP): requirements.lock.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || \
	  { echo "Vadose needs Python 3.11 to 3.13 as '$(PYTHON)' (or: make PYTHON=/path/to/python)."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "Python's venv is missing: install it with 'apt install python3-venv'."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

clean:
	rm -rf $(VENV) .snakemake
