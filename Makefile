# Everything a person types. Each target installs the Python packages that it needs, into .venv, and nothing twice; what the
# system must bring is named, and installed by `make setup-tests` alone. On Windows use make.bat.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet
# Which PyTorch a new environment gets: auto (the build for processors unless there is an NVIDIA card), cpu, plain, or
# the address of an index.
TORCH ?= auto
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist loadfile
COMPANION := runs/companion
# What an install is made from: the package's description, the native library's sources, and the translations.
PACKAGE := pyproject.toml $(wildcard packaging/build_*.py resources/translations/*.ts engine/native/CMakeLists.txt engine/native/src/* engine/native/src/*/*)

.PHONY: run chat model check test setup-tests native lint format screenshots pictures companion bundle bundle-test deb-test wheel-test clean

run: model  ## open the Studio, or the terminal chat where there is no display
	@$(BIN)/python -m studio

chat: model  ## the terminal chat
	@$(BIN)/bit-llama chat

model: $(VENV)/.installed  ## fetch the model of the first run, 98 MB, once; without a network the companion is there
	@$(BIN)/bit-llama fetch --optional

check: lint  ## what a change must pass before it is shown: style, types, floors, the fast tests
	$(PYTEST) -m "not (slow or gui or package or gpu)"

test: $(VENV)/.installed-test  ## the whole suite
	-@$(BIN)/python packaging/system_libraries.py --tests --bundles
	$(PYTEST)

setup-tests: $(VENV)/.installed-test  ## install what the tests need of the system; asks for root or sudo
	$(BIN)/python packaging/system_libraries.py --install --tests
	-$(BIN)/python packaging/system_libraries.py --install --bundles  # without these the tests of the AppImage are skipped

native:  ## compile the native library again, after a change to its sources
	@$(PYTHON) packaging/build_native.py

lint: $(VENV)/.installed-test  ## style, types and the floors of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

screenshots: $(VENV)/.installed-test  ## pictures of every view, in artifacts/screenshots
	-@$(BIN)/python packaging/system_libraries.py --tests
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tools.screenshots artifacts/screenshots

pictures: $(VENV)/.installed-test  ## the two pictures of the README, in docs/pictures
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tools.screenshots --page docs/pictures

# The bundled model, from the project's own generator of dialogues: about two hours on two cores. Stop it with Ctrl+C; the
# same command goes on. On processors it trains as two processes of one thread, which is faster than one process of two.
# `make companion CARD=cuda` reads five times as much on a graphics card: this is how the one in the repository was made.
GENERATE := $(BIN)/python -m tools.companion generate
TRAIN := OMP_NUM_THREADS=1 $(BIN)/bit-llama train --optimizer muon --heard-weight 0 --gate-weight 0.4 --document-reset-prob 0.8 \
    --save-interval 100 --eval-interval 500 --eval-tokens 30000 --log-interval 20
CORES := --device cpu --distributed 2 --threads 1
text = test -f $(COMPANION)/$(1)/$(2)/train.jsonl || $(GENERATE) --out $(COMPANION)/$(1)/$(2) --mix $(2) --lives $(3) --seed $(4)
tokens = test -f $(COMPANION)/data/$(1)/meta.json || \
    $(BIN)/bit-llama prepare $(COMPANION)/$(1) --out $(COMPANION)/data/$(1) --val-fraction 0.003 $(2)
resume = $$(test -f $(COMPANION)/$(1)/checkpoints/latest && echo --resume)

companion: $(VENV)/.installed
	$(call text,text,crossed,15000,1)
	$(call text,text,recite,8000,2)
	$(call text,text,long,6000,3)
	$(call text,text,parted,1500,4)
	$(call tokens,text,--vocab-size 6144)
	$(TRAIN) $(CORES) --data $(COMPANION)/data/text --out $(COMPANION)/short $(call resume,short) --most-weight 1 \
	    --dim 192 --layers 4 --heads 4 --head-dim 128 --intermediate-dim 512 --conv-kernel 8 --out-norm-eps 0.05 \
	    --context-len 512 --batch-size 8 --lr 3e-3 --min-lr 1e-3 --warmup-steps 150 --steps 1600
ifndef CARD
	$(TRAIN) $(CORES) --data $(COMPANION)/data/text --out $(COMPANION)/long --init-from $(COMPANION)/short/model \
	    $(call resume,long) --context-len 2048 --batch-size 4 --lr 2.5e-3 --min-lr 1e-5 --warmup-steps 40 --steps 7000
else
	$(call text,more,crossed,12000,11)
	$(call text,more,recite,6500,12)
	$(call text,more,long,5000,13)
	$(call text,more,parted,3000,14)
	$(call tokens,more,--tokenizer $(COMPANION)/data/text/tokenizer.json)
	$(TRAIN) --device $(CARD) --data $(COMPANION)/data --out $(COMPANION)/long --init-from $(COMPANION)/short/model \
	    $(call resume,long) --context-len 3072 --batch-size 32 --lr 3e-3 --min-lr 1e-5 --warmup-steps 60 --steps 4759
endif
	$(BIN)/bit-llama export $(COMPANION)/long/model resources/models/companion.bitt --licence MIT

bundle: $(VENV)/.installed-bundle  ## the program as a folder and packages for this system, in dist/
	@$(BIN)/python packaging/system_libraries.py --bundles
	$(BIN)/python packaging/bundle/make_bundle.py

wheel-test: $(VENV)/.installed-release  ## sdist and wheels, with a compiler and without; recipes for other systems
	$(BIN)/python packaging/test_wheels.py

deb-test:  ## the Debian package in a system that is bare but for it; needs root
	$(PYTHON) packaging/bundle/test_deb.py

bundle-test:  ## the finished bundle tries itself, in every kind of place
	$(PYTHON) packaging/bundle/test_bundle.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed-torch: pyproject.toml packaging/install_torch.py | $(VENV)/bin/python
	$(BIN)/python packaging/install_torch.py $(TORCH)
	@touch $@

$(VENV)/.installed: $(PACKAGE) $(VENV)/.installed-torch
	$(PIP) --editable .
	@touch $@

$(VENV)/.installed-test: $(PACKAGE) $(VENV)/.installed-torch
	$(PIP) --editable '.[test]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-bundle: $(PACKAGE) $(VENV)/.installed-torch
	$(PIP) --editable '.[bundle]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-release: $(PACKAGE) $(VENV)/.installed-torch
	$(PIP) --editable '.[release]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) build dist artifacts .pytest_cache .ruff_cache .mypy_cache .import_linter_cache
