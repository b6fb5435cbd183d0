# Two commands do everything on a fresh machine: make demo, make test. (Windows without make: see README.)
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
STAMP := .venv/.ready
PINNED := --universal --generate-hashes --no-emit-index-url --python-version 3.11 --custom-compile-command "make lock" --quiet
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes
PLATFORM ?= linux
PY ?= 3.13
EXTRAS ?= run
ENGINE ?= podman
export PYTHONUTF8 := 1
# Kept bytecode saves a run of the tests 15 s of processor time, and each process that a test starts a third of a second.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test env peers lab lock lint style checks docs slow spark spark-apache bench crash fuzz release audit resolve wheelhouse container clean

demo: $(STAMP)          ## a synthetic area, all steps, and where the outputs are
	$(BIN)/hiu demo

test: export POLARS_MAX_THREADS := 1
test: style             ## every check and test, on every core, and how much of the code they reach
	@mkdir -p .mypy_cache; $(MAKE) --no-print-directory checks >.mypy_cache/checks.txt 2>&1 & checks=$$!; \
	$(BIN)/python -m pytest -n logical --dist loadfile --cov --cov-report= --keep-result "make $@"; tests=$$?; \
	wait $$checks || { cat .mypy_cache/checks.txt; exit 1; }; exit $$tests

lint: style checks      ## style, types, layers, suites

style: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

checks: $(STAMP)        ## types, layers, suites: beside the tests in `make test`, and shown there if they fail
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hiu suites --check
	$(BIN)/python tests/notebooks/no_outputs.py

docs: $(STAMP)          ## the documentation as a site that works without a network: dist/docs/index.html, shown by `hiu docs`
	$(BIN)/python -m sphinx -q -W --keep-going -b html -c docs/site -d build/doctrees . dist/docs
	$(BIN)/hiu docs --no-browser

slow: $(STAMP)          ## what takes minutes, and property tests with many examples: kill at every step, a million rows, a wheel elsewhere
	$(BIN)/python -m pytest -m "slow or hypothesis" --hypothesis-profile=slow --keep-result "make $@"

spark: $(STAMP)         ## the second engine against Sail, in an environment beside (.venv-spark): about ten minutes
	$(PYTHON) -m venv .venv-spark
	$(subst .venv,.venv-spark,$(BIN))/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(subst .venv,.venv-spark,$(BIN))/python -m pip install --quiet --disable-pip-version-check pyspark-client==4.2.0 pysail==0.7.2
	$(subst .venv,.venv-spark,$(BIN))/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(subst .venv,.venv-spark,$(BIN))/python -m pytest tests/spark -m "slow or not slow" --timeout 900

spark-apache: $(STAMP)  ## the same on Apache Spark of this computer, which needs Java 17, in .venv-apache
	$(PYTHON) -m venv .venv-apache
	$(subst .venv,.venv-apache,$(BIN))/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(subst .venv,.venv-apache,$(BIN))/python -m pip install --quiet --disable-pip-version-check 'pyspark[connect]==4.2.0'
	$(subst .venv,.venv-apache,$(BIN))/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	SPARK_SERVER=apache $(subst .venv,.venv-apache,$(BIN))/python -m pytest tests/spark -m "slow or not slow" --timeout 3600

crash: $(STAMP)         ## kills, full disks, power cuts, three batches at once (about an hour)
	$(BIN)/python -m pytest tests/crash tests/pipeline/run/test_crash.py tests/pipeline/back/test_back.py tests/pipeline/cli/test_offline.py -m "slow or not slow" -s \
		--keep-result "make $@"

fuzz: $(STAMP)          ## 52,000 damaged files and mappings (about an hour)
	$(BIN)/python -m pytest tests/fuzz tests/traps -m "slow or not slow" -s --keep-result "make $@"

release: $(STAMP)       ## dist/: the wheel, and bills of materials of what runs and of what develops, by the locks
	$(PYTHON) -c "import pathlib; pathlib.Path('dist').mkdir(exist_ok=True)"
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -w dist .
	$(BIN)/cyclonedx-py requirements requirements-runtime.lock --output-format JSON --output-file dist/sbom-runtime.json
	$(BIN)/cyclonedx-py requirements requirements.lock --output-format JSON --output-file dist/sbom.json

audit: release          ## the same, then known vulnerabilities in both (asks the network)
	$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements-runtime.lock
	$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements.lock

resolve: $(STAMP)       ## whether every platform and Python has a wheel of everything that is pinned (asks the network)
	$(BIN)/python -m pipelines.setup.platforms

wheelhouse: $(STAMP)    ## a folder to install from without internet: PLATFORM=windows PY=3.13 EXTRAS=run,notebooks
	$(BIN)/python -m pipelines.setup.wheelhouse $(PLATFORM) --python $(PY) --extras "$(EXTRAS)"

container:              ## an image from a wheelhouse, by podman or docker (ENGINE=docker)
	$(MAKE) --no-print-directory wheelhouse PLATFORM=linux
	$(ENGINE) build --build-arg PYTHON=$(PY) -t hiu -f Containerfile .

bench: $(STAMP)         ## the figures of docs/benchmarks.md (an hour or so)
	$(BIN)/python tests/bench/run_million.py
	$(BIN)/python tests/bench/intake_scale.py
	$(BIN)/python tests/bench/link_unseen.py
	$(BIN)/python tests/bench/link_own.py
	$(BIN)/python tests/bench/link_other.py
	$(BIN)/python tests/bench/link_ablation.py
	$(BIN)/python tests/bench/link_misses.py
	$(BIN)/python tests/bench/link_numberless.py
	$(BIN)/python tests/bench/alert_truth.py
	$(BIN)/python tests/bench/find_scale.py
	$(BIN)/python tests/bench/rank_worlds.py --repeats 200
	$(BIN)/python tests/bench/evaluate_worlds.py --repeats 100 --seed 1
	$(BIN)/python tests/bench/reports_scale.py
	$(BIN)/python tests/bench/pack_scale.py
	$(BIN)/python tests/bench/workbook_scale.py
	$(BIN)/python tests/bench/export_scale.py
	$(BIN)/python tests/bench/govern_cost.py

lab: $(STAMP)           ## JupyterLab on the notebooks; nothing is sent out
	$(BIN)/hiu lab

env: $(STAMP)           ## the environment alone, from the hash-pinned lock

peers:                  ## an environment beside it (.venv-bench) with the tools the matcher is measured against
	$(PYTHON) -m venv .venv-bench
	$(subst .venv,.venv-bench,$(BIN))/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	$(subst .venv,.venv-bench,$(BIN))/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .

# uv takes an eighth of the processor time of pip for the same packages and hashes. Where it reaches no index, pip does it.
$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	sed -n '/^uv==/,/# via/p' requirements.lock >.venv/uv.txt
	$(PIP) -r .venv/uv.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock || $(PIP) -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q -j 0 -x '/tests/' .venv hiu pipelines
	$(BIN)/python -c "import pathlib; pathlib.Path('$(STAMP)').touch()"

lock:                   ## pin the newest stable versions, with hashes: to develop, to run the product, to measure its peers
	$(BIN)/uv pip compile pyproject.toml --extra all --group dev $(PINNED) --upgrade -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra all $(PINNED) -c requirements.lock -o requirements-runtime.lock
	$(BIN)/uv pip compile pyproject.toml --extra all --group dev --group bench $(PINNED) -c requirements.lock -o requirements-bench.lock

clean:
	$(PYTHON) -c "import shutil; [shutil.rmtree(p, ignore_errors=True) for p in ('.venv', '.venv-bench', '.venv-spark', '.venv-apache', 'demo', '.mypy_cache', '.ruff_cache', '.pytest_cache')]"
