# Everything a person types. `make run` and `make test` install what they need and nothing twice.
# On Windows use make.bat, which has the same two.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet
COMPANION := runs/companion
# What an install is made from: the package's description, and the native library's sources.
PACKAGE := pyproject.toml packaging/build_native.py $(wildcard engine/native/CMakeLists.txt engine/native/src/*)

.PHONY: run chat test native lint format screenshots companion bundle bundle-test deb-test wheel-test clean

run: $(VENV)/.installed  ## open the Studio, or the terminal chat where there is no display
	@$(BIN)/python -m studio

chat: $(VENV)/.installed  ## the terminal chat
	@$(BIN)/bit-llama chat

test: $(VENV)/.installed-test  ## the whole suite
	@$(BIN)/python packaging/system_libraries.py --install --tests
	-@$(BIN)/python packaging/system_libraries.py --install --bundles  # where it cannot, the tests of the AppImage are skipped
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

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
	@$(BIN)/python packaging/system_libraries.py --install --tests
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m studio.screenshots artifacts/screenshots

# The bundled model, from the project's own generator of dialogues. Stop it with Ctrl+C; the same command goes on.
companion: $(VENV)/.installed
	test -f $(COMPANION)/text/train.jsonl || \
	    $(BIN)/python -m engine.train.companion generate --out $(COMPANION)/text --lives 16000 --seed 1
	test -f $(COMPANION)/data/meta.json || \
	    $(BIN)/bit-llama prepare $(COMPANION)/text --out $(COMPANION)/data --vocab-size 2048 --val-fraction 0.01
	$(BIN)/bit-llama train --data $(COMPANION)/data --out $(COMPANION)/run \
	    $$(test -f $(COMPANION)/run/checkpoints/latest && echo --resume) \
	    --dim 192 --layers 4 --heads 4 --head-dim 64 --intermediate-dim 512 --conv-kernel 8 --context-len 192 --batch-size 12 \
	    --lr 3e-3 --min-lr 5e-5 --warmup-steps 150 --steps 3900 \
	    --save-interval 200 --eval-interval 200 --eval-tokens 40000 --log-interval 20
	$(BIN)/bit-llama train --data $(COMPANION)/data --out $(COMPANION)/far --init-from $(COMPANION)/run/model \
	    $$(test -f $(COMPANION)/far/checkpoints/latest && echo --resume) \
	    --context-len 576 --batch-size 4 --lr 1.2e-3 --min-lr 3e-5 --warmup-steps 40 --steps 850 \
	    --save-interval 100 --eval-interval 200 --eval-tokens 40000 --log-interval 20
	test -f $(COMPANION)/long-text/train.jsonl || \
	    $(BIN)/python -m engine.train.companion generate --out $(COMPANION)/long-text --lives 9000 --seed 3 --mix long
	test -f $(COMPANION)/long-data/meta.json || \
	    $(BIN)/bit-llama prepare $(COMPANION)/long-text --out $(COMPANION)/long-data \
	    --tokenizer $(COMPANION)/data/tokenizer.json --val-fraction 0.01
	$(BIN)/bit-llama train --data $(COMPANION)/long-data --out $(COMPANION)/long --init-from $(COMPANION)/far/model \
	    $$(test -f $(COMPANION)/long/checkpoints/latest && echo --resume) \
	    --context-len 1536 --batch-size 2 --lr 1.2e-3 --min-lr 3e-5 --warmup-steps 60 --steps 4500 \
	    --heard-weight 0 --rate-floor 0.01 --out-norm-eps 0.1 \
	    --save-interval 100 --eval-interval 400 --eval-tokens 40000 --log-interval 20
	test -f $(COMPANION)/marked-text/train.jsonl || \
	    $(BIN)/python -m engine.train.companion generate --out $(COMPANION)/marked-text --lives 12000 --seed 11 --mix long
	test -f $(COMPANION)/marked-data/meta.json || \
	    $(BIN)/bit-llama prepare $(COMPANION)/marked-text --out $(COMPANION)/marked-data \
	    --tokenizer $(COMPANION)/data/tokenizer.json --val-fraction 0.01
	$(BIN)/bit-llama train --data $(COMPANION)/marked-data --out $(COMPANION)/marked --init-from $(COMPANION)/long/model \
	    $$(test -f $(COMPANION)/marked/checkpoints/latest && echo --resume) \
	    --context-len 1536 --batch-size 2 --lr 1.2e-3 --min-lr 3e-5 --warmup-steps 60 --steps 7500 \
	    --heard-weight 0 --gate-weight 0.6 --out-norm-eps 0.1 \
	    --save-interval 200 --eval-interval 500 --eval-tokens 40000 --log-interval 20
	test -f $(COMPANION)/last-text/train.jsonl || \
	    $(BIN)/python -m engine.train.companion generate --out $(COMPANION)/last-text --lives 10000 --seed 12 --mix long
	test -f $(COMPANION)/last-data/meta.json || \
	    $(BIN)/bit-llama prepare $(COMPANION)/last-text --out $(COMPANION)/last-data \
	    --tokenizer $(COMPANION)/data/tokenizer.json --val-fraction 0.01
	$(BIN)/bit-llama train --data $(COMPANION)/last-data --out $(COMPANION)/last --init-from $(COMPANION)/marked/model \
	    $$(test -f $(COMPANION)/last/checkpoints/latest && echo --resume) \
	    --context-len 1536 --batch-size 2 --lr 1e-3 --min-lr 2e-5 --warmup-steps 40 --steps 3200 \
	    --heard-weight 0 --gate-weight 0.6 --out-norm-eps 0.1 \
	    --save-interval 200 --eval-interval 1000 --eval-tokens 40000 --log-interval 20
	test -f $(COMPANION)/recite-text/train.jsonl || \
	    $(BIN)/python -m engine.train.companion generate --out $(COMPANION)/recite-text --lives 9000 --seed 21 --mix recite
	test -f $(COMPANION)/recite-data/recite/meta.json || \
	    $(BIN)/bit-llama prepare $(COMPANION)/recite-text --out $(COMPANION)/recite-data/recite \
	    --tokenizer $(COMPANION)/data/tokenizer.json --val-fraction 0.005
	test -f $(COMPANION)/recite-data/lives/meta.json || \
	    $(BIN)/bit-llama prepare $(COMPANION)/last-text --out $(COMPANION)/recite-data/lives \
	    --tokenizer $(COMPANION)/data/tokenizer.json --val-fraction 0.005
	$(BIN)/bit-llama train --data $(COMPANION)/recite-data --out $(COMPANION)/recite --init-from $(COMPANION)/last/model \
	    $$(test -f $(COMPANION)/recite/checkpoints/latest && echo --resume) \
	    --context-len 1024 --batch-size 4 --lr 9e-4 --min-lr 1e-5 --warmup-steps 30 --steps 2900 \
	    --heard-weight 0 --gate-weight 0.4 --out-norm-eps 0.1 --document-reset-prob 0.7 \
	    --save-interval 100 --eval-interval 300 --eval-tokens 40000 --log-interval 20
	test -f $(COMPANION)/crossed-text/train.jsonl || \
	    $(BIN)/python -m engine.train.companion generate --out $(COMPANION)/crossed-text --lives 36000 --seed 42 --mix crossed
	test -f $(COMPANION)/crossed-data/crossed/meta.json || \
	    $(BIN)/bit-llama prepare $(COMPANION)/crossed-text --out $(COMPANION)/crossed-data/crossed \
	    --tokenizer $(COMPANION)/data/tokenizer.json --val-fraction 0.005
	test -f $(COMPANION)/crossed-data/recite/meta.json || \
	    $(BIN)/bit-llama prepare $(COMPANION)/recite-text --out $(COMPANION)/crossed-data/recite \
	    --tokenizer $(COMPANION)/data/tokenizer.json --val-fraction 0.005
	test -f $(COMPANION)/crossed-data/lives/meta.json || \
	    $(BIN)/bit-llama prepare $(COMPANION)/last-text --out $(COMPANION)/crossed-data/lives \
	    --tokenizer $(COMPANION)/data/tokenizer.json --val-fraction 0.005
	$(BIN)/bit-llama train --data $(COMPANION)/crossed-data --out $(COMPANION)/crossed --init-from $(COMPANION)/recite/model \
	    $$(test -f $(COMPANION)/crossed/checkpoints/latest && echo --resume) \
	    --context-len 2048 --batch-size 4 --lr 9e-4 --min-lr 1e-5 --warmup-steps 30 --steps 4400 \
	    --heard-weight 0 --gate-weight 0.4 --out-norm-eps 0.1 --document-reset-prob 0.8 \
	    --save-interval 100 --eval-interval 300 --eval-tokens 40000 --log-interval 20
	$(BIN)/bit-llama train --data $(COMPANION)/crossed-data --out $(COMPANION)/wide --init-from $(COMPANION)/crossed/model \
	    $$(test -f $(COMPANION)/wide/checkpoints/latest && echo --resume) \
	    --widen-heads 128 --context-len 2048 --batch-size 4 --lr 7e-4 --min-lr 1e-5 --warmup-steps 30 --steps 4000 \
	    --heard-weight 0 --gate-weight 0.4 --document-reset-prob 0.8 \
	    --save-interval 100 --eval-interval 400 --eval-tokens 30000 --log-interval 20
	$(BIN)/bit-llama export $(COMPANION)/wide/model resources/models/companion.bitt

bundle: $(VENV)/.installed-bundle  ## the program as a folder and packages for this system, in dist/
	@$(BIN)/python packaging/system_libraries.py --install --bundles
	$(BIN)/python packaging/bundle/make_bundle.py

wheel-test: $(VENV)/.installed-release  ## sdist and wheels, with a compiler and without; recipes for other systems
	$(BIN)/python packaging/test_wheels.py

deb-test:  ## the Debian package in a system that is bare but for it; needs root
	$(PYTHON) packaging/bundle/test_deb.py

bundle-test:  ## the finished bundle tries itself, in every kind of place
	$(PYTHON) packaging/bundle/test_bundle.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(PACKAGE) | $(VENV)/bin/python
	$(PIP) --editable .
	@touch $@

$(VENV)/.installed-test: $(PACKAGE) | $(VENV)/bin/python
	$(PIP) --editable '.[test]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-bundle: $(PACKAGE) | $(VENV)/bin/python
	$(PIP) --editable '.[bundle]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-release: $(PACKAGE) | $(VENV)/bin/python
	$(PIP) --editable '.[release]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) build dist artifacts .pytest_cache .ruff_cache .mypy_cache .import_linter_cache
