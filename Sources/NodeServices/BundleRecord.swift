import EVMTypes

/// How far one bundle of ours has come. Terminal for the moment: a reorg can move a landed bundle back to `orphaned`.
enum BundleState: String, Sendable, CaseIterable {
    /// Simulated and kept back: a dry run, or a pause.
    case simulated
    /// Handed to at least one relay, or perhaps handed over (no clear answer).
    case submitted
    /// In a canonical block and successful.
    case landed
    /// In a canonical block and reverted: gas paid, nothing earned.
    case reverted
    /// Its last block has passed without it.
    case expired
    /// The simulation, the signer or every relay said no.
    case failed
    /// Was landed or reverted in a block that a reorg removed, and is in no block now. On disk: submitted.
    case orphaned
}

/// One bundle from its plan to what the chain made of it. All amounts are exact wei.
struct BundleRecord: Sendable, Hashable {
    /// Our transaction's hash: also the record's identity.
    var transaction: Hash32
    /// The pending transaction it follows; nil for a gap that stands in the head's state.
    var target: Hash32?
    /// The only block it is meant for.
    var targetBlock: UInt64
    /// The hash by which relays know it.
    var bundleHash: Hash32
    var nonce: UInt64
    /// Names of the relays it goes to.
    var relays: [String]
    /// Swaps of the cycle; 0 when it was read back from disk.
    var legs: Int
    var state: BundleState
    /// Why it failed; empty otherwise.
    var reason: String = ""
    /// What the plan promised: gross, tip, and net after gas at the worst price.
    var predictedGross: U256
    var predictedTip: U256
    var predictedNet: I256
    /// The growth of the executor's balance that the contract enforces; 0 when it was read back from disk.
    var minProfit: U256
    /// Where it was included; nil before and after.
    var block: BlockPoint?
    /// Growth of the executor's balance as its logs show it; nil unless landed.
    var growth: U256?
    /// Unwrapped and paid to the builder; nil unless landed.
    var tip: U256?
    /// Gas paid by the searcher; nil unless included.
    var gasPaid: U256?

    /// growth - gasPaid, as sign and magnitude, for a landed or reverted bundle.
    var net: I256? {
        guard let gasPaid else { return nil }
        return I256(bits: (growth ?? .zero) &- gasPaid)
    }

    /// Whether it may yet be found in a block.
    var isOpen: Bool { state == .submitted || state == .orphaned || state == .expired }
    /// Whether it is in a block.
    var isIncluded: Bool { state == .landed || state == .reverted }
}

/// What all included bundles together did. Exact.
struct ProfitTotals: Sendable, Hashable {
    /// Growth and tips of landed bundles.
    var gross = U256.zero
    var tips = U256.zero
    /// Growth of the executor's balance.
    var growth = U256.zero
    /// Gas of landed and reverted bundles.
    var gasPaid = U256.zero
    var landed: UInt64 = 0
    var reverted: UInt64 = 0

    /// growth - gasPaid; may be negative.
    var net: I256 { I256(bits: growth &- gasPaid) }

    mutating func add(_ record: BundleRecord) {
        guard record.isIncluded else { return }
        growth = growth &+ (record.growth ?? .zero)
        tips = tips &+ (record.tip ?? .zero)
        gross = growth &+ tips
        gasPaid = gasPaid &+ (record.gasPaid ?? .zero)
        if record.state == .landed { landed += 1 } else { reverted += 1 }
    }

    mutating func remove(_ record: BundleRecord) {
        guard record.isIncluded else { return }
        growth = growth &- (record.growth ?? .zero)
        tips = tips &- (record.tip ?? .zero)
        gross = growth &+ tips
        gasPaid = gasPaid &- (record.gasPaid ?? .zero)
        if record.state == .landed { landed &-= 1 } else { reverted &-= 1 }
    }
}
