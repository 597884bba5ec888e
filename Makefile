# Everything a newcomer needs. `make help` lists it.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STATIC := $(shell find lms/web/static -type f ! -name "*.gz")

.PHONY: help run test check setup setup-dev bench lock clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## install, migrate, load demo data, and serve with a worker and a practice VLE
	@$(BIN)/python scripts/run.py

test: setup-dev ## install what is needed and run every check and test, real browser included
	@scripts/test

check: setup-dev ## the quick part: format, lint, types, layers, and the tests without browser or peer
	@scripts/check
	@$(BIN)/pytest -q -m "not browser and not peer"

bench: setup-dev ## measure our pages beside a bare Flask "hello", on SQLite and PostgreSQL
	@scripts/bench

setup: $(VENV)/.installed $(VENV)/.compressed ## make the environment in .venv

$(VENV)/.installed: requirements.txt scripts/setup
	@scripts/setup requirements.txt
	@touch $@

$(VENV)/.compressed: $(VENV)/.installed $(STATIC)
	@$(BIN)/python -m whitenoise.compress --quiet --no-brotli lms/web/static
	@touch $@

setup-dev: $(VENV)/.installed-dev $(VENV)/.compressed ## the same with what tests need

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed scripts/setup-dev
	@scripts/setup-dev
	@touch $@

lock: ## resolve pyproject.toml anew into the two lock files (needs uv)
	@scripts/lock

clean: ## forget the environment and the demo
	@rm -rf $(VENV) .venv-peer var
