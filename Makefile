# Two commands do all the set-up on a fresh machine: make demo, make test.
# CASES, UNTIL, EXIT and SUMMARY are read by make demo: see README.md.

export CGO_ENABLED = 0
export CASES UNTIL EXIT SUMMARY

.PHONY: demo up test build

demo: build
	bin/demo

up: build
	bin/demo up

build:
	@echo "building Hame (the first time about two minutes on 2 cores)"
	@go build -o bin/ ./worker ./starter ./internal/demo ./internal/devstack/cmd/devstack
