public import EVM
public import EVMCodec
internal import EVMCrypto
public import EVMTypes

/// The parameters of a bundle: of `eth_callBundle`, `eth_sendBundle` or `mev_sendBundle`.
public struct BundleRequest: Hashable, Sendable {
    /// In order, with their senders.
    public var transactions: [BundleTransaction] = []
    /// The block that it is for; nil where a tag or nothing was given.
    public var blockNumber: UInt64?
    /// What the state is that of: a tag or a number; nil for the latest block.
    public var stateBlock: String?
    /// What the block is like; `timestamp`, `coinbase`, `gasLimit`, `difficulty` and `baseFee` of the request.
    public var overrides = BlockOverrides()

    /// Most transactions and bytes; the Flashbots relay's bounds.
    public static let transactionsMax = 100, bytesMax = 300_000

    public init() {}

    /// Reads the parameter object. Faults name the transaction's index.
    public init(_ json: JSON) throws(SimulationError) {
        let object = json.array?.first ?? json["params"]?.array?.first ?? json["params"] ?? json
        guard object.object != nil else { throw .invalid("bundle: not an object") }
        let fields = FieldReader(object, of: "CallBundleArgs")
        var raws: [(JSON, mayRevert: Bool)] = []
        if let txs = try fields.array("txs") {
            let reverting = Set(object["revertingTxHashes"]?.array?.compactMap(\.hash32) ?? [])
            raws = txs.map { raw in
                (raw, raw.hexBytes.map { reverting.contains(Keccak256.hash($0)) } ?? false)
            }
            blockNumber = try Self.number(object["blockNumber"], "blockNumber")
        } else if let body = try fields.array("body") {
            for (index, element) in body.enumerated() {
                guard let raw = element["tx"] else {
                    throw .refused("bundle: body[\(index)] is no transaction (a hash or a bundle cannot be simulated)")
                }
                raws.append((raw, element["canRevert"]?.bool ?? false))
            }
            blockNumber = try Self.number(object["inclusion"]?["block"], "inclusion.block")
        } else {
            throw .invalid("bundle missing txs")
        }
        stateBlock = object["stateBlockNumber"]?.string
        try readBlock(object)
        try add(raws)
    }

    private mutating func add(_ raws: [(JSON, mayRevert: Bool)]) throws(SimulationError) {
        guard !raws.isEmpty else { throw .invalid("bundle missing txs") }
        guard raws.count <= Self.transactionsMax else {
            throw .refused("bundle: more than \(Self.transactionsMax) txs")
        }
        var bytes = 0
        for (index, (raw, mayRevert)) in raws.enumerated() {
            guard let envelope = raw.hexBytes else { throw .invalid("bundle: tx \(index) is not hex") }
            bytes += envelope.count
            guard bytes <= Self.bytesMax else { throw .refused("bundle: more than \(Self.bytesMax) bytes") }
            let transaction: Transaction
            do throws(TransactionError) {
                transaction = try Transaction(decoding: envelope)
            } catch { throw .refused("bundle: tx \(index): \(error.description)") }
            guard let sender = transaction.sender() else {
                throw .refused("bundle: tx \(index): the signature recovers no sender")
            }
            transactions.append(BundleTransaction(transaction, from: sender, mayRevert: mayRevert))
        }
    }

    private mutating func readBlock(_ json: JSON) throws(SimulationError) {
        let fields = FieldReader(json, of: "CallBundleArgs")
        overrides.number = blockNumber
        overrides.timestamp = try Self.number(json["timestamp"], "timestamp")
        overrides.coinbase = try fields.address("coinbase")
        overrides.gasLimit = try Self.number(json["gasLimit"], "gasLimit")
        if json["baseFee"]?.string != nil {
            overrides.baseFee = try fields.u256("baseFee")
        } else {
            overrides.baseFee = try Self.number(json["baseFee"], "baseFee").map { U256($0) }
        }
    }

    /// A hex string or a number; nil for a tag or nothing.
    private static func number(_ json: JSON?, _ name: String) throws(SimulationError) -> UInt64? {
        guard let json, !json.isNull, json != "latest", json != "pending" else { return nil }
        if let value = json.quantityU64 ?? json.uint64 { return value }
        throw .invalid("bundle: \(name) is neither a number nor hex")
    }

    /// keccak256 of the transactions' hashes.
    public var bundleHash: Hash32 { Keccak256.hash(transactions.flatMap { $0.transaction.hash.bytes }) }
}

/// What `eth_callBundle` answers.
public struct BundleSimulation: Hashable, Sendable {
    /// As it was asked for.
    public var bundle: BundleRequest
    /// Sums, and what each transaction did.
    public var outcome: BundleOutcome
    /// Height of the block whose state it ran on.
    public var stateBlockNumber: UInt64

    /// The first transaction that failed; nil when all ended well.
    public var firstRevert: Hash32? {
        zip(bundle.transactions, outcome.steps).first { !$1.outcome.isSuccess }?.0.transaction.hash
    }

    /// The result member of the response, in the relay's form: wei as decimal strings.
    public var json: JSON {
        [
            "bundleGasPrice": .string(outcome.bundleGasPrice.description), "bundleHash": .hash(bundle.bundleHash),
            "coinbaseDiff": .string(outcome.coinbaseDiff.description),
            "ethSentToCoinbase": .string(outcome.ethSentToCoinbase.description),
            "gasFees": .string(outcome.gasFees.description), "results": .array(results),
            "stateBlockNumber": .integer(stateBlockNumber), "totalGasUsed": .integer(outcome.gasUsed),
        ]
    }

    private var results: [JSON] {
        zip(bundle.transactions, outcome.steps).map { item, step in
            // What the coinbase got in all, for each gas, as relays compute it.
            let gas = I256(bits: U256(max(1, step.outcome.gasUsed)))
            let price = step.coinbaseDiff.quotientAndRemainder(dividingBy: gas).quotient
            var members: JSONObject = [
                "coinbaseDiff": .string(step.coinbaseDiff.description),
                "ethSentToCoinbase": .string(step.ethSentToCoinbase.description),
                "fromAddress": .string(item.sender.checksummed), "gasFees": .string(step.gasFees.description),
                "gasPrice": .string(price.description), "gasUsed": .integer(step.outcome.gasUsed),
                "toAddress": item.transaction.to.map { .string($0.checksummed) } ?? "0x",
                "txHash": .hash(item.transaction.hash),
            ]
            if let error = step.outcome.halt.gethText {
                members["error"] = .string(error)
                if step.outcome.halt == .revert { members["revert"] = .hex(step.output) }
            } else {
                members["value"] = .hex(step.output)
            }
            return .object(members)
        }
    }
}

extension Machine {
    /// `eth_callBundle`: the transactions in order, by every rule of a block; one that fails is reported and the others
    /// go on, one that cannot be run at all is an error that names it. Leaves the overlay as it was.
    /// - Parameter stateBlockNumber: height of the block whose state this is, for the answer.
    public mutating func callBundle(
        _ bundle: BundleRequest, in context: CallContext, stateBlockNumber: UInt64, on state: borrowing PinnedState
    ) -> SimulationAnswer<BundleSimulation> {
        let start: OverlayCheckpoint
        switch open(context, on: state) {
        case .done(let checkpoint): start = checkpoint
        case .missing(let needs): return .missing(needs)
        case .failed(let error): return .failed(error)
        }
        defer { overlay.revert(to: start) }
        let block = bundle.overrides.applied(to: context.environment)
        var lenient = bundle.transactions
        for index in lenient.indices { lenient[index].mayRevert = true }
        switch execute(bundle: lenient, in: block, on: state) {
        case .executed(let outcome):
            return .done(BundleSimulation(bundle: bundle, outcome: outcome, stateBlockNumber: stateBlockNumber))
        case .missing(_, let needs): return .missing(needs)
        case .rejected(let index, let rejection):
            let item = bundle.transactions[index]
            let text = GethText.rejection(
                rejection, of: item.transaction, from: item.sender, in: block, under: context.rules)
            return .failed(.refused("err: \(text); tx \(index), txhash \(item.transaction.hash.hex)"))
        case .unanswered(_, let halt, let address): return .failed(.unanswered(halt, address, context.rules))
        case .reverted(let index, _, _): return .failed(.refused("tx \(index) reverted"))
        }
    }
}
