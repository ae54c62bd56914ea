# Two commands do all the set-up: `make demo` and `make test`.
PORT ?= 8000
PYTHON ?= python3
BIN := .venv/bin
RUNTIME := .venv/runtime.stamp
DEV := .venv/dev.stamp

.PHONY: demo test lint bench campaigns lock clean

demo: $(RUNTIME)  ## A living system on http://localhost:$(PORT); Ctrl-C stops it
	@SAD_BASE_URL=$${SAD_BASE_URL:-http://localhost:$(PORT)} $(BIN)/flask --app app demo --port $(PORT)

test: $(DEV) lint  ## Everything: both engines, the walks, the browser
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -p no:cacheprovider tests
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -p no:cacheprovider --db postgresql -m "not engine_free" tests

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(DEV)  ## Ratios to a yardstick measured in the same run, size S
	$(BIN)/python -m benchmarks

campaigns: $(DEV)  ## Every campaign from where it stopped (MINUTES=30 shares that time among them), then docs/trust-report.md
	$(BIN)/python -m tests.campaigns $(if $(MINUTES),--minutes=$(MINUTES))

lock:  ## Renew the locked requirements from pyproject.toml (needs `uv`)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --upgrade pyproject.toml -o config/requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --upgrade --extra dev pyproject.toml -o config/requirements-dev.txt

clean:
	rm -rf .venv var .pytest_cache .mypy_cache .ruff_cache

$(RUNTIME): config/requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r config/requirements.txt
	@touch $@

$(DEV): config/requirements-dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r config/requirements-dev.txt
	@touch $@ $(RUNTIME)
