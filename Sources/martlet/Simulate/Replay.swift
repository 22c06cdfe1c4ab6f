import ChainCosts
import EVM
import EVMCodec
import EVMTypes
import ForkState
import NodeClient
import Simulation

/// Mined transactions again, each on its parent block's state after the block's transactions before it.
struct Replay {
    let session: ForkSession
    let command: SimulateCommand
    let output: SimulateOutput

    func run(transaction hash: Hash32) async throws {
        let asked = RPCRequest("eth_getTransactionByHash", [.hash(hash)])
        // A mined one is kept for later runs without the node; a pending one must not be.
        var json = session.isOffline ? JSON.null : try await session.source.call(asked)
        if session.isOffline || json["blockHash"]?.hash32 != nil {
            json = try await session.source.immutable(asked) { answer in
                guard answer["hash"]?.hash32 == hash, answer["blockHash"]?.hash32 != nil else {
                    throw nonsense("something else than transaction \(hash)")
                }
            }
        }
        guard !json.isNull else {
            throw CLIFailure(
                code: .failed, message: "simulate: \(session.source.label) does not know transaction \(hash)")
        }
        guard let block = json["blockHash"]?.hash32 else {
            throw CLIFailure(
                code: .failed, message: "simulate: transaction \(hash) is not mined; use --raw to run a pending one")
        }
        let request = RPCRequest("eth_getBlockByHash", [.hash(block), .bool(true)])
        let answer = try await session.source.immutable(request) { answer in
            let header = try ConsensusHeader(json: answer)
            guard answer["hash"]?.hash32 == block else { throw nonsense("something else than block \(block)") }
            _ = try transactions(of: answer, header.number)
        }
        try await replay(answer, only: hash, named: "\(block)")
    }

    func run(block number: UInt64) async throws {
        let request = RPCRequest("eth_getBlockByNumber", [.quantity(number), .bool(true)])
        try await replay(try await session.source.call(request), only: nil, named: "\(number)")
    }

    private func replay(_ json: JSON, only: Hash32?, named name: String) async throws {
        guard !json.isNull else {
            throw CLIFailure(code: .failed, message: "simulate: \(session.source.label) does not know block \(name)")
        }
        let header = try ConsensusHeader(json: json)
        guard header.number > 0 else { throw usage("the first block has no parent to replay it on") }
        let mined = try transactions(of: json, header.number)
        let fork = try await session.source.pin(.hash(header.parentHash))
        let runner = try session.runner(on: fork, for: header)
        let rules = try session.rules.execution(header)
        let fees = try await session.fees(on: fork, for: header)
        var block = try session.rules.environment(header)
        try await prepare(runner, mined, block)
        try await callSystem(runner, header, rules, block)
        var gasLeft = header.gasLimit
        for (index, item) in mined.enumerated() {
            let isWanted = only.map { $0 == item.hash } ?? true
            guard let (transaction, sender) = item.run else {
                if only == item.hash {
                    throw SimulationError.refused("transaction \(item.hash) is ArbOS' own and runs no contract")
                }
                continue
            }
            var run = SimulateRun(
                transaction: transaction, sender: sender, block: block, rules: rules,
                fees: item.deposit == nil ? fees : .known(.gasOnly), gasLeft: gasLeft,
                trace: isWanted ? command.trace : nil)
            run.deposit = item.deposit
            let fixed = run
            let simulated: Simulated
            do {
                simulated = try await runner.run { machine, state in try Attempt(fixed.run(&machine, state)) }
            } catch let error as SimulationError {
                throw SimulationError(
                    error.code, "block \(header.number), transaction \(index) (\(item.hash)): \(error.message)")
            }
            gasLeft -= min(gasLeft, simulated.report.call.outcome.gasUsed)
            block.blobGasLeft -= min(
                block.blobGasLeft, UInt64(transaction.blobVersionedHashes.count) * rules.gasPerBlob)
            guard isWanted else { continue }
            let found = command.compare ? try await Comparison.mined(simulated.report, item.hash, session) : nil
            let place: JSONObject = [
                "transaction": .hash(item.hash), "block": .integer(header.number), "index": .integer(index),
            ]
            output.print(simulated, place: place, differences: found)
            if only != nil { return }
        }
        if let only {
            throw CLIFailure(
                code: .peerFailed,
                message: "simulate: \(session.source.label) names block \(name) for \(only), which does not have it")
        }
    }

    private func nonsense(_ what: String) -> ForkStateError {
        ForkStateError(.badAnswer, "answered \(what)", endpoint: session.source.label)
    }

    private func transactions(of json: JSON, _ number: UInt64) throws -> [MinedTransaction] {
        guard let list = json["transactions"]?.array else {
            throw ForkStateError(
                .badAnswer, "answered block \(number) without transactions", endpoint: session.source.label)
        }
        return try list.enumerated().map { index, element in
            do { return try MinedTransaction(element, on: session.rules.chainID) } catch let error as SimulationError {
                throw SimulationError(error.code, "block \(number), transaction \(index): \(error.message)")
            } catch {
                throw ForkStateError(
                    .badAnswer, "answered block \(number) whose transaction \(index) cannot be read (\(error))",
                    endpoint: session.source.label)
            }
        }
    }

    /// Everything that is known to be needed, in one batch.
    private func prepare(
        _ runner: ForkRunner, _ mined: [MinedTransaction], _ block: BlockEnvironment
    ) async throws {
        var met: Set<Address> = [block.coinbase]
        for item in mined {
            guard let (transaction, sender) = item.run else { continue }
            met.insert(sender)
            if let to = transaction.to { met.insert(to) }
        }
        try await runner.prepare(met.sorted().map { .account($0) })
    }

    /// What the protocol calls at a block's start (EIP-4788, EIP-2935).
    private func callSystem(
        _ runner: ForkRunner, _ header: ConsensusHeader, _ rules: ExecutionRules, _ block: BlockEnvironment
    ) async throws {
        var calls: [(Address, [UInt8])] = []
        if rules.fork >= .cancun, let root = header.parentBeaconBlockRoot {
            calls.append((SystemContracts.beaconRoots, root.bytes))
        }
        if rules.fork >= .prague { calls.append((SystemContracts.history, header.parentHash.bytes)) }
        for (address, data) in calls {
            _ = try await runner.run { machine, state -> Attempt<CallResult> in
                let result = machine.systemCall(to: address, data: data, in: block, on: state)
                if case .missing(let needs) = result { return .missing(needs) }
                return .done(result)
            }
        }
    }
}
