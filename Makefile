# Everything that is done to this repository by command. Needs Python 3.11 or later and make; the rest
# is installed into .venv, at the versions of constraints.txt.

PYTHON3 ?= $(shell command -v python3.11 || command -v python3)
VENV    := .venv
PYTHON  := $(VENV)/bin/python
STAMP   := $(VENV)/.stamp
TYPES   := .typeroot/fgc
ROOTS   := compiler runtime targets templates
CHECKED := compiler runtime targets tests examples setup.py

# Two workers of one thread each: the tests are many and small. A training run has all the cores.
WORKERS ?= 2
unit: export OMP_NUM_THREADS = 1
# The checkers are what constraints.txt says they are; a newer one is no news here.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
export PYRIGHT_PYTHON_GLOBAL_NODE := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help venv test lint types contracts unit nightly bench demo format clean

help:  ## What there is
	@sed -n 's/^\([a-z]*\):.*  ## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 18

venv: $(STAMP) $(TYPES)  ## Set up .venv; done again when pyproject.toml, setup.py or constraints.txt change

test: lint types contracts unit  ## All that must pass before a commit

lint: venv
	$(PYTHON) -m ruff check $(CHECKED)
	$(PYTHON) -m black --check $(CHECKED)

types: venv
	$(PYTHON) -m pyright

contracts: venv
	$(VENV)/bin/lint-imports --no-cache

unit: venv
	$(PYTHON) -m pytest -n $(WORKERS) -m "not nightly"

nightly: venv  ## Long tests: fuzzing, kill storms, full runs
	$(PYTHON) -m pytest -n $(WORKERS) -m nightly
	$(MAKE) demo

bench: venv  ## Speed against peers, as ratios
	$(PYTHON) -m tests.bench

demo: venv  ## Build examples/tiny_llama, train it, and look at the result
	$(PYTHON) examples/tiny_llama/demo.py

format: venv  ## Let ruff and black mend what they can
	$(PYTHON) -m ruff check --fix --quiet $(CHECKED)
	$(PYTHON) -m black --quiet $(CHECKED)

clean:  ## Remove what the commands above left, .venv too
	rm -rf $(VENV) .typeroot build dist fgc.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(STAMP): pyproject.toml setup.py constraints.txt
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "fgc needs Python 3.11 or later: make PYTHON3=/path/to/python3.11" >&2; exit 1; }
	test -x $(PYTHON) || $(PYTHON3) -m venv $(VENV)
	$(PYTHON) -m pip install --quiet -c constraints.txt -e '.[dev]'
	@touch $@

# pyright cannot follow an editable install whose folders are mapped to other names: it gets links.
$(TYPES): Makefile
	@mkdir -p $@
	@for root in $(ROOTS); do ln -sfn ../../$$root $@/$$root; done
	@touch $@
