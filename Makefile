# Every target is one line into `kata` or one tool. On a fresh machine, `make grade` and `make test` are all it takes.
# GNU make 3.81 or newer, as macOS has it.

PYTHON = python3
ARGS =
ID =

BIN = .venv/bin
KATA = KATA_TYPED=make $(BIN)/python -m kata
PINNED = $(if $(wildcard constraints.txt),-c constraints.txt)
FROM = pyproject.toml $(wildcard constraints.txt)

# `make grade softmax` is `make grade ARGS=softmax`, and so for every command that takes the name of an exercise.
COMMANDS = grade watch drill diff case try report next list hint reset doctor
NAMES := $(if $(filter $(COMMANDS),$(firstword $(MAKECMDGOALS))),$(filter-out $(COMMANDS),$(wordlist 2,99,$(MAKECMDGOALS))))
WHICH = $(strip $(ID) $(NAMES))

.DEFAULT_GOAL := help
.PHONY: help clean $(COMMANDS) $(NAMES)

ifneq ($(NAMES),)
$(NAMES): ; @:
endif

help: ## list these targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' Makefile

# An exercise that is not passed is no error of make's. Scripts take `kata grade`, whose exit status says it.
grade: .venv/.student ## grade your exercises, or one: make grade softmax ARGS="--device cuda"
	@$(KATA) grade $(WHICH) $(ARGS) || test $$? = 1

watch: .venv/.student ## the loop: the next exercise, graded whenever you save
	@$(KATA) watch $(WHICH)

drill: .venv/.student ## repeat from memory what is due
	@$(KATA) drill $(WHICH)

diff: .venv/.student ## what you got and what was expected, as a heat map: make diff softmax
	@$(KATA) diff $(WHICH) $(ARGS)

case: .venv/.student ## a case that fails, as lines to paste: make case softmax ARGS="'one head'"
	@$(KATA) case $(WHICH) $(ARGS)

try: .venv/.student ## the statement's examples on your answer, or lines of your own: make try softmax ARGS="'softmax(torch.zeros(3))'"
	@$(KATA) try $(WHICH) $(ARGS) || test $$? = 1

report: .venv/.student ## your progress as one HTML page
	@$(KATA) report $(ARGS)

next: .venv/.student ## the next exercise
	@$(KATA) next

list: .venv/.student ## all exercises with your progress
	@$(KATA) list

hint: .venv/.student ## the next hint: make hint softmax
	@$(KATA) hint $(WHICH) $(ARGS)

reset: .venv/.student ## begin an exercise anew, yours is kept: make reset softmax
	@$(KATA) reset $(WHICH)

doctor: .venv/.student ## check this machine and this folder
	@$(KATA) doctor

### BEGIN AUTHORS
.PHONY: test test-classroom test-browser verify bench cuda lint pins format stubs release translations

# On two cores: half of the tests for each, and who is done first takes half of what the other still has to do. The
# classroom, and pages in a browser, have targets of their own.
test: .venv/.author ## hold the suite to its laws: ARGS="-k softmax"
	@$(BIN)/python -m pytest $(if $(ARGS),$(ARGS),-n 2 --dist worksteal --ignore=tests/classroom --ignore=tests/browser)

test-classroom: .venv/.author ## nbgrader with our grading, on SQLite and PostgreSQL
	@$(BIN)/python -m pytest tests/classroom $(ARGS)

test-browser: .venv/.browser ## JupyterLab, the formgrader and the report in Chromium
	@$(BIN)/python -m pytest tests/browser $(ARGS)

verify: .venv/.author ## the laws at 200 seeds, mutants, a million fuzzed frames: ARGS=--stale does what has changed
	@$(if $(ARGS),:,$(BIN)/python -m tests.hostile.fuzz --frames 1000000)
	@$(if $(ARGS),:,KATA_EVERY=1 $(BIN)/python -m pytest -q tests/classroom tests/release tests/laws tests/judge/test_verdicts.py)
	@$(BIN)/python -m kata.strength $(ARGS)

bench: .venv/.author ## what grading costs, in time and memory
	@$(BIN)/python -m kata.bench.grading $(ARGS)
	@$(if $(ARGS),:,$(BIN)/python -m kata.bench.classroom)

cuda: .venv/.author ## all of it on the card of this machine, into docs/cuda.md; goes on where it was stopped
	@$(BIN)/python -m kata.bench.cuda $(ARGS)

lint: .venv/.author ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

pins: .venv/.author ## resolve the pinned versions for each Python that the suite says it works with
	@for version in 3.10 3.11 3.12 3.13; do echo "Python $$version" && $(BIN)/uv pip compile --quiet --python-version $$version \
	  --extra dev --extra browser --constraint constraints.txt pyproject.toml > /dev/null || exit 1; done

format: .venv/.author ## have ruff write the code as it likes it
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

stubs: .venv/.student ## cut exercises/ from solutions/, never over your work, and list them in docs/exercises.md: ARGS=--force
	@$(KATA) stubs $(ARGS)

release: .venv/.author ## for instructors: the student's copy, a folder and a wheel: ARGS="--output DIR"
	@$(KATA) release $(ARGS)

translations: .venv/.author ## bring kata/language/translations and translations/ up to what the sources say
	@$(BIN)/python -m kata.language $(ARGS)
### END AUTHORS

clean: ## remove caches and builds; .venv and your work stay
	@rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

# A stamp is younger than what it was installed from, so that an update installs itself. What the browser's tests need
# holds what an author needs, and that holds what a student needs.
.venv/.student: $(FROM) | $(BIN)/python
	@echo "Installing into .venv (once; torch is large) ..."
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check $(PINNED) -e .
	@touch $@

### BEGIN AUTHORS
.venv/.author: $(FROM) | $(BIN)/python
	@echo "Installing into .venv (once; torch is large) ..."
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check $(PINNED) -e ".[dev]"
	@touch .venv/.student $@

.venv/.browser: $(FROM) | $(BIN)/python
	@echo "Installing into .venv (once; torch is large) ..."
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check $(PINNED) -e ".[dev,browser]"
	@touch .venv/.student .venv/.author $@
### END AUTHORS

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "kata needs Python 3.10 or newer. Say which: make grade PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || \
	  { rm -rf .venv; echo "python3 -m venv failed. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
