# Each target sets up .venv by itself; a Python 3.11 or newer, make and git are all that a machine needs.
SHELL := /bin/sh
BIN := .venv/bin
HOME_DIR ?= build/run
# Two processes by default: the tests start servers and tills of their own.
WORKERS ?= 2
SEEDS ?= 500
KILLS ?= 200
FROM ?= 1
# What a till needs and a server does not.
TILL_ALONE := babel pyside6-essentials shiboken6 qasync python-escpos pyusb pillow pyqtgraph numpy qrcode python-barcode appdirs \
  argcomplete importlib-resources colorama six setuptools pyyaml

# Where it is set, as in many images, each process that a test starts compiles the program anew, and each worker
# the tests.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run demo day gallery translations bundle test test-quick coverage check format docs fuzz mutants simulate soak bench lock pin clean

help: ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: ## virtual environment, locked dependencies, system libraries
	@sh scripts/setup.sh

run: setup ## a demonstration server and a till to play with
	@sh scripts/run.sh $(HOME_DIR)

demo: setup ## two tills sell through an outage before your eyes; pictures in build/demo
	@$(BIN)/evertill demo --pictures build/demo

day: setup ## a clerk's day in a real window, by keys, pointer and screen reader; pictures in build/day (Linux)
	@sh scripts/setup.sh desktop
	@$(BIN)/python -m tests.desktop build/day

gallery: setup ## every page, panel and dialog as a picture, in build/gallery
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.gallery 2>&1 | grep -v propagateSizeHints

translations: setup ## gather the till's words into resources/translations, for Qt Linguist, and compile them
	@$(BIN)/python scripts/translations.py

bundle: setup ## the program as a folder that needs no Python, in build/bundle; started once and closed
	@sh scripts/bundle.sh

check: setup ## lint, types and import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/mypy -p tests
	@$(BIN)/lint-imports

test: check ## everything: checks, then all tests
	@sh scripts/setup.sh services
	@QT_QPA_PLATFORM=offscreen $(BIN)/pytest -n $(WORKERS) --dist loadgroup

test-quick: check ## the checks, and the tests of a working day: those marked slow are left to `make test`
	@QT_QPA_PLATFORM=offscreen $(BIN)/pytest -n $(WORKERS) --dist loadgroup -m "not slow"

coverage: setup ## branch coverage by package, subprocesses too (ONLY=tests/unit for a part of the tests)
	@sh scripts/setup.sh services
	@mkdir -p build/coverage && $(BIN)/coverage erase
	@QT_QPA_PLATFORM=offscreen $(BIN)/coverage run -m pytest $(ONLY) -q -n $(WORKERS) --dist loadgroup --timeout 900; \
	  failed=$$?; $(BIN)/python scripts/coverage_table.py && exit $$failed

fuzz: setup ## throw fifty times as much at the server as the tests do, other things each time
	@EVERTILL_FUZZ=long QT_QPA_PLATFORM=offscreen $(BIN)/pytest tests/fuzz -n $(WORKERS) --dist loadfile --timeout 7200

mutants: setup ## switch safeguards off one by one, and find a simulated seed that notices each
	@$(BIN)/python -m tests.simulation.mutants

soak: setup ## kill -9 of real tills and a real server under load (KILLS=200, SEED=… for the same again)
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.e2e.kills $(KILLS) $(SEED)

simulate: setup ## real tills and the real server's rules on virtual time, with everything that goes wrong (SEEDS=500)
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS) --from $(FROM) --every-fault

bench: setup ## the server's speed and memory as ratios, each beside the least that could be done
	@$(BIN)/python -m tests.benchmarks

docs: setup ## docs/openapi.json and docs/asyncapi.json, from the code
	@$(BIN)/python -m server_stub.documents docs

format: setup ## lay the code out
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: ## renew requirements.lock, and the server's without Qt, from pyproject.toml (needs uv)
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --group dev pyproject.toml -o requirements.lock
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --extra scale -c requirements.lock \
	  $(addprefix --no-emit-package ,$(TILL_ALONE)) pyproject.toml -o requirements-server.lock

pin: ## before a release: the images of compose.yaml and the Dockerfile by digest (needs docker, skopeo or crane)
	@python3 scripts/pin_images.py

clean: ## remove what was built, but not your tills
	@rm -rf build .mypy_cache .ruff_cache .pytest_cache .hypothesis
