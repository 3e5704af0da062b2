# What a newcomer and CI type. Everything Python lives in .venv, of this folder alone.

PYTHON ?= $(shell bash .ci/python.sh)
WORKERS ?= 2
BIN := .venv/bin
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options --no-header

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test bench fuzz lint format lock system venv clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/base.stamp ## compile the reference spec, see a fault explained, run two jobs
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash .ci/demo.sh

test: system venv ## set up (system packages too), lint, run every test
	@$(MAKE) --no-print-directory lint; lint=$$?; \
	$(BIN)/python -m pytest -n $(WORKERS) && exit $$lint

bench: venv ## measure start-up, loading and compiling against their floors
	@code=0; for file in tests/benchmarks/bench_*.py; do \
		name=$${file##*/}; $(BIN)/python -m "tests.benchmarks.$${name%.py}" || code=1; \
	done; exit $$code

fuzz: venv ## search the doors for inputs that break them, 20,000 cases each
	HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -n $(WORKERS) -m fuzz -o faulthandler_timeout=0

# Every judge speaks, whatever the one before it found.
lint: venv ## ruff, mypy --strict, the import contracts
	@code=0; \
	$(BIN)/ruff check . || code=1; \
	$(BIN)/ruff format --check . || code=1; \
	$(BIN)/mypy || code=1; \
	$(BIN)/lint-imports --no-logo || code=1; \
	exit $$code

format: venv ## rewrite the sources as ruff would
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: venv ## renew the hashed requirements from pyproject.toml
	$(COMPILE) --upgrade --extra dev --output-file requirements/dev.txt pyproject.toml requirements/build.in
	$(COMPILE) --upgrade --constraint requirements/dev.txt --output-file requirements/base.txt pyproject.toml
	$(COMPILE) --upgrade --constraint requirements/dev.txt --output-file requirements/build.txt requirements/build.in

system: ## install the system packages that the tests need
	@bash .ci/system.sh

venv: .venv/dev.stamp ## .venv with the project and its tools

clean: ## remove what the tools and the set-up left here
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find compiler runtime tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/base.stamp: requirements/base.txt requirements/build.txt pyproject.toml
	bash .ci/venv.sh "$(PYTHON)" requirements/base.txt
	@touch $@

.venv/dev.stamp: requirements/dev.txt pyproject.toml
	bash .ci/venv.sh "$(PYTHON)" requirements/dev.txt
	@touch $@ .venv/base.stamp
