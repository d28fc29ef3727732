# Sets the course up and runs it. `make help` lists what there is.

PYTHON ?= python3
BIN := $(if $(filter Windows_NT,$(OS)),.venv/Scripts,.venv/bin)
RUN := $(BIN)/python -m
READY := .venv/.set-up
PYTEST := $(RUN) pytest -n 2 --dist loadfile
GROUPS := --group test --group author --group install
LOCKING := --universal --generate-hashes --no-header --no-annotate --quiet

.DEFAULT_GOAL := help
.PHONY: help setup study teach doctor test check style assignments site gallery bench lock

# An environment that was moved keeps its old path in every script: such a one is made again.
ifneq ($(shell cat $(READY) 2>/dev/null),$(CURDIR))
.PHONY: $(READY)
FRESH := --clear
endif

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: $(READY) ## Make .venv and install the locked packages (quick when nothing has changed)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { echo \
	  "The course needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || true)." \
	  "Install one, or name the one to use: make setup PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c "import ensurepip, venv" || { echo "This Python cannot make virtual environments." \
	  "On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info >= (3, 15))" || echo "Note: the locked packages" \
	  "are made for Python 3.11 to 3.14. If this stops, name one of those: make setup PYTHON=python3.14"
	@echo "Setting up .venv from requirements.lock: about a minute, longer the first time."
	@$(PYTHON) -m venv $(FRESH) .venv
	@awk '/^uv==/{on = 1} on; on && !/\\$$/{exit}' requirements.lock > .venv/uv.txt
	@$(RUN) pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r .venv/uv.txt
	@$(RUN) uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements.lock
	@$(RUN) uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@printf '%s' "$(CURDIR)" > $@

study: setup ## Open JupyterLab on your own copy of the lessons, in my-work
	@$(RUN) cjpolicy.cli study $(ARGS)

teach: setup ## Open JupyterLab with nbgrader's teaching pages
	@$(RUN) cjpolicy.cli teach $(ARGS)

doctor: setup ## Say what is wrong with this set-up, if anything
	@$(RUN) cjpolicy.cli doctor

test: style ## Run every check and every test
	$(PYTEST)

check: style ## Run the quick checks, in under three minutes
	$(PYTEST) -m "not slow and not browser and not grading and not network"

style: setup ## Check the code's style and types
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy

assignments: setup ## Make the release notebooks in assignments/ from solutions/
	$(RUN) cjpolicy.grading.release

site: setup ## Make the lessons into pages that open from disk, in site/
	@$(RUN) cjpolicy.cli site $(ARGS)

gallery: setup ## Take pictures of every page in both themes, to look through, in gallery/
	@$(RUN) tests.gallery $(ARGS)

bench: setup ## Measure what readers wait for (best on a quiet machine)
	@$(RUN) tests.benchmarks $(ARGS)

lock: ## Write requirements.lock again from pyproject.toml (newest versions: ARGS=--upgrade)
	@test -f $(READY) || $(MAKE) setup
	$(RUN) uv pip compile $(LOCKING) $(GROUPS) $(ARGS) pyproject.toml --output-file requirements.lock
