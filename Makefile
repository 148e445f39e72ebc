# Every target sets up what it needs by itself: a machine with git, make and python3 (with venv) is enough.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OPENSTACK_VENV := .venv-openstack
TOOLS_VENV := .venv-tools
MUTANTS_VENV := .venv-mutants
LOCKS := requirements.lock requirements-dev.lock requirements-tools.lock requirements-mutants.lock \
         tests/openstack/requirements.lock
PIP := -m pip --disable-pip-version-check -qq
# The tests start the program hundreds of times: it is compiled once, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE

# A PYTHON that is named is the one that is used: an environment of another one is made again.
ifneq ($(origin PYTHON),file)
OLD := $(wildcard $(BIN)/python)
ifneq ($(and $(OLD),$(shell $(BIN)/python -VV 2>&1)),$(and $(OLD),$(shell $(PYTHON) -VV 2>&1)))
.PHONY: $(BIN)/python $(VENV)/.installed $(VENV)/.installed-dev
REMOVE_OLD := rm -rf $(VENV)
endif
endif

.PHONY: help install demo test check format test-openstack screenshots recordings disks bench mutants lock audit clean

help: ## what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "The Imaging Console needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
	       "Name another one: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(REMOVE_OLD)
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the Imaging Console into $(VENV) …"
	@$(BIN)/python $(PIP) install --require-hashes -r requirements.lock
	@$(BIN)/python $(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	@echo "Installing what tests and checks need into $(VENV) …"
	@$(BIN)/python $(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

install: $(VENV)/.installed ## the environment, with the command .venv/bin/imaging

demo: $(VENV)/.installed ## the console on the demonstration cloud
	@$(BIN)/imaging --demo

# Four workers that begin at once would each compile all tests; here each is compiled once, a half on each core.
COMPILE_TESTS := $(BIN)/python -m pytest --collect-only -qq -p no:cacheprovider
HALF_OF_TESTS := tests/runs/ tests/guest/ tests/screens/ tests/cloud/
$(VENV)/.tests-compiled: $(VENV)/.installed-dev $(shell find tests -name '*.py' 2>/dev/null)
	@$(COMPILE_TESTS) $(HALF_OF_TESTS) >/dev/null & \
	  $(COMPILE_TESTS) $(filter-out $(HALF_OF_TESTS),$(wildcard tests/*/)) >/dev/null; wait
	@touch $@

test: $(VENV)/.tests-compiled ## all tests but those that need a real OpenStack
	@$(BIN)/python -m pytest -n 4 --dist worksteal

check: $(VENV)/.installed-dev ## style, types, and which room may import which
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.installed-dev ## put the code into shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# The services of a real OpenStack are pinned for, and seen to work with, these interpreters.
OPENSTACK_PYTHON ?= $(shell for python in python3.11 python3.12 python3; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null \
	  && { command -v $$python; break; }; done)

$(OPENSTACK_VENV)/.installed: tests/openstack/requirements.lock
	@test -n "$(OPENSTACK_PYTHON)" || { \
	  echo "make test-openstack needs Python 3.11 or 3.12 for the OpenStack services." \
	       "Name one: make OPENSTACK_PYTHON=/path/to/python3.11 test-openstack" >&2; exit 1; }
	@echo "Installing a real OpenStack into $(OPENSTACK_VENV) (700 MB, a minute or two) …"
	@$(OPENSTACK_PYTHON) -m venv $(OPENSTACK_VENV)
	@$(OPENSTACK_VENV)/bin/python $(PIP) install --require-hashes -r tests/openstack/requirements.lock
	@touch $@

ifdef IMAGING_TEST_CLOUD
test-openstack: $(VENV)/.installed-dev ## contract tests and the main job on a real OpenStack, or on the cloud IMAGING_TEST_CLOUD
	@$(BIN)/python tests/openstack/run.py
else
test-openstack: $(VENV)/.installed-dev $(OPENSTACK_VENV)/.installed
	@$(BIN)/python tests/openstack/run.py --stack-python $(CURDIR)/$(OPENSTACK_VENV)/bin/python
endif

screenshots: $(VENV)/.installed-dev ## the pictures in screenshots/, from the demonstration cloud
	@$(BIN)/python screenshots/make.py

recordings: $(VENV)/.installed-dev ## what the demonstration cloud's guests tell, by the real probe (root, rpm, apt)
	@$(BIN)/python -m tests.guest.recordings

disks: $(VENV)/.installed-dev ## what the demonstration cloud's images hold, from the trees of the same guests (root, mkfs, sfdisk)
	@$(BIN)/python -m tests.guest.recordings.disks
	@$(BIN)/python -m tests.guest.recordings.inventories

bench: $(VENV)/.installed-dev ## timings, as ratios within one run
	@$(BIN)/python -m bench

$(MUTANTS_VENV)/.installed: requirements.lock requirements-dev.lock requirements-mutants.lock | $(BIN)/python
	@echo "Installing what breaks the program on purpose into $(MUTANTS_VENV) …"
	@$(BIN)/python -m venv $(MUTANTS_VENV)
	@$(MUTANTS_VENV)/bin/python $(PIP) install --require-hashes $(foreach lock,$(filter %.lock,$^),-r $(lock))
	@touch $@

mutants: $(MUTANTS_VENV)/.installed ## do the tests notice a fault in what acts on a user's machine? FILES="imaging/runs/steps/claim.py …"
	@$(MUTANTS_VENV)/bin/python -m tests.mutants $(FILES)

$(TOOLS_VENV)/.installed: requirements-tools.lock | $(BIN)/python
	@echo "Installing what looks after the lock files into $(TOOLS_VENV) …"
	@$(BIN)/python -m venv $(TOOLS_VENV)
	@$(TOOLS_VENV)/bin/python $(PIP) install --require-hashes -r requirements-tools.lock
	@touch $@

lock: $(TOOLS_VENV)/.installed ## new versions into the lock files
	@for job in "requirements.lock pyproject.toml --group build" \
	            "requirements-dev.lock --group test --group check --group bench -c requirements.lock" \
	            "requirements-tools.lock --group tools" \
	            "requirements-mutants.lock --group mutants -c requirements.lock -c requirements-dev.lock" \
	            "tests/openstack/requirements.lock --group openstack"; do \
	  set -- $$job; out=$$1; shift; \
	  $(TOOLS_VENV)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --no-annotate "$$@" -o $$out || exit 1; done

audit: $(TOOLS_VENV)/.installed ## the locked versions against known vulnerabilities
	@$(TOOLS_VENV)/bin/python .ci/audit.py $(LOCKS)

clean: ## remove all environments
	@rm -rf $(VENV) $(OPENSTACK_VENV) $(TOOLS_VENV) $(MUTANTS_VENV) mutants
