# The manual: `make run` plays an example edition, `make test` runs every test, `make check` the
# fast ones with lint, types and walls. Needs Python 3.11 or newer, and make.
PYTHON ?= python3
BIN := .venv/bin
DISTRIBUTIONS := contracts infra/runtime services/enrollment services/attendance \
	services/assessment services/credential infra/local
OUT ?= out/mg-4

.PHONY: all run test check lint types walls format lock bench clean

all: .venv/ready

.venv/ready: requirements.lock pyproject.toml $(DISTRIBUTIONS:%=%/pyproject.toml)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; $(PYTHON) is older. Try: make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --no-build-isolation $(DISTRIBUTIONS:%=-e %)
	@touch $@

run: .venv/ready
	$(BIN)/ijaza run examples/mg-4 --out $(OUT)

test: .venv/ready
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: .venv/ready lint types walls
	$(BIN)/python -m pytest -n 2 -q -m "not slow"

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/ready
	MYPYPATH=$(subst $(eval ) ,:,$(DISTRIBUTIONS)) $(BIN)/mypy contracts/ijaza_contracts infra/runtime/ijaza_runtime infra/local/ijaza_local \
		services/*/ijaza_* tests bench infra/docker/closure.py examples/partner examples/kiosk

walls: .venv/ready
	$(BIN)/lint-imports

format: .venv/ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: .venv/ready
	$(BIN)/uv lock --quiet --upgrade
	$(BIN)/uv export --quiet --all-packages --all-groups --no-emit-workspace --no-emit-project \
		--format requirements-txt --no-header --no-annotate -o requirements.lock
	$(BIN)/python infra/docker/closure.py write

bench: .venv/ready
	$(BIN)/python -m bench.edition
	$(BIN)/python -m bench.fold
	$(BIN)/python -m bench.scans
	$(BIN)/python -m bench.kiosk
	$(BIN)/python -m bench.issuing
	$(BIN)/python -m bench.verification

clean:
	rm -rf .venv out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
