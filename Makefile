# Martlet. `make help` lists the rules; the README's two commands are `make run` and `make test`.
SHELL := /bin/bash
SWIFT_FLAGS :=
BENCH_ROWS := SearchCore,KeyVault,Signers,Conformance,PoolStore
TEST_FLAGS := -c release -Xswiftc -enable-testing --scratch-path .build-test $(SWIFT_FLAGS)

.PHONY: help setup build run test test-unit test-contracts test-fuzz test-keys test-devnet test-chain test-fork test-sync soak lint format bench bench-keys bench-evm bench-market bench-simulate bench-devnet contracts clean

help: ## This list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 18

setup: ## Check the toolchain, install missing Debian packages
	@scripts/setup.sh

build: setup ## Build the release executable .build/release/martlet
	@echo "build: martlet (release; the first time takes several minutes)"
	@swift build -c release --product martlet $(SWIFT_FLAGS)

run: build ## Set up, start a local chain and the node on it, show arbitrage being landed; Ctrl-C ends it
	@scripts/run.sh

test: setup test-unit test-keys test-contracts test-fuzz test-devnet test-fork test-sync test-chain ## Everything: unit and vector tests, keys beside eth-account, contracts, the EVM against EELS, devnet, forks, pool sync, the node on a real chain
	@scripts/summary.sh

test-unit:
	@scripts/test-unit.sh $(TEST_FLAGS)

test-contracts:
	@scripts/contracts.sh

test-fuzz: ## The EVM against the executable specification on random cases (FUZZ_FLAGS="--seconds N --seed S")
	@MARTLET_FUZZ_SCRATCH=.build-test MARTLET_FUZZ_FLAGS="-Xswiftc -enable-testing $(SWIFT_FLAGS)" scripts/fuzz-evm.sh $(FUZZ_FLAGS)

test-devnet: ## The devnet and its market, driven by Python clients and by the node in live mode
	@scripts/test-end-to-end.sh devnet Tests/EndToEnd/devnet_*.py

test-keys: ## Keys and signers beside eth-account and eth-keyfile
	@scripts/test-keys.sh $(TEST_FLAGS)

test-chain:
	@scripts/test-end-to-end.sh chain Tests/EndToEnd/first_light.py

test-fork: ## martlet simulate against realchain: every mined transaction again
	@scripts/test-end-to-end.sh fork Tests/EndToEnd/fork_replay.py

test-sync: ## martlet pools against realchain: sync under faults and kill -9, verify, quote, export
	@scripts/test-end-to-end.sh sync Tests/EndToEnd/pool_sync.py

soak: setup ## Ten minutes against realchain with faults, reorgs and kill -9
	@scripts/test-end-to-end.sh chain Tests/EndToEnd/first_light.py -- --soak

lint: ## Layers, sizes, purity, format
	@scripts/lint.sh

format: ## Rewrite the Swift files in the house format
	@git ls-files -co --exclude-standard -- '*.swift' | xargs swift format -i --configuration .swift-format

bench: setup ## Measure the hot path beside its peers
	@cd Benchmarks && MARTLET_TARGETS=$(BENCH_ROWS) swift run -c release --scratch-path ../.build-bench martlet-bench
	@$(MAKE) --no-print-directory bench-keys
	@$(MAKE) --no-print-directory bench-market
	@$(MAKE) --no-print-directory bench-evm
	@$(MAKE) --no-print-directory bench-simulate
	@$(MAKE) --no-print-directory bench-devnet

bench-keys: setup ## One signature by each home of a key, through `martlet signer` too, beside raw libsecp256k1
	@cd Benchmarks && MARTLET_TARGETS=$(BENCH_ROWS) swift build -c release --scratch-path ../.build-bench --product martlet-keys-bench
	@swift build -c release -Xswiftc -enable-testing --scratch-path .build-test --product martlet
	@python3 Benchmarks/keys_bench.py .build-test/release/martlet .build-bench/release/martlet-keys-bench

bench-evm: ## The EVM beside revm on the same workloads, with the bars (BENCH_FLAGS=--saved: ours only, against the last run)
	@cd Benchmarks && MARTLET_TARGETS=$(BENCH_ROWS) swift build -c release --scratch-path ../.build-bench --product martlet-evm-bench
	@python3 Benchmarks/evm_bench.py $(BENCH_FLAGS)

bench-market: setup ## A market of 105,000 pools and one of 450,000: memory, restart, a log, a block kept (MARKET_FLAGS=--strict: a missed bar ends with 1)
	@cd Benchmarks && MARTLET_TARGETS=$(BENCH_ROWS) swift run -c release --scratch-path ../.build-bench martlet-market-bench $(MARKET_FLAGS)

bench-simulate: setup ## [swap, 3-hop arbitrage] on a warm state, beside eth_callBundle of ../shared/realchain
	@BENCH_ROWS=$(BENCH_ROWS) scripts/bench-with-chain.sh Benchmarks/simulate_bench.py martlet-simulate-bench

bench-devnet: setup ## Blocks of 200 swaps and eth_call of `martlet devnet`, beside ../shared/realchain
	@scripts/bench-with-chain.sh Benchmarks/devnet_bench.py

contracts: ## Compile the contracts with the pinned compiler, compare with the committed artifacts, run their tests
	@scripts/contracts.sh

clean: ## Remove build products and test environments
	@rm -rf .build .build-test .build-bench .venv-contracts
