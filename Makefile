# Two commands do everything on a fresh machine: `make run` and `make test`.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
ONLY ?=
QUICK ?=
BENCH ?=

.DEFAULT_GOAL := help
.PHONY: help run test check deploy-check office-check bench setup schema lock screenshots client-speed gallery clean python

help: ## List the targets.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

run: python ## Set up, start the server with the demo organisation, say where it is.
	@$(PYTHON) scripts/setup.py run --then -m server up

test: python ## Set up and run every check; ONLY="unit wire" picks suites.
	@$(PYTHON) scripts/setup.py test --then scripts/check.py $(ONLY)

check: python ## The quick ones: lint, format, types, floors, generated files.
	@$(PYTHON) scripts/setup.py test --then scripts/check.py ruff format mypy architecture generated

deploy-check: python ## Hold deploy/ against nginx, Caddy, systemd and shellcheck; installs them (root) or says how.
	@$(PYTHON) scripts/setup.py test --then scripts/deploy_check.py

office-check: python ## Open the files of a meeting with LibreOffice and compare; installs it (root) or says how.
	@$(PYTHON) scripts/setup.py test --then scripts/office_check.py

bench: python ## Set up and measure P1 to P10; QUICK=1 for the short one, ONLY="P1 P2" picks, BENCH="--profile" adds options.
	@$(PYTHON) scripts/setup.py bench --then -m load_tests.bench $(if $(QUICK),--quick) --only "$(ONLY)" $(BENCH)

setup: python ## Only set up.
	@$(PYTHON) scripts/setup.py test

schema: python ## Write the generated files again.
	@$(PYTHON) scripts/setup.py run --then -m server schema

lock: python ## Resolve the pinned dependencies anew (needs uv).
	@$(PYTHON) scripts/lock.py

screenshots: python ## Draw docs/screenshots with a real server and Chromium.
	@$(PYTHON) scripts/setup.py test --then scripts/screenshots.py

client-speed: python ## Measure the client in Chromium (P11); SECONDS=3600 for the hour, THROTTLE=4 for a slow phone, ONLY="memory" picks.
	@$(PYTHON) scripts/setup.py test --then scripts/client_speed.py $(if $(SECONDS),--seconds $(SECONDS)) $(if $(THROTTLE),--throttle $(THROTTLE)) $(if $(ONLY),--only "$(ONLY)")

gallery: python ## Every component in every state against axe and the kept pictures.
	@$(PYTHON) scripts/setup.py test && HUITANG_GALLERY=compare .venv/bin/python -m pytest -q tests/browser/test_gallery.py

clean: ## Remove what was built, not the data folder.
	rm -rf .venv web_client/node_modules web_client/dist .mypy_cache .ruff_cache .pytest_cache

python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (Debian 12: apt-get install python3 python3-venv)"; exit 1; }
