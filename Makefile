# Each target sets up what it needs in .venv; a second run finds it there. `make` alone lists them.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup chat test lint bench bench-ask bench-ingest fit clean
SHELL := bash

BIN := .venv/bin

help: ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 15

setup: .venv/.runtime ## set up .venv

chat: .venv/.runtime ## ask the sample library in a browser
	@$(BIN)/footnote ingest corpus || [ $$? -eq 3 ]  # 3: some files are of a kind that is not read, and were listed
	@exec $(BIN)/footnote serve

test: .venv/.dev ## run all tests; those of the page drive a headless Chromium, those of scans Tesseract
	@.ci/chromium
	@.ci/tesseract
	$(BIN)/python -m pytest -rs

lint: .venv/.dev ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/.runtime ## print how long things take
	@$(BIN)/python -m eval.bench.speed

bench-ingest: .venv/.dev .venv-peers/.made ## compare ingesting with LlamaIndex's and LangChain's; options in ARGS
	@$(BIN)/python -m eval.bench.ingest $(ARGS)

bench-ask: .venv/.dev .venv-peers/.made ## compare asking large libraries with LlamaIndex's retriever; options in ARGS
	@$(BIN)/python -m eval.bench.ask $(ARGS)

fit: .venv/.runtime .venv-fit/.made ## train the ranking's cross-encoder and weights from public question sets; BENCH=FOLDER
	@$(BIN)/python -m eval.bench.fit $(BENCH)

clean: ## remove .venv and what the tools left behind; the library stays
	rm -rf .venv .venv-peers .venv-fit build .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info

# uv installs a hashed lock quickly; pip, which reads pip's own configuration, is tried where uv finds no packages.
install = uv --version >/dev/null 2>&1 && uv=uv || uv=$(BIN)/uv; \
	VIRTUAL_ENV=.venv $$uv pip install -q --no-deps --require-hashes -r $(1) \
	|| { echo "uv could not install $(1); trying pip"; $(BIN)/pip install -q --no-compile --no-deps --require-hashes -r $(1); }

.venv/.made:
	@for python in python3 python3.13 python3.12 python3.11 none; do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	done; \
	[ $$python != none ] || { echo "Footnote needs Python 3.11 or newer, and found none."; exit 1; }; \
	echo "Setting up .venv with $$($$python --version)"; \
	$$python -m venv --clear .venv \
	|| { echo "This Python cannot make a virtual environment: install its package for that (python3-venv)."; exit 1; }
	@uv --version >/dev/null 2>&1 || $(BIN)/pip install -q --no-deps --require-hashes \
		-r <(awk '/^[^ #]/ { wanted = /^uv==/ } wanted' requirements-dev.lock)
	@touch $@

.venv/.runtime: .venv/.made requirements.lock pyproject.toml
	@echo "Installing the packages of requirements.lock"
	@$(call install,requirements.lock)
	@$(BIN)/pip install -q --no-deps --no-build-isolation --no-index -e .
	@$(BIN)/python -m rag.index.minilm
	@$(BIN)/python -m rag.index.crossencoder
	@# once, so that the first question need not wait for a thousand modules to be compiled
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -c 'import chromadb, gradio, onnxruntime, ui.jobs, ui.server, rag.ask, rag.ingest, rag.index.embed'
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.lock
	@echo "Installing the packages of requirements-dev.lock"
	@$(call install,requirements-dev.lock)
	@touch $@

# Apart from ours: the peers bring torch.
.venv-peers/.made: .venv/.made eval/bench/peers/requirements.txt
	@echo "Installing the peers of eval/bench/peers/requirements.txt"
	@$(BIN)/python -m venv --clear .venv-peers
	@.venv-peers/bin/pip install -q -r eval/bench/peers/requirements.txt
	@touch $@

.venv-fit/.made: .venv/.made eval/bench/fit/requirements.txt
	@echo "Installing what training needs, torch among it"
	@$(BIN)/python -m venv --clear .venv-fit
	@.venv-fit/bin/pip install -q -r eval/bench/fit/requirements.txt
	@touch $@
