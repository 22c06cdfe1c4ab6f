import EVMCodec
import EVMTypes

/// A bundle that was sent to the relay, until a while after its block.
struct RelayBundle {
    var hash: Hash32
    var transactions: [PooledTransaction]
    /// May fail without the bundle failing.
    var mayRevert: Set<Hash32>
    /// The blocks it may be in.
    var firstBlock: UInt64
    var lastBlock: UInt64
    /// Seconds since 1970 between which it may be in a block.
    var times: ClosedRange<UInt64>
    var replacementUUID: String?
    var signer: Address?
    /// The chain's time when it came.
    var receivedAt: UInt64
    /// The outcome of the last block that it could be in, in words.
    var outcome = "waiting"
    /// Whether it is in a block, was taken back, or its last block is there.
    var isDone = false
}

/// The relay's bundles, and what it did for whom.
struct RelayBook {
    /// Bundles that wait or are remembered, oldest first.
    static let bundlesMax = 2_000
    private(set) var bundles: [RelayBundle] = []
    /// Wei that bundles of a signer paid.
    private(set) var paid: [Address: U256] = [:]

    /// Adds a bundle; one with the same id from the same signer is replaced.
    mutating func add(_ bundle: RelayBundle) throws(DevnetError) {
        if let id = bundle.replacementUUID { cancel(id, signer: bundle.signer, outcome: "replaced") }
        if bundles.count >= Self.bundlesMax {
            guard let old = bundles.firstIndex(where: \.isDone) else {
                throw DevnetError("too many bundles wait", code: -32_005)
            }
            bundles.remove(at: old)
        }
        // The same bundle again is no second one.
        if bundles.contains(where: { !$0.isDone && $0.hash == bundle.hash && $0.firstBlock == bundle.firstBlock }) {
            return
        }
        bundles.append(bundle)
    }

    /// Takes waiting bundles with an id back; how many.
    @discardableResult
    mutating func cancel(_ id: String, signer: Address?, outcome: String = "cancelled") -> Int {
        var count = 0
        for index in bundles.indices where !bundles[index].isDone && bundles[index].replacementUUID == id {
            guard bundles[index].signer == signer else { continue }
            bundles[index].isDone = true
            bundles[index].outcome = outcome
            count += 1
        }
        return count
    }

    /// The indices of bundles for a block.
    func indices(for block: UInt64) -> [Int] {
        bundles.indices.filter {
            !bundles[$0].isDone && bundles[$0].firstBlock <= block && block <= bundles[$0].lastBlock
        }
    }

    mutating func settle(_ index: Int, _ verdict: BundleVerdict, block: UInt64) {
        bundles[index].outcome = verdict.text
        if verdict.isIncluded || block >= bundles[index].lastBlock { bundles[index].isDone = true }
        if verdict.isIncluded, let signer = bundles[index].signer, paid.count < 10_000 || paid[signer] != nil {
            paid[signer] = (paid[signer] ?? .zero).adding(verdict.paid) ?? .max
        }
    }
}

/// What became of a bundle in a block.
struct BundleVerdict {
    var index: Int
    var text: String
    var isIncluded = false
    var paid = U256.zero
}
