# `make demo` and `make test` do all their own set-up: Python 3.11 or newer and make are enough.
# The first Python that runs, is new enough and can make a .venv; `make PYTHON=/path/to/python` chooses another.
FITS = import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c 'import ensurepip, venv; $(FITS)' >/dev/null 2>&1 && echo $$p && break; done)
BIN := .venv/bin
RUN := $(BIN)/python
DEV := .venv/.dev-installed
APP := .venv/.app-installed
WORKERS ?= 2
.DEFAULT_GOAL := help
.PHONY: help setup demo test quick run bench simulate lint lock soak

help: ## what can be done here
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: $(APP) ## .venv with the libraries of the product

demo: $(APP) ## the whole product with a sandbox instead of Telegram, on one page
	@$(RUN) -m bot.sandbox.demo $(if $(OPERATOR),--operator "$(OPERATOR)")

test: $(DEV) lint ## everything: lint, types, house rules, both databases, browser
	$(RUN) -m pytest -n $(WORKERS) --dist loadfile

quick: $(DEV) ## tests without browser and journeys
	$(RUN) -m pytest -n $(WORKERS) --dist loadfile -q -m "not browser and not journey and not slow"

run: $(APP) ## the bot itself; needs BOT_TOKEN in .env
	@$(RUN) -m bot

bench: $(DEV) ## figures of this machine
	$(RUN) -m tests.bench

simulate: $(DEV) ## a month of 1,000 requests on the reference directories, five seeds
	@$(RUN) -m tests.simulate

lint: $(DEV) ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

soak: $(DEV) ## what needs hours: seeds and kills (NARYAD_SOAK=1)
	NARYAD_SOAK=1 $(RUN) -m pytest -n $(WORKERS) --dist loadfile -m soak

lock: $(DEV) ## new pins of every library, with hashes and without addresses
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -U pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -U pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

$(RUN):
	@for p in "$(PYTHON)" python3 python3.13 python3.12 python3.11 python3.14; do \
	    test -n "$$p" && "$$p" -c '$(FITS)' >/dev/null 2>&1 && exit 0; done; \
	    echo "Нужен Python 3.11 или новее / Python 3.11 or newer is needed (make PYTHON=/path/to/python)."; exit 2
	@$(or $(PYTHON),false) -c 'import ensurepip, venv; $(FITS)' 2>/dev/null || { \
	    echo "Python не умеет venv. Debian, Ubuntu: sudo apt install python3-venv / the venv module is missing."; exit 2; }
	$(PYTHON) -m venv .venv

# A set of libraries is installed again only when its lock has changed; the larger set holds the smaller.
$(APP): requirements.lock | $(RUN)
	@test -e $(DEV) && test ! requirements.lock -nt $(DEV) || $(RUN) -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(DEV): requirements-dev.lock | $(RUN)
	$(RUN) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
