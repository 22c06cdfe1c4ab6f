import EVM
import EVMCodec
import EVMTypes
import ForkState
import NodeClient
import Simulation

/// What the node says of the same, and where it says something else. Empty: no difference.
enum Comparison {
    /// With the receipt of a mined transaction.
    static func mined(
        _ report: TransactionReport, _ hash: Hash32, _ session: ForkSession
    ) async throws -> [String] {
        let json = try await session.source.call(RPCRequest("eth_getTransactionReceipt", [.hash(hash)]))
        guard !json.isNull else {
            throw CLIFailure(code: .peerFailed, message: "simulate: the node has no receipt of \(hash)")
        }
        let receipt: Receipt
        do { receipt = try Receipt(json: json) } catch {
            throw CLIFailure(code: .peerFailed, message: "simulate: the receipt of \(hash) cannot be read: \(error)")
        }
        let outcome = report.call.outcome
        var found: [String] = []
        note("status", outcome.isSuccess ? 1 : 0, receipt.succeeded ? 1 : 0, &found)
        note("gas used", outcome.gasUsed, receipt.gasUsed, &found)
        if let price = receipt.effectiveGasPrice { note("gas price", outcome.gasPrice, price, &found) }
        note("contract", outcome.created?.hex ?? "none", contract(receipt, outcome), &found)
        compare(
            report.call.logs, receipt.logs.map { ReceiptLog(address: $0.address, topics: $0.topics, data: $0.data) },
            &found)
        return found
    }

    private static func contract(_ receipt: Receipt, _ outcome: Outcome) -> String {
        // Clients name the address of a failed creation too.
        outcome.isSuccess ? receipt.contractAddress?.hex ?? "none" : outcome.created?.hex ?? "none"
    }

    /// With `eth_call`.
    static func call(
        _ report: TransactionReport, _ request: Simulation.CallRequest, _ command: SimulateCommand,
        _ fork: PinnedFork, _ session: ForkSession
    ) async throws -> [String] {
        var params: [JSON] = [request.json, BlockID.hash(fork.hash).json]
        let state = try command.stateOverrides.map { path throws(CLIFailure) in try SimulateCommand.file(path) }
        let block = try command.blockOverrides.map { path throws(CLIFailure) in try SimulateCommand.file(path) }
        if state != nil || block != nil { params.append(state ?? .object([:])) }
        if let block { params.append(block) }
        var found: [String] = []
        let ours = report.call.output
        do {
            let answer = try await session.source.call(RPCRequest("eth_call", params))
            guard let theirs = answer.hexBytes else {
                throw CLIFailure(code: .peerFailed, message: "simulate: the node's eth_call answered no hex")
            }
            note("status", report.call.outcome.isSuccess ? "success" : "failed", "success", &found)
            note("output", Hex.encode(ours), Hex.encode(theirs), &found)
        } catch let error as ForkStateError where error.code == .peerRefused {
            note("status", report.call.outcome.isSuccess ? "success" : "failed", "failed", &found)
            if report.call.outcome.halt == .revert, case .reverted(let data)? = error.node?.rpcClass {
                note("revert data", Hex.encode(ours), Hex.encode(data), &found)
            }
        }
        return found
    }

    /// With `eth_callBundle`, or where the node does not have it with `eth_simulateV1`.
    static func bundle(
        _ reports: [TransactionReport], _ bundle: BundleRequest, _ block: BlockEnvironment, _ fork: PinnedFork,
        _ session: ForkSession, _ simulation: BundleSimulation? = nil
    ) async throws -> [String] {
        let params: JSON = [
            "txs": .array(bundle.transactions.map { .hex($0.transaction.encoded()) }),
            "blockNumber": .quantity(block.number), "stateBlockNumber": .quantity(fork.number),
            "timestamp": .integer(block.timestamp), "coinbase": .address(block.coinbase),
            "gasLimit": .integer(block.gasLimit), "baseFee": .quantity(block.baseFee),
        ]
        let answer: JSON
        do {
            answer = try await session.source.call(RPCRequest("eth_callBundle", [params]))
        } catch let error as ForkStateError where error.code == .peerRefused {
            return try await simulated(reports, bundle, block, fork, session, after: error)
        }
        guard let results = answer["results"]?.array, results.count == reports.count else {
            throw CLIFailure(code: .peerFailed, message: "simulate: the node's eth_callBundle answered nonsense")
        }
        var found: [String] = []
        for (index, result) in results.enumerated() {
            let outcome = reports[index].call.outcome
            note("tx \(index) gas used", "\(outcome.gasUsed)", number(result["gasUsed"]), &found)
            note(
                "tx \(index) status", outcome.isSuccess ? "success" : "failed", isFailed(result) ? "failed" : "success",
                &found)
            let diff = I256(bits: outcome.tips) &+ reports[index].coinbaseTransfers
            note("tx \(index) coinbaseDiff", diff.description, number(result["coinbaseDiff"]), &found)
        }
        if let simulation {
            for key in ["bundleHash", "coinbaseDiff", "ethSentToCoinbase", "gasFees", "totalGasUsed"] {
                note(key, number(simulation.json[key]), number(answer[key]), &found)
            }
        }
        return found
    }

    private static func simulated(
        _ reports: [TransactionReport], _ bundle: BundleRequest, _ block: BlockEnvironment, _ fork: PinnedFork,
        _ session: ForkSession, after error: ForkStateError
    ) async throws -> [String] {
        let calls = bundle.transactions.map { Simulation.CallRequest($0.transaction, from: $0.sender).json }
        let overrides: JSON = [
            "number": .quantity(block.number), "time": .quantity(block.timestamp),
            "gasLimit": .quantity(block.gasLimit), "feeRecipient": .address(block.coinbase),
            "prevRandao": .hash(Hash32(block.difficultyOrRandao)), "baseFeePerGas": .quantity(block.baseFee),
        ]
        let payload: JSON = [
            "blockStateCalls": [["blockOverrides": overrides, "calls": .array(calls)]], "validation": true,
        ]
        let answer: JSON
        do {
            answer = try await session.source.call(
                RPCRequest("eth_simulateV1", [payload, BlockID.hash(fork.hash).json]))
        } catch let second as ForkStateError where second.code == .peerRefused {
            throw CLIFailure(
                code: .peerFailed,
                message: "simulate: nothing to compare with: \(error.message); \(second.message)")
        }
        guard let results = answer.array?.last?["calls"]?.array, results.count == reports.count else {
            throw CLIFailure(code: .peerFailed, message: "simulate: the node's eth_simulateV1 answered nonsense")
        }
        var found: [String] = []
        for (index, result) in results.enumerated() {
            let outcome = reports[index].call.outcome
            note("tx \(index) gas used", outcome.gasUsed, result["gasUsed"]?.quantityU64 ?? 0, &found)
            note("tx \(index) status", outcome.isSuccess ? 1 : 0, result["status"]?.quantityU64 ?? 2, &found)
            let logs: [Log]
            do { logs = try (result["logs"]?.array ?? []).map { try Log(json: $0) } } catch {
                throw CLIFailure(
                    code: .peerFailed, message: "simulate: a log of the node's eth_simulateV1 cannot be read: \(error)")
            }
            compare(
                reports[index].call.logs,
                logs.map { ReceiptLog(address: $0.address, topics: $0.topics, data: $0.data) }, &found)
        }
        return found
    }

    private static func isFailed(_ result: JSON) -> Bool { result["error"].map { !$0.isNull } ?? false }

    /// A number in whatever form.
    private static func number(_ json: JSON?) -> String {
        guard let json else { return "nothing" }
        if let text = json.string, text.hasPrefix("0x"), text.utf8.count < 60, let value = json.quantityU256 {
            return value.description
        }
        return json.string ?? json.text
    }

    private static func compare(_ ours: [ReceiptLog], _ theirs: [ReceiptLog], _ found: inout [String]) {
        note("logs", ours.count, theirs.count, &found)
        for (index, (own, other)) in zip(ours, theirs).enumerated() where own != other {
            found.append("log \(index): ours \(DecodedLog(own).line), the node's \(DecodedLog(other).line)")
        }
    }

    private static func note<Value: Equatable>(_ name: String, _ ours: Value, _ theirs: Value, _ found: inout [String])
    {
        if ours != theirs { found.append("\(name): ours \(ours), the node's \(theirs)") }
    }
}
