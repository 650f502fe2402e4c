# make check   set up .venv, prove every shipped theory, verify ratecert.lock, run the short
#              numeric confrontation, write build/appendix/
# make test    set up .venv with the test tools, run linters, types and every test
# make pyz     build/ratecert-verify.pyz: verifies a lock with nothing but a Python interpreter
# make coverage  which branches of the kernel do its tests not take?
# make guards    remove each guard of the kernel in turn: does a test notice? (half an hour; it resumes)
# make clean   remove what these made
#
# PYTHON=python3.12         which interpreter .venv is made from (3.11 or later; torch: see below)
# PIP_ARGS='...'            passed to every pip install. PyPI's torch for Linux brings several GB of
#                           CUDA; for CPU wheels: PIP_ARGS='--extra-index-url https://download.pytorch.org/whl/cpu'
# PYTEST_ARGS='-n auto'     passed to pytest

PYTHON ?= python3
PIP_ARGS ?=
PYTEST_ARGS ?=
# Tests of what must also hold with asserts stripped: the kernel, its models, attacks on it, planted
# falsehoods about sgd and norms, and exact scenarios. What is planted in adamw tries whether long
# searches end in a refusal, and takes minutes; hostile locks are refused before the kernel infers.
O_TESTS ?= tests/kernel tests/models tests/attack tests/numeric_checks/scenarios \
	tests/planted/test_rule_applications.py tests/planted/test_claims_and_scripts.py \
	tests/planted/test_sgd_rate.py tests/planted/test_sgd_steps.py tests/planted/test_norms.py \
	--ignore=tests/attack/test_hostile_locks.py --ignore=tests/models/test_random_models.py

VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -c constraints.txt

# One thread each: the machine may be shared, and parallel tests multiply.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export NUMEXPR_NUM_THREADS := 1

.PHONY: check test pyz coverage guards clean

check: $(VENV)/installed-check
	$(BIN)/ratecert check --locked
	$(BIN)/ratecert verify
	$(BIN)/ratecert campaign run quick
	$(BIN)/ratecert latex --results quick -o build/appendix
	$(BIN)/ratecert report adamw --campaign quick -o build/report.html

test: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest $(PYTEST_ARGS)
	$(BIN)/python -O -P -m pytest -p no:cacheprovider $(PYTEST_ARGS) $(O_TESTS)

# setuptools would pack what it finds left in build/lib, too.
pyz: $(VENV)/installed-check
	rm -rf build/lib build/bdist.* build/wheel
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-index --no-deps \
		--no-build-isolation --wheel-dir build/wheel .
	$(BIN)/python -m ratecert.proofs.record.zipapp build/wheel/*.whl -o build/ratecert-verify.pyz

coverage: $(VENV)/installed-test
	$(BIN)/python -m coverage run --rcfile=tests/guards/coverage.cfg -m pytest $(PYTEST_ARGS) tests/kernel
	$(BIN)/python tests/tools/coverage_report.py

guards: $(VENV)/installed-test
	$(BIN)/python tests/guards $(GUARDS_ARGS)

# setuptools comes first and pinned, so that the build needs no isolated (and unpinned) environment.
$(VENV)/installed-%: pyproject.toml constraints.txt | $(BIN)/python
	@echo 'Installing ratecert[$(EXTRAS)] into $(VENV); the first time this takes a minute or two.'
	$(PIP_INSTALL) setuptools
	$(PIP_INSTALL) --no-build-isolation --editable '.[$(EXTRAS)]'
	touch $@

$(VENV)/installed-check: EXTRAS := numeric
$(VENV)/installed-test: EXTRAS := numeric,sdp,smt,test

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'ratecert needs Python 3.11 or later: make PYTHON=python3.11 ...' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

clean:
	rm -rf $(VENV) build dist src/ratecert.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
