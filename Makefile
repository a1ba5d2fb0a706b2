# Parquay. `make` alone lists the targets; each line after a double hash is its description.

UV_VERSION := 0.13.9
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
# Compiled once here and not at the first start, or at every start where Python is told to write no bytecode.
export UV_COMPILE_BYTECODE := 1

# An environment holds absolute paths: its stamps carry the place, so that a moved clone is installed again.
PLACE := $(shell pwd | cksum | cut -d ' ' -f 1)
PYTHON_STAMP := .venv/.serve-$(PLACE)
TESTS_STAMP := .venv/.tests-$(PLACE)
CLIENT_STAMP := client/node_modules/.installed
BUILD_STAMP := client/dist/.built
NODE_CLIENTS_STAMP := tests/e2e/node/node_modules/.installed
GENERATOR_STAMP := .cache/generated/.installed-$(PLACE)
NODE_SERVERS_STAMP := tests/bench/node/node_modules/.installed
BENCH_STAMP := .venv/.bench-$(PLACE)
ENGINE_STAMP := .venv/.engine-$(PLACE)
DOCS_STAMP := .venv/.docs-$(PLACE)
COVERAGE_STAMP := .venv/.coverage-$(PLACE)
NATIVE := backend/build_native.py $(wildcard backend/parquay/columns/native/*)
BROWSER := .cache/chromium
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help serve wheel docs containers test lint format types architecture unit client browser e2e large chaos coverage bench pollock pictures build clean distclean
.DELETE_ON_ERROR:

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ------------------------------------------------------------------------------------------ for users
serve: $(PYTHON_STAMP) $(BUILD_STAMP) ## install what is missing, then serve the page and the API on http://127.0.0.1:8000
	@exec $(BIN)/parquay serve --with-parent $$PPID

test: .cache/uv $(TESTS_STAMP) $(CLIENT_STAMP) $(BUILD_STAMP) $(NODE_CLIENTS_STAMP) $(GENERATOR_STAMP) $(BROWSER) ## install what is missing, then run every suite, even after one failed
	@exec $(BIN)/python .ci/suites.py $(MAKE) lint types architecture unit + client e2e

# ------------------------------------------------------------------------------------- one suite each
lint: $(TESTS_STAMP) $(CLIENT_STAMP) ## Ruff and Biome: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	cd client && npm run --silent lint

types: $(TESTS_STAMP) $(CLIENT_STAMP) ## mypy (the package strictly, the tests too) and tsc
	$(BIN)/mypy
	cd client && npm run --silent types

architecture: $(TESTS_STAMP) ## which module may import which
	$(BIN)/lint-imports

# Three processes on two cores: tests wait for servers, disks and clocks a third of their time. What pytest makes of the test
# modules is kept even where Python is told to write no bytecode: it is ten seconds of work for each process.
unit: export PYTHONDONTWRITEBYTECODE :=
unit: $(TESTS_STAMP) $(BUILD_STAMP) $(NODE_CLIENTS_STAMP) $(GENERATOR_STAMP) ## pytest: also with real servers, foreign upload clients, 2 GB, kill -9
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not long" $(ARGS)

client: $(PYTHON_STAMP) $(CLIENT_STAMP) ## Vitest: the web client's parts, and its types against the server
	cd client && npm run --silent test

e2e: $(PYTHON_STAMP) $(BUILD_STAMP) $(BROWSER) ## Playwright: the web client in Chromium against a real server
	cd client && CHROMIUM="$$(cat ../$(BROWSER))" npm run --silent e2e

large: $(TESTS_STAMP) $(BUILD_STAMP) $(NODE_CLIENTS_STAMP) $(GENERATOR_STAMP) $(BROWSER) $(ENGINE_STAMP) $(DOCS_STAMP) ## pytest: uploads of 2 GB and 1,000 that wait, memory watched (needs 10 GB of disk); 1,600 edits on PostgreSQL; generated requests
	EXPLORE=1 $(BIN)/python -m pytest -m "large or long" $(ARGS)

chaos: $(TESTS_STAMP) ## pytest: kill the server at random, ROUNDS times (default 500)
	CHAOS_ROUNDS=$(or $(ROUNDS),500) $(BIN)/python -m pytest -m chaos --timeout 7200 $(ARGS)

# Absolute, for servers that run in folders of their own. What is killed in the midst of its work tells nothing of it. How
# much memory a server needs is not measured while it is watched.
coverage: export COVERAGE_FILE := $(CURDIR)/.cache/coverage/data
coverage: $(COVERAGE_STAMP) $(BUILD_STAMP) $(NODE_CLIENTS_STAMP) $(GENERATOR_STAMP) ## pytest: how many of the package's lines and branches the tests run; 90 % at least
	rm -rf .cache/coverage
	$(BIN)/coverage run -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not long" --deselect tests/test_server.py $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# ------------------------------------------------------------------------------------------ for makers
bench: $(BENCH_STAMP) $(NODE_SERVERS_STAMP) ## measure beside the peers and write docs/benchmarks.md (ARGS="uploads --quick": less)
	cd tests && ../$(BIN)/python -m bench $(ARGS)

wheel: $(BUILD_STAMP) | .cache/uv ## build a wheel that serves without a clone and without Node.js, and the sources as an archive, into dist/
	@.cache/uv build --quiet --wheel --sdist --out-dir dist

docs: $(DOCS_STAMP) ## build docs/ as a site into dist/site; a link or an anchor that leads nowhere ends it
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	@echo "open dist/site/index.html"

containers: $(TESTS_STAMP) ## build the images and run both compose settings without an engine (Debian, root, network, 6 GB below /var/tmp)
	@cd tests && ../$(BIN)/python -m containers

pollock: $(TESTS_STAMP) ## the Pollock benchmark of dirty CSV files (DIR: its data; skipped where absent)
	$(BIN)/python tests/bench/ingest_pollock.py "$(or $(DIR),data/pollock)"

pictures: $(PYTHON_STAMP) $(BUILD_STAMP) $(BROWSER) ## take the pictures in docs/images anew
	@.ci/bootstrap.sh find_fonts
	cd client && CHROMIUM="$$(cat ../$(BROWSER))" npm run --silent pictures

build: $(BUILD_STAMP) ## the web client's production build
	@:

format: $(TESTS_STAMP) $(CLIENT_STAMP) ## write every file in its format, mend what can be mended
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	cd client && npx biome check --write .

clean: ## remove what builds and tests made
	rm -rf client/dist client/test-results client/playwright-report .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find backend tests data .ci -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## remove the environments too; data/var stays
	rm -rf .venv .cache client/node_modules tests/*/node/node_modules

# ------------------------------------------------------------------------------- what is installed when
# uv from the PATH if it is new enough, else a copy of its own under .cache.
.cache/uv: .ci/bootstrap.sh
	@.ci/bootstrap.sh install_uv $(UV_VERSION) $@

$(BIN)/python: | .cache/uv
	@.ci/bootstrap.sh make_venv .cache/uv

$(PYTHON_STAMP): pyproject.toml uv.lock $(NATIVE) $(BIN)/python | .cache/uv
	@echo "Python packages ..."
	@.cache/uv sync --quiet --frozen --inexact --all-extras --no-extra engine --no-dev
	@$(BIN)/python -m compileall -q backend/parquay
	@touch $@

$(TESTS_STAMP): pyproject.toml uv.lock $(NATIVE) $(BIN)/python | .cache/uv
	@echo "Python packages with the test tools ..."
	@.cache/uv sync --quiet --frozen --inexact --all-extras --no-extra engine
	@$(BIN)/python -m compileall -q backend/parquay
	@touch $@ $(PYTHON_STAMP)

$(BENCH_STAMP): pyproject.toml uv.lock $(NATIVE) $(BIN)/python | .cache/uv
	@echo "Python packages with the benchmark's peers ..."
	@.cache/uv sync --quiet --frozen --inexact --all-extras --no-extra engine --group bench
	@.cache/uv pip install --quiet --python $(BIN)/python "pandas>=2.2" # a peer alone: nothing else needs it
	@$(BIN)/python -m compileall -q backend/parquay
	@touch $@ $(TESTS_STAMP) $(PYTHON_STAMP)

# 200 MB that only the tests of large tables need.
$(ENGINE_STAMP): pyproject.toml uv.lock $(NATIVE) $(BIN)/python | .cache/uv
	@echo "Python packages with Spark's client and a server for it ..."
	@.cache/uv sync --quiet --frozen --inexact --all-extras --group engine
	@touch $@ $(TESTS_STAMP) $(PYTHON_STAMP)

$(DOCS_STAMP): pyproject.toml uv.lock $(NATIVE) $(BIN)/python | .cache/uv
	@echo "Python packages with MkDocs ..."
	@.cache/uv sync --quiet --frozen --inexact --all-extras --no-extra engine --group docs
	@touch $@ $(TESTS_STAMP) $(PYTHON_STAMP)

$(COVERAGE_STAMP): pyproject.toml uv.lock $(NATIVE) $(BIN)/python | .cache/uv
	@echo "Python packages with coverage ..."
	@.cache/uv sync --quiet --frozen --inexact --all-extras --no-extra engine --group coverage
	@$(BIN)/python -m compileall -q backend/parquay
	@touch $@ $(TESTS_STAMP) $(PYTHON_STAMP)

$(CLIENT_STAMP): client/package.json client/package-lock.json
	@.ci/bootstrap.sh check_node
	@echo "Client packages ..."
	@cd client && npm ci --no-fund --no-audit --loglevel=error
	@touch $@

$(BUILD_STAMP): $(CLIENT_STAMP) $(shell find client/src client/public client/index.html client/*.ts client/tsconfig*.json 2>/dev/null)
	@echo "Client build ..."
	@cd client && npm run --silent build -- --logLevel warn
	@touch $@

$(NODE_CLIENTS_STAMP): tests/e2e/node/package.json tests/e2e/node/package-lock.json
	@.ci/bootstrap.sh check_node
	@cd tests/e2e/node && npm ci --no-fund --no-audit --loglevel=error
	@touch $@

$(GENERATOR_STAMP): tests/e2e/generated/requirements.txt $(BIN)/python | .cache/uv
	@.cache/uv venv --quiet --clear --no-project --python $(BIN)/python .cache/generated
	@.cache/uv pip install --quiet --python .cache/generated/bin/python -r $<
	@touch $@

$(NODE_SERVERS_STAMP): tests/bench/node/package.json tests/bench/node/package-lock.json
	@.ci/bootstrap.sh check_node
	@cd tests/bench/node && npm ci --no-fund --no-audit --loglevel=error
	@touch $@

$(BROWSER): $(CLIENT_STAMP)
	@mkdir -p .cache
	@.ci/bootstrap.sh find_browser > $@
