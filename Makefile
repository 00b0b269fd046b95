# make demo   set labkit up in .venv and run the main job on the virtual bench
# make test   set labkit up in .venv and check everything that CI checks
# On Windows, where there is no make, the README gives the same steps.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.labkit-ready

DEMO_REPORT := runs/demo.html
DEMO := labkit run ppf_optical --bench demo_optical --virtual --set demo --report $(DEMO_REPORT)

SOURCES := labkit drivers sim_instruments
WORKERS ?= 2

ifneq ($(CI)$(NO_COLOR),)
heading = @printf '\n== %s\n' '$(1)'
else
heading = @printf '\n\033[1m== %s\033[0m\n' '$(1)'
endif

.PHONY: help setup demo test format lint types walls spelling unit explore long validation bench docs-pictures reference constraints clean
.DEFAULT_GOAL := help

help:
	@echo 'make demo            optical paired-pulse facilitation on the virtual bench, to $(DEMO_REPORT)'
	@echo 'make test            what CI checks: format, lint, types, walls, spelling, tests'
	@echo 'make unit            the tests alone'
	@echo 'make explore         the property tests with examples that no run has seen'
	@echo 'make long            the statistical checks in their full form, which takes long'
	@echo 'make validation      section 8 of the metric standard in full, to docs/reference/validation.md; resumed where it stopped'
	@echo 'make bench           benchmarks against raw loops, interleaved in one run'
	@echo 'make format          put the code in order'
	@echo 'make docs-pictures   draw the pictures of the README and the docs again'
	@echo 'make reference       write the pages of metrics, protocols and published devices from what they describe'
	@echo 'make constraints     write constraints.txt from what is installed'
	@echo 'make clean           remove .venv and every cache (not runs/)'

setup: $(READY)

$(READY): pyproject.toml constraints.txt tools/setup_environment.py
	@command -v $(PYTHON) >/dev/null || { echo 'labkit needs Python 3.11 or later: install python3 and python3-venv (Debian, Ubuntu), python3 (Fedora), or python@3.13 (macOS, brew)'; exit 1; }
	@$(PYTHON) tools/setup_environment.py
	@touch $@

demo: $(READY)
	@mkdir -p runs
	$(BIN)/$(DEMO)
	@echo 'The report: $(CURDIR)/$(DEMO_REPORT) (open it in a browser)'

test: lint types walls spelling unit

lint: $(READY)
	$(call heading,format and lint: ruff)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(READY)
	$(call heading,types: mypy --strict)
	@$(BIN)/mypy

walls: $(READY)
	$(call heading,walls between the packages: import-linter)
	@$(BIN)/lint-imports --no-logo

spelling: $(READY)
	$(call heading,spelling: codespell)
	@$(BIN)/codespell && echo 'no misspelling found'

unit: $(READY)
	$(call heading,tests: pytest)
	@$(BIN)/pytest -q -n $(WORKERS) -m 'not long'

explore: $(READY)
	$(call heading,property tests with new examples)
	@$(BIN)/pytest -q -n $(WORKERS) -m 'hypothesis and not long' --hypothesis-profile explore

long: $(READY)
	$(call heading,statistical checks in full: pytest -m long)
	@$(BIN)/pytest -q -n $(WORKERS) -m long --timeout 3600

validation: $(READY)
	$(call heading,section 8 of the metric standard in full)
	@$(BIN)/python -m benchmarks.validation --trials 1000 --page

bench: $(READY)
	$(call heading,benchmarks)
	@$(BIN)/python -m benchmarks

format: $(READY)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs-pictures: $(READY)
	@$(BIN)/python docs/pictures/make_pictures.py
	@$(BIN)/python tools/write_protocols.py --pictures

reference: $(READY)
	@$(BIN)/python tools/write_reference.py
	@$(BIN)/python tools/write_literature.py
	@$(BIN)/python tools/write_protocols.py

constraints: $(READY)
	@$(BIN)/python tools/write_constraints.py

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist build
	find $(SOURCES) tests -name __pycache__ -type d -prune -exec rm -rf {} +
