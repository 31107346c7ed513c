# The commands a contributor types. CGO stays off; only the race detector needs it.
export CGO_ENABLED = 0

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
FUZZTIME ?= 20s

.PHONY: build test lint race eval fuzz bench crash

build:
	go build -trimpath -o bin/naru ./cmd/naru

test:
	go test ./...

lint:
	test -z "$$(gofmt -l .)"
	go vet ./...
	go run $(STATICCHECK) ./...

# The packages in which goroutines meet. What kills processes and what measures quality
# takes long and is left out: it runs without the detector.
race:
	CGO_ENABLED=1 go test -race -short -skip 'Kill|CrashStates|Golden' -timeout 30m ./access ./audit ./cmd/... ./embed/bert ./embed/remote ./eval ./functions/... ./indexer ./indexer/ledger ./indexer/source ./rag ./state/embedded ./store/... ./wasm/abitest ./wasm/hooks ./wasm/plugins

# Every question of the question sets against the golden figures.
eval:
	NARU_EVAL_FULL=1 go test ./eval ./cmd/naru -run Golden -count 1 -timeout 60m -v

# Each fuzz target for a while; `make fuzz FUZZTIME=10m` for longer. Go's fuzzer
# sometimes takes the end of its time for a failure, and then names no input.
fuzz:
	@set -e; log=$$(mktemp); for file in $$(git grep -l '^func Fuzz' -- '*_test.go'); do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/p' $$file); do \
			echo "$$target in $$(dirname $$file)"; \
			if ! go test ./$$(dirname $$file) -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) >$$log 2>&1; then \
				cat $$log; \
				if grep -q 'Failing input' $$log || ! grep -q '^    context deadline exceeded' $$log; then exit 1; fi; \
			else tail -2 $$log; fi; \
		done; done; rm -f $$log

# The engine beside its peers, on the same data in the same run; see bench/doc.go.
bench:
	cd bench && go run .

# Processes killed and disks that crash at random moments, many times; everybody
# asking for what they may not see.
crash:
	NARU_CRASH_CYCLES=$${NARU_CRASH_CYCLES:-500} go test ./cmd/naru -run Kill -count 1 -timeout 60m -v
	NARU_TEST_KILL_CYCLES=$${NARU_TEST_KILL_CYCLES:-10000} NARU_TEST_CRASH_STATES=$${NARU_TEST_CRASH_STATES:-1000} \
		go test ./store/embedded -run 'Kill|CrashStates' -count 1 -timeout 3h -v
	NARU_TEST_ACCESS_QUERIES=$${NARU_TEST_ACCESS_QUERIES:-2000000} go test ./store -run NobodyFinds -count 1 -timeout 3h -v
