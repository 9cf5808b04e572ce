# Relative paths only: make does not survive blanks in a path.
PYTHON ?= python3
ARGS ?=
# exec, so that no shell stands between make and what it runs: signals and exit codes pass.
BOOTSTRAP = exec "$(PYTHON)" newsarchive/bootstrap.py

.PHONY: help run test lint format bench bench-search bench-ingest bench-serving bench-editing bench-lighthouse clean-safe
.DEFAULT_GOAL := help

help:  ## Show this help
	@grep -hE '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 18

run:  ## Serve the archive at http://127.0.0.1:8000/ (PORT=9000 make run: elsewhere)
	@$(BOOTSTRAP) run

test:  ## Run the tests (make test ARGS="-k search": some of them)
	@$(BOOTSTRAP) test $(ARGS)

lint:  ## Check style, types, templates and migrations
	@$(BOOTSTRAP) lint

format:  ## Rewrite code in the house style
	@$(BOOTSTRAP) format

bench:  ## Run the benchmarks
	@$(BOOTSTRAP) bench

bench-search:  ## Measure the search and its rivals (N=1000000: so many articles)
	@$(BOOTSTRAP) bench search

bench-ingest:  ## Measure import_issues (N=200000: so many articles)
	@$(BOOTSTRAP) bench ingest

bench-serving:  ## Measure the pages against a bare view and nginx
	@$(BOOTSTRAP) bench serving

bench-editing:  ## Measure the editors' pages (N=1000000: so many articles)
	@$(BOOTSTRAP) bench editing

bench-lighthouse:  ## Score the pages with Lighthouse in Chromium
	@$(BOOTSTRAP) bench lighthouse

clean-safe:  ## Remove what is made anew by itself; never the archive's data
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find articles newsarchive tests benchmarks -name __pycache__ -prune -exec rm -rf {} +
