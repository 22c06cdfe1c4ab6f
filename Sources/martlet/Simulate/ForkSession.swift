import ArgumentParser
import ChainCosts
import ChainRegistry
import EVM
import EVMCodec
import EVMCrypto
import EVMTypes
import ForkState
import Foundation
import NodeClient
import Simulation

/// Where a fork's state comes from.
struct ForkOption: ParsableArguments {
    @Option(name: .customLong("fork"), help: "The node: http, https, ws, wss or ipc.") var url: String
    @Option(help: "Number, hash or tag of the block.") var block: String = "latest"
    @Option(help: "The chain's name; else the node is asked for its chain id.") var chain: String?
    @Option(help: "Ethereum's rules at this fork, whatever the chain's schedule says.") var hardfork: String?
    @Option(help: "Folder of the cache (default ~/.cache/martlet/fork).") var cache: String?
    @Flag(name: .customLong("no-cache"), help: "Keep nothing on disk.") var noCache = false
    @Flag(help: "Prove every answer against the block's state root.") var verify = false
    @Flag(help: "Ask the cache only.") var offline = false
    @Option(name: .customLong("calls-max"), help: "Most JSON-RPC requests.") var callsMax: UInt64?
    @Option(name: .customLong("bytes-max"), help: "Most bytes sent and received.") var bytesMax: UInt64?

    func blockID() throws(CLIFailure) -> BlockID {
        switch block {
        case "latest": return .latest
        case "safe": return .safe
        case "finalized": return .finalized
        case "earliest": return .earliest
        default:
            if let hash = Hash32(hex: block), block.utf8.count == 66 { return .hash(hash) }
            if let number = block.hasPrefix("0x") ? JSON.string(block).quantityU64 : UInt64(block) {
                return .number(number)
            }
            throw usage(
                "--block takes a number, a hash, latest, safe, finalized or earliest, not \"\(block.prefix(80))\"")
        }
    }
}

/// An open fork: node, cache and the chain's rules.
struct ForkSession: Sendable {
    let source: ForkSource
    let rules: BlockRules
    let block: BlockID
    /// Whether the node may not be asked.
    let isOffline: Bool
    private let cache: StateCache?

    static func open(_ option: ForkOption) async throws -> ForkSession {
        let block = try option.blockID()
        let hardfork = try option.hardfork.map { name throws(CLIFailure) in try Self.hardfork(name) }
        let url: EndpointURL
        do { url = try EndpointURL(option.url) } catch { throw usage("--fork: \(error.message)") }
        var chainID: UInt64?
        if let name = option.chain {
            let directory = ChainDirectory(
                environment: ProcessInfo.processInfo.environment,
                currentFolder: FileManager.default.currentDirectoryPath, executable: Bundle.main.executablePath)
            do { chainID = try directory.load(name).chainID } catch { throw usage("--chain \(name): \(error)") }
        }
        let endpoint = EndpointConfig(url, timeout: .seconds(30))
        var peer: (any RPCCalling)?
        if !option.offline { (peer, chainID) = try await Self.connect(endpoint, expecting: chainID) }
        guard let chainID else { throw usage("--offline needs --chain: the node is not asked for its chain id") }
        var options = ForkOptions()
        options.verifies = option.verify
        options.callsMax = option.callsMax
        options.bytesMax = option.bytesMax
        let folder = option.cache ?? NSHomeDirectory() + "/.cache/martlet/fork"
        let cache = option.noCache ? nil : StateCache(folder: folder)
        return ForkSession(
            source: ForkSource(peer, label: url.description, options: options, cache: cache),
            rules: BlockRules(chainID: chainID, hardfork: hardfork), block: block,
            isOffline: option.offline, cache: cache)
    }

    private static func connect(
        _ endpoint: EndpointConfig, expecting: UInt64?
    ) async throws -> ((any RPCCalling)?, UInt64?) {
        do {
            if endpoint.url.isStreaming {
                guard let expecting else { throw usage("--fork over \(endpoint.url.scheme.rawValue) needs --chain") }
                return (try EndpointPool(.init(chainID: expecting, endpoints: [endpoint])), expecting)
            }
            let client = try RPCClient(endpoint)
            guard let found = try await client.call("eth_chainId").quantityU64 else {
                throw CLIFailure(
                    code: .peerFailed, message: "simulate: \(endpoint.name) answered nonsense to eth_chainId")
            }
            if let expecting, expecting != found {
                throw usage("--chain has chain id \(expecting), \(endpoint.name) serves \(found)")
            }
            return (client, found)
        } catch let error as CLIFailure { throw error } catch {
            throw CLIFailure(code: .peerFailed, message: "simulate: \(NodeError(caught: error))")
        }
    }

    private static func hardfork(_ name: String) throws(CLIFailure) -> Hardfork {
        let wanted = name.lowercased()
        if let fork = Hardfork.allCases.first(where: { "\($0)".lowercased() == wanted }) { return fork }
        throw usage("--hardfork \(name): known are \(Hardfork.allCases.map { "\($0)" }.joined(separator: ", "))")
    }

    func close() { cache?.close() }

    /// A runner on a block's state, for transactions of the block `header`.
    func runner(on fork: PinnedFork, for header: ConsensusHeader) throws -> ForkRunner {
        ForkRunner(fork, rules: try rules.execution(header))
    }

    /// Where transactions of the block `header`, on the state of `fork`, have their fee parameters from: that state, or
    /// what the node answers for it (Arbitrum).
    func fees(on fork: PinnedFork, for header: ConsensusHeader) async throws -> FeeSource {
        if rules.hardfork != nil { return .known(.gasOnly) }
        let model: CostModel
        do throws(CostProblem) {
            model = try CostModel(chainID: rules.chainID, timestamp: header.timestamp)
        } catch { throw SimulationError.refused("fees: \(error)") }
        var words: [U256] = []
        for read in model.reads {
            guard case .call(let to, let data) = read else { return .state(model) }
            let request = RPCRequest(
                "eth_call", [["to": .address(to), "data": .hex(data)], BlockID.hash(fork.header.hash).json])
            let answer = try await source.immutable(request) { answer in
                guard let bytes = answer.hexBytes, bytes.count >= 32 else {
                    throw ForkStateError(
                        .badAnswer, "answered less than a word to a fee query at \(to.checksummed)",
                        endpoint: source.label)
                }
            }
            words.append(U256(bigEndian: (answer.hexBytes ?? [])[..<32]))
        }
        do { return .known(try ChainParameters(model, answers: words)) } catch {
            throw SimulationError.refused("fees: \(error)")
        }
    }
}

extension Attempt {
    /// A simulation's answer; its refusal is thrown.
    init(_ answer: SimulationAnswer<Value>) throws(SimulationError) {
        switch answer {
        case .done(let value): self = .done(value)
        case .missing(let needs): self = .missing(needs)
        case .failed(let error): throw error
        }
    }
}

extension CLIFailure {
    /// A fork's or a simulation's failure with its exit code.
    init(simulation error: any Error) {
        if let known = error as? CLIFailure {
            self = known
            return
        }
        if let refused = error as? SimulationError {
            self.init(code: refused.code == -32602 ? .badUsage : .failed, message: "simulate: \(refused.message)")
            return
        }
        let fault = ForkStateError(caught: error)
        let status: ExitStatus =
            switch fault.code {
            case .unknownBlock, .budgetSpent, .tooManyRounds, .noProgress, .blockOutOfRange, .cancelled: .failed
            case .wrongChain, .noRules: .badUsage
            default: .peerFailed
            }
        self.init(code: status, message: "simulate: \(fault)")
    }
}
