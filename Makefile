# Every target sets up what it needs; Python 3.11 or newer and make are all that must be there.
# `make PYTHON=python3.12 …` names an interpreter; `make test ARGS="-k order"` passes arguments on.
PYTHON ?=
ARGS ?=
python := .venv/bin/python
export PYTHON

.SILENT:
.PHONY: run web wheel test check fix bench proof lock setup clean

run:  # the assistant on http://127.0.0.1:8765, to try it and to develop it
	./aizuchi dev $(ARGS)

web:  # the web page, which `make run` builds by itself; `make web ARGS="npm run dev"` to work on it
	scripts/setup
	$(python) scripts/web.py $(ARGS)

wheel: web  # dist/: what others install, with the web page in it
	.venv/bin/uv build --quiet --offline --no-build-isolation --python $(python)

test: setup  # every test but the long proofs
	$(python) scripts/web.py || true
	$(python) -m pytest --numprocesses auto --no-loadscope-reorder $(ARGS)

check:  # all that CI does
	.ci/run

fix: setup  # mend what mends itself: style, order of imports, layout
	$(python) -m ruff check --fix --quiet . || true
	$(python) -m ruff format .

bench: setup  # speed and memory, as JSON and a table
	$(python) -m benchmarks $(ARGS)

proof: setup  # the long proofs of the promises: minutes, not seconds
	$(python) -m pytest -m proof $(ARGS)

lock: setup  # write requirements/ anew; `make lock ARGS=--upgrade` takes newer versions
	$(python) scripts/lock.py $(ARGS)

setup:  # only the environment in .venv, with the tools
	scripts/setup dev

clean:  # all that was set up or built; never .aizuchi/, where the conversations are
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -rf web/node_modules src/aizuchi/surfaces/web/static/app
	find . -name __pycache__ -not -path "./*/node_modules/*" -prune -exec rm -rf {} +
