# Two commands do all the set-up on a fresh machine: make demo, make test.
# CASES, CLAIMS, UNTIL, EXIT and SUMMARY, set on the command line, reach the demo through the
# environment: README.md says what each does.

export CGO_ENABLED = 0

WORKFLOWCHECK = go.temporal.io/sdk/contrib/tools/workflowcheck@v0.6.0

.PHONY: demo up test bench build histories reference

demo: build
	@bin/demo

# The stack and a worker, with an empty database: for working by hand.
up: build
	@bin/demo up

# One PostgreSQL and one Temporal server for all packages; each test makes a
# database, and where it needs one a namespace, of its own.
test: build
	go vet ./...
	go run $(WORKFLOWCHECK) -test=false -config workflows/workflowcheck.yaml ./workflows
	cd internal/devstack/composecheck && go test -count=1 ./... # it reads files outside its module, which the cache does not see
	@# What takes longest begins first.
	bin/devstack exec --no-ui --memory -- go test -timeout 40m ./internal/e2e ./activities ./internal/store ./starter ./...

# What Hame costs and how fast it is, as a table and as JSON in BENCH. For a
# machine on which nothing else runs; some twenty minutes.
BENCH = bench.json
bench: build
	@go build -o bin/ ./internal/tools/bench
	@bin/devstack exec --no-ui --watch -- bin/bench -json $(BENCH)

build:
	@echo "building Hame (the first time this takes some minutes)"
	@go build -o bin/ ./worker ./starter ./internal/tools/demo ./internal/tools/devstack

# Records the histories that the replay tests guard open reviews with. It refuses
# to overwrite: recorded ones are never recorded again to make a test pass.
histories: build
	bin/devstack exec --no-ui -- go run ./internal/tools/recordhistories

# Writes the reference of starter's commands, and the page of the stages with their
# tasks, days and acts, from the program itself. A test fails where one is out of date.
reference: build
	bin/starter reference commands > docs/commands.md
	bin/starter reference stages > docs/stages.md
	bin/starter reference slips > docs/slips.md
	bin/starter reference events > docs/events.md
	go run ./internal/tools/coverage > docs/coverage.md
