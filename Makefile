# The commands for users and developers, on a laptop and in CI. They need only Python 3.11 or newer and make.

PORT ?= 8000
WATCH ?=
TEXTS ?=
CHECK ?=
PYTEST ?=
WORKERS ?= auto
MUTATE ?=
SEED ?= $(shell date -u +%y%m%d)0000
SEED := $(SEED)
CASES ?= 10000
INSTALL ?= .ci/install
FRONTEND ?= .ci/frontend

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif

.PHONY: help serve test check mutate fuzz lint build pins clean

help:
	@echo "make serve   install into .venv, check the base, and serve it on http://127.0.0.1:$(PORT)   (PORT=8080 WATCH=1)"
	@echo "make test    install and run the tests                                         (PYTEST='-k words -x' WORKERS=1)"
	@echo "make check   check the base, and write reports to build/     (TEXTS='folder folder' CHECK='more options')"
	@echo "make mutate  damage the example and the rules; show what no rule detected, and write build/mutation.json"
	@echo "make fuzz    test random files, texts and queries, new ones each day, a second engine, and kill -9   (SEED=$(SEED) CASES=$(CASES))"
	@echo "make lint    run ruff and mypy"
	@echo "make build   build the wheel, into dist/"
	@echo "make pins    update the pinned versions in .ci/constraints*.txt"
	@echo "make clean   remove .venv and everything that was built"

serve:
	@$(INSTALL) run
	@$(FRONTEND)
	@mkdir -p build
	@$(BIN)/kb check >build/report.txt 2>&1 || { code=$$?; cat build/report.txt; \
	  echo "factcite: not served, because the base does not pass its check" >&2; exit $$code; }
	@exec $(BIN)/kb serve --port $(PORT) $(if $(WATCH),--watch)

test:
	@$(INSTALL) test
	@$(FRONTEND)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations 10 $(PYTEST)

check:
	@$(INSTALL) run
	@mkdir -p build
	@$(BIN)/kb check $(addprefix --texts ,$(TEXTS)) --also text=build/report.txt --also html=build/report.html \
	  --also json=build/report.json --also sarif=build/report.sarif --also junit=build/report.xml \
	  --also turtle=build/report.ttl $(CHECK)

mutate:
	@$(INSTALL) test
	@mkdir -p build
	@$(BIN)/python -m tests.players.shape_mutation --allow tests/shapes/allowed.toml --also json=build/mutation.json \
	  $(MUTATE)

# Every part runs, even if an earlier one fails. Seeds count up from the first one, so two days never share a seed.
fuzz:
	@$(INSTALL) test
	@echo "seed $(SEED), $(CASES) cases; again with: make fuzz SEED=$(SEED) CASES=$(CASES)"
	@code=0; \
	  $(BIN)/python -m tests.players.fuzz_gate --seed $(SEED) --cases $(CASES) --keep build/fuzz || code=1; \
	  $(BIN)/python -m tests.players.fuzz_drift --seed $(SEED) --cases $(CASES) || code=1; \
	  $(BIN)/python -m tests.players.fuzz_queries --seed $(SEED) --cases $(CASES) || code=1; \
	  $(BIN)/python -m tests.players.second_engine || code=1; \
	  $(BIN)/python -m tests.players.kill --seed $(SEED) || code=1; \
	  HYPOTHESIS_PROFILE=full $(BIN)/python -m pytest -q tests/kb/shacl/test_incremental.py \
	    tests/webapp/pages/test_axe.py tests/webapp/pages/test_data.py || code=1; \
	  exit $$code

lint:
	@$(INSTALL) test
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy

build:
	@$(INSTALL) run
	@$(FRONTEND)
	@$(BIN)/python -m hatchling build --target wheel --directory dist

pins:
	@.ci/pins

clean:
	rm -rf .venv build dist webapp/static/built webapp/frontend/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
