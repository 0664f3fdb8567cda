# OmniSync's everyday commands. `make help` lists them; ARGS="..." is passed on.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PINS_VENV := build/pins

.DEFAULT_GOAL := help
.PHONY: help setup demo test sim crash ssh bench pictures lint fix pins clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

setup: $(STAMP) ## everything that the other commands need, into .venv (a second call is instant)
	@:

demo: $(STAMP) ## run a sample shop with three pretended stores: ARGS="--headless --for 20"
	@$(BIN)/omnisync demo $(ARGS)

test: $(STAMP) ## all the tests: ARGS="tests/unit -k money"
	@$(BIN)/pytest -n 3 $(ARGS)

sim: $(STAMP) ## play a whole shop under faults: ARGS="--seed 7 --days 2"
	@$(BIN)/python -m tests.simulation $(ARGS)

crash: $(STAMP) ## kill the daemon a thousand times and prove that nothing is lost: ARGS="--kills 200 --seed 7"
	@$(BIN)/python -m tests.crash $(ARGS)

ssh: $(STAMP) ## the screens over a real sshd (needs tmux, openssh-server and openssh-client)
	@$(BIN)/pytest tests/integration/test_sshd.py $(ARGS)

bench: $(STAMP) ## how fast, one JSON line per figure
	@$(BIN)/python -m tests.bench $(ARGS)

pictures: $(STAMP) ## take the README's pictures of the screens anew, into docs/pictures
	@$(BIN)/python -m tests.tui.photographs

lint: $(STAMP) ## style, types, and who may import whom
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fix: $(STAMP) ## put right what can be put right by machine
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

# Versions and hashes only: whoever installs it takes the packages from where they always do. Made with the oldest
# Python that is supported, because a newer one needs fewer packages: make pins PYTHON=python3.11
pins: ## choose the newest versions that pyproject.toml allows and write requirements.txt (takes minutes)
	@$(PYTHON) -m venv --clear $(PINS_VENV)
	@$(PINS_VENV)/bin/pip install --quiet --disable-pip-version-check pip-tools
	@$(PINS_VENV)/bin/python -c 'import tomllib; p = tomllib.load(open("pyproject.toml", "rb")); \
		print(*p["project"]["dependencies"], *p["dependency-groups"]["dev"], sep="\n")' > $(PINS_VENV)/pyproject.in
	@$(PINS_VENV)/bin/pip-compile --quiet --no-config --generate-hashes --upgrade --strip-extras --no-allow-unsafe \
		--no-header --no-emit-options --output-file $(PINS_VENV)/pinned.txt $(PINS_VENV)/pyproject.in
	@{ echo '# Every package that OmniSync and its tests run on. Written by `make pins`; edit pyproject.toml instead.'; \
		sed -e '/^-/d' -e '/:\/\//d' -e 's#-r $(PINS_VENV)/pyproject.in#pyproject.toml#' $(PINS_VENV)/pinned.txt; } > requirements.txt

clean: ## remove what the commands above made
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(STAMP): requirements.txt pyproject.toml
	@$(BIN)/python -m pip --version > /dev/null 2>&1 || $(MAKE) --no-print-directory $(VENV)
	@echo "Installing what OmniSync needs into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src plugins
	@touch $@

.PHONY: $(VENV)
$(VENV):
	@command -v $(PYTHON) > /dev/null || \
		{ echo "Python is missing. Install it with: sudo apt install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "OmniSync needs Python 3.11 or newer, and $$($(PYTHON) --version) was found. Name another one: make PYTHON=python3.12 setup" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || \
		{ echo "This Python can't make virtual environments. Install what is missing with: sudo apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
