# Martlet. `make help` lists the rules; the README's two commands are `make run` and `make test`.
SHELL := /bin/bash
SWIFT_FLAGS :=
BENCH_ROWS := SearchCore,KeyVault,Conformance
TEST_FLAGS := -c release -Xswiftc -enable-testing --scratch-path .build-test $(SWIFT_FLAGS)

.PHONY: help setup build run test test-unit test-contracts test-fuzz test-keys test-devnet test-chain test-fork test-sync soak lint format bench bench-evm bench-simulate bench-devnet contracts clean

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
	@scripts/test-devnet.sh

test-keys: ## Keys and signers beside eth-account and eth-keyfile
	@scripts/test-keys.sh $(TEST_FLAGS)

test-chain:
	@scripts/test-chain.sh

test-fork: ## martlet simulate against realchain: every mined transaction again
	@scripts/test-fork.sh

test-sync: ## martlet pools against realchain: sync under faults and kill -9, verify, quote, export
	@scripts/test-sync.sh

soak: setup ## Ten minutes against realchain with faults, reorgs and kill -9
	@scripts/test-chain.sh --soak

lint: ## Layers, sizes, purity, format
	@scripts/lint.sh

format: ## Rewrite the Swift files in the house format
	@git ls-files -co --exclude-standard -- '*.swift' | xargs swift format -i --configuration .swift-format

bench: setup ## Measure the hot path beside its peers
	@cd Benchmarks && MARTLET_TARGETS=$(BENCH_ROWS) swift run -c release --scratch-path ../.build-bench martlet-bench
	@$(MAKE) --no-print-directory bench-evm
	@$(MAKE) --no-print-directory bench-simulate
	@$(MAKE) --no-print-directory bench-devnet

bench-evm: ## The EVM beside revm on the same workloads, with the bars (BENCH_FLAGS=--saved: ours only, against the last run)
	@cd Benchmarks && MARTLET_TARGETS=$(BENCH_ROWS) swift build -c release --scratch-path ../.build-bench --product martlet-evm-bench
	@python3 Benchmarks/evm_bench.py $(BENCH_FLAGS)

bench-simulate: setup ## [swap, 3-hop arbitrage] on a warm state, beside eth_callBundle of ../shared/realchain (needs its Python environment)
	@cd Benchmarks && MARTLET_TARGETS=$(BENCH_ROWS) swift build -c release --scratch-path ../.build-bench --product martlet-simulate-bench
	@swift build -c release -Xswiftc -enable-testing --scratch-path .build-test --product martlet
	@"$${REALCHAIN_HOME:-$$HOME/.cache/martlet/realchain}/.venv/bin/python" Benchmarks/simulate_bench.py .build-test/release/martlet .build-bench/release/martlet-simulate-bench "$${MARTLET_SHARED:-../shared}"

bench-devnet: setup ## Blocks of 200 swaps and eth_call of `martlet devnet` beside ../shared/realchain (needs its Python environment)
	@swift build -c release -Xswiftc -enable-testing --scratch-path .build-test --product martlet
	@"$${REALCHAIN_HOME:-$$HOME/.cache/martlet/realchain}/.venv/bin/python" Benchmarks/devnet_bench.py .build-test/release/martlet "$${MARTLET_SHARED:-../shared}"

contracts: ## Compile the contracts with the pinned compiler, compare with the committed artifacts, run their tests
	@scripts/contracts.sh

clean: ## Remove build products and test environments
	@rm -rf .build .build-test .build-bench .venv-contracts
