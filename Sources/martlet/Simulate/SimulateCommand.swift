import ArgumentParser
import EVM
import EVMCodec
import EVMTypes
import ForkState
import Foundation
import NodeClient
import Simulation

/// `martlet simulate`: a transaction, call or bundle on our EVM, over the state of any node.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run a transaction, call or bundle on a fork of a node's chain.",
        discussion: """
            The state comes from the node of --fork and is kept in a cache. Nothing is sent to the chain. \
            Exit codes: 0 it was run (whatever its status), 1 a difference, a refused transaction, or nothing found, \
            2 bad usage or a bundle that cannot be read, 4 the node failed or was disproved.
            """)

    @OptionGroup var fork: ForkOption
    @Option(name: .customLong("tx"), help: "Replay a mined transaction after its predecessors. May be repeated.")
    var transactions: [String] = []
    @Option(help: "Replay every transaction of these blocks, A..B.") var blocks: String?
    @Option(help: "A signed transaction, in hex, in a block on top of --block.") var raw: String?
    @Option(help: "to,data,value,from: a call at --block; the later parts may be left out, `to` may be empty.")
    var call: String?
    @Option(help: "Parameters of eth_callBundle, eth_sendBundle or mev_sendBundle.") var bundle: String?
    @Option(help: "An opportunity: headNumber, target, bundle (raw transactions).") var opportunity: String?
    @Option(name: .customLong("state-overrides"), help: "State overrides of eth_call.") var stateOverrides: String?
    @Option(name: .customLong("block-overrides"), help: "Block overrides of eth_call.") var blockOverrides: String?
    @Option(help: "Add a trace: calls, steps (EIP-3155) or prestate.") var trace: TraceForm?
    @Flag(help: "Ask the node for the same and report differences; exit 1 when there is one.") var compare = false
    @Flag(help: "One JSON object a line.") var json = false

    func run() async throws {
        let source = try source()
        let session = try await ForkSession.open(fork)
        defer { session.close() }
        let output = SimulateOutput(isJSON: json)
        do {
            try await run(source, session, output)
        } catch {
            output.report(session)
            throw CLIFailure(simulation: error)
        }
        output.report(session)
        if output.differences > 0 {
            let count = output.differences
            throw CLIFailure(
                code: .failed,
                message:
                    "simulate: \(count) \(count == 1 ? "transaction differs" : "transactions differ") from the node")
        }
    }

    private func run(_ source: Source, _ session: ForkSession, _ output: SimulateOutput) async throws {
        switch source {
        case .mined(let hashes):
            for hash in hashes {
                try await Replay(session: session, command: self, output: output).run(transaction: hash)
            }
        case .blocks(let range):
            for number in range { try await Replay(session: session, command: self, output: output).run(block: number) }
        case .raw(let transaction, let sender):
            try await SimulateOnTop(session: session, command: self, output: output).run(transaction, from: sender)
        case .call(let request): try await SimulateOnTop(session: session, command: self, output: output).run(request)
        case .bundle(let request):
            try await SimulateBundle(session: session, command: self, output: output).run(request)
        case .opportunity(let json):
            try await SimulateBundle(session: session, command: self, output: output).run(opportunity: json)
        }
    }

    /// What is to be run.
    enum Source {
        case mined([Hash32])
        case blocks(ClosedRange<UInt64>)
        case raw(Transaction, Address)
        case call(Simulation.CallRequest)
        case bundle(BundleRequest)
        case opportunity(JSON)
    }

    private func source() throws -> Source {
        let given = [
            transactions.isEmpty ? nil : "--tx", blocks.map { _ in "--blocks" }, raw.map { _ in "--raw" },
            call.map { _ in "--call" }, bundle.map { _ in "--bundle" }, opportunity.map { _ in "--opportunity" },
        ].compactMap { $0 }
        guard given.count == 1 else {
            throw usage(
                given.isEmpty
                    ? "give one of --tx, --blocks, --raw, --call, --bundle, --opportunity"
                    : "\(given.joined(separator: " and ")) cannot be together")
        }
        if blocks != nil || !transactions.isEmpty, stateOverrides != nil || blockOverrides != nil {
            throw usage("overrides do not go with \(given[0]): it replays what was mined")
        }
        if let blocks { return .blocks(try Self.range(blocks)) }
        if let raw { return try Self.signed(raw) }
        if let call { return .call(try Self.request(call)) }
        if let bundle {
            do { return .bundle(try BundleRequest(try Self.file(bundle))) } catch let error as SimulationError {
                throw usage("--bundle \(bundle): \(error.message)")
            }
        }
        if let opportunity { return .opportunity(try Self.file(opportunity)) }
        return .mined(
            try transactions.map { text in
                guard let hash = Hash32(hex: text) else {
                    throw usage("--tx takes 32 bytes of hex, not \"\(text.prefix(80))\"")
                }
                return hash
            })
    }
}

/// Which trace is wanted.
enum TraceForm: String, ExpressibleByArgument, Sendable, CaseIterable {
    case calls, steps, prestate
}

func usage(_ message: String) -> CLIFailure { CLIFailure(code: .badUsage, message: "simulate: \(message)") }
