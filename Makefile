# What a developer does here, each with one word. `make help` lists the words.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# The node package brings the Node we develop with, whatever the system has.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

SCENARIO ?= scenarios/flagship.ts
ARGS ?=
TARGET ?=

INSTALLED := node_modules/.installed
RESULTS := .cache/tests
# Node by itself leaves a core idle, which is half of two.
CORES := $(shell getconf _NPROCESSORS_ONLN)
FOLDERS := $(wildcard bin harness server-under-test reports scenarios test)
ALL_TESTS = $(sort $(shell find $(FOLDERS) -name '*.test.ts'))
CHROMIUM_TESTS = $(filter %.chromium.test.ts,$(ALL_TESTS))
E2E_TESTS = $(filter-out $(CHROMIUM_TESTS),$(filter test/e2e/%,$(ALL_TESTS)))
PACK_TESTS = $(filter test/pack.test.ts,$(ALL_TESTS))
REFEREE_TESTS = $(filter server-under-test/referee/%,$(ALL_TESTS))
ACCURACY_TESTS = $(filter test/accuracy/%,$(ALL_TESTS))
UNIT_TESTS = $(filter-out $(CHROMIUM_TESTS) $(E2E_TESTS) $(ACCURACY_TESTS) $(PACK_TESTS) $(REFEREE_TESTS),$(ALL_TESTS))

# $(call run-tests,name,files,flags): the readable report goes to the terminal, the counted one to a file.
# Without files Node would look for tests by itself, and find others than these.
define run-tests
	@test -n "$(strip $(2))" || { echo "no $(1) tests were found" >&2; exit 1; }
	@mkdir -p $(RESULTS)
	node --test $(3) --test-reporter=$(REPORTER) --test-reporter-destination=stdout \
	  --test-reporter=tap --test-reporter-destination=$(RESULTS)/$(1).tap $(2)
endef
REPORTER ?= dot

.PHONY: help drill test check format formatted lint types dead unit referee e2e accuracy chromium pack bench bench-server scenarios measured measured-table conform clean count

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

drill: $(INSTALLED) ## run a scenario: make drill SCENARIO=scenarios/flagship.ts ARGS='--clients 1000'
	node bin/firedrill.js run $(SCENARIO) $(ARGS)

test: $(INSTALLED) ## everything: check, referee, e2e, accuracy, chromium and pack, and how many tests that were
	@rm -rf $(RESULTS)
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory referee
	@$(MAKE) --no-print-directory e2e
	@$(MAKE) --no-print-directory accuracy
	@$(MAKE) --no-print-directory chromium
	@$(MAKE) --no-print-directory pack
	@$(MAKE) --no-print-directory count

check: formatted lint types dead unit ## what must hold before every commit, in about a minute

format: $(INSTALLED) ## write every file in our format
	oxfmt

formatted: $(INSTALLED) ## whether every file is in our format
	oxfmt --check

lint: $(INSTALLED) ## rules of style, of types, and of who may import whom
	oxlint --type-aware

types: $(INSTALLED) ## whether the types fit
	tsc -p tsconfig.json

dead: $(INSTALLED) ## files, exports and dependencies that nobody uses
	knip --no-progress

unit: $(INSTALLED) ## tests that stand beside their file
	$(call run-tests,unit,$(UNIT_TESTS),--test-concurrency=$(CORES))

referee: $(INSTALLED) ## the server before its judges: official clients, properties, 100,000 hostile frames
	$(call run-tests,referee,$(REFEREE_TESTS),--test-concurrency=$(CORES))

e2e: $(INSTALLED) ## tests of the whole program, one at a time
	$(call run-tests,e2e,$(E2E_TESTS),--test-concurrency=1)

accuracy: $(INSTALLED) ## what we record beside what a server knows of itself, one case at a time, as a table
	$(call run-tests,accuracy,$(ACCURACY_TESTS),--test-concurrency=1)
	@cat $(RESULTS)/accuracy.txt

chromium: $(INSTALLED) ## tests of the report in a browser
	$(call run-tests,chromium,$(CHROMIUM_TESTS),--test-concurrency=1)

pack: $(INSTALLED) ## pack the package, unpack it elsewhere and use it
	$(call run-tests,pack,$(PACK_TESTS),)

bench: $(INSTALLED) ## side-by-side benchmarks; not tests
	node bench/driver.ts $(ARGS)

bench-server: $(INSTALLED) ## what the bundled server costs, as ratios of one run; not tests
	node bench/server.ts

scenarios: $(INSTALLED) ## every scenario of the library at its small size; ARGS=blocking picks by name
	node bench/scenarios.ts check $(ARGS)

measured: $(INSTALLED) ## every scenario at full size, and the table of scenarios/README.md; ARGS=blocking picks by name
	node bench/scenarios.ts measure $(ARGS)

measured-table: $(INSTALLED) ## the table of scenarios/README.md from what was measured, without a run
	node bench/scenarios.ts table

conform: $(INSTALLED) ## every conformance case against the bundled server, or make conform TARGET=ws://...
	node bin/firedrill.js conform $(TARGET) $(ARGS)

clean: ## remove what was built; recorded runs stay
	rm -rf dist .cache *.tgz

count:
	@for file in $(RESULTS)/*.tap; do tail -n 8 "$$file"; done | awk \
	  '/^# tests /{t+=$$3} /^# pass /{p+=$$3} /^# fail /{f+=$$3} /^# cancelled /{f+=$$3} /^# skipped /{s+=$$3} /^# todo /{s+=$$3} \
	  END { printf "%d tests ran: %d passed, %d failed, %d skipped\n", t-s, p, f, s; \
	  exit (t == 0 || f > 0 || (s > 0 && ENVIRON["FIREDRILL_REQUIRE_ALL"] != "")) }'

$(INSTALLED): package-lock.json
	npm ci --no-audit --no-fund
	@touch $@
