public import EVM
public import EVMCodec
internal import EVMTypes

/// Which rules a block of a chain runs by, and what its instructions see.
///
/// A chain that `ExecutionRules.schedules` knows goes by its schedule. Any other (a local chain) goes by `hardfork` when
/// it is named, else by what its header holds: a requests hash is Prague's, blob gas Cancun's, a withdrawals root
/// Shanghai's, difficulty zero Paris's, a base fee London's. Osaka cannot be told from Prague by a header: name it.
public struct BlockRules: Sendable, Hashable {
    /// EIP-155.
    public var chainID: UInt64
    /// Ethereum's rules at this fork, whatever the chain's schedule says.
    public var hardfork: Hardfork?

    public init(chainID: UInt64, hardfork: Hardfork? = nil) {
        self.chainID = chainID
        self.hardfork = hardfork
    }

    /// The rules of a block. Throws `.noRules` for a block before the first row of its chain's schedule.
    public func execution(_ header: ConsensusHeader) throws(ForkStateError) -> ExecutionRules {
        if let hardfork { return .ethereum(hardfork, chainID: chainID) }
        do throws(RulesProblem) {
            return try .rules(
                chainID: chainID, number: header.number, timestamp: header.timestamp, arbOS: arbOS(header))
        } catch {
            guard case .unknownChain = error else { throw ForkStateError(.noRules, error.description) }
            return .ethereum(Self.fork(of: header), chainID: chainID)
        }
    }

    /// The youngest fork before Osaka whose fields the header has.
    public static func fork(of header: ConsensusHeader) -> Hardfork {
        if header.requestsHash != nil { return .prague }
        if header.blobGasUsed != nil || header.parentBeaconBlockRoot != nil { return .cancun }
        if header.withdrawalsRoot != nil { return .shanghai }
        guard header.baseFeePerGas != nil else { return .berlin }
        return header.difficulty.isZero ? .paris : .london
    }

    /// What instructions of a mined block see. COINBASE is the header's (on Polygon the author is not in the header).
    ///
    /// 0x44 answers the mix hash where the difficulty is zero, as geth decides it. Throws `.noRules` as `execution`.
    public func environment(_ header: ConsensusHeader) throws(ForkStateError) -> BlockEnvironment {
        let rules = try execution(header)
        let blobs = blobParameters(rules, timestamp: header.timestamp)
        return BlockEnvironment(
            number: isArbitrum ? l1Number(header) : header.number, timestamp: header.timestamp,
            coinbase: header.coinbase, gasLimit: header.gasLimit, baseFee: header.baseFeePerGas ?? .zero,
            difficultyOrRandao: header.difficulty.isZero ? header.mixHash.word : header.difficulty,
            blobBaseFee: blobBaseFee(rules, blobs, excess: header.excessBlobGas ?? 0),
            blobGasLeft: blobs?.maxGas ?? 0)
    }

    /// The header that a block on top of `parent` would have, as far as execution sees it: number, time, fees.
    ///
    /// Coinbase, gas limit, extra data and PREVRANDAO are taken from the parent: what the next block will have is not
    /// known. The base fee follows EIP-1559 with the constants of the chain (OP stack from Holocene on: the parent's
    /// extra data); where a chain has a rule of its own (Arbitrum, BSC, Polygon) it stays.
    /// - Parameter timestamp: seconds since 1970; at least the parent's plus 1 where given, else the parent's plus 12.
    public func next(
        after parent: ConsensusHeader, timestamp: UInt64? = nil
    ) throws(ForkStateError) -> ConsensusHeader {
        var next = parent
        next.parentHash = parent.hash
        let time = timestamp ?? parent.timestamp &+ 12
        guard parent.number < .max, time >= parent.timestamp else {
            throw ForkStateError(.noRules, "a block cannot be earlier than its parent \(parent.number)")
        }
        next.number = parent.number + 1
        next.timestamp = time
        next.gasUsed = 0
        let rules = try execution(next)
        next.baseFeePerGas = nextBaseFee(parent, rules)
        if let blobs = blobParameters(rules, timestamp: time) {
            next.blobGasUsed = 0
            next.excessBlobGas =
                blobs.excessBlobGas(
                    parentExcess: parent.excessBlobGas ?? 0, parentUsed: parent.blobGasUsed ?? 0,
                    parentBaseFee: parent.baseFeePerGas ?? .zero,
                    hasReservePrice: rules.fork >= .osaka && chainID != 56 && parent.excessBlobGas != nil) ?? .max
        }
        return next
    }

    // MARK: Fees

    private func nextBaseFee(_ parent: ConsensusHeader, _ rules: ExecutionRules) -> U256? {
        guard let fee = parent.baseFeePerGas else { return rules.fork >= .london ? BaseFee.initial : nil }
        // Arbitrum and BSC have rules of their own; on Polygon the producer chooses within 5 % of the parent's.
        if isArbitrum || chainID == 56 || chainID == 137 { return fee }
        let terms = feeTerms(parent)
        guard terms.elasticity > 1, terms.denominator > 0 else { return fee }
        let target = parent.gasLimit / terms.elasticity
        guard target > 0, terms.metered != target else { return max(fee, terms.least) }
        let isUp = terms.metered > target
        let distance = isUp ? terms.metered - target : target - terms.metered
        guard let product = fee.multiplied(by: U256(distance)) else { return fee }
        let change = product / U256(target) / U256(terms.denominator)
        return max(isUp ? fee.adding(max(change, .one)) ?? fee : fee - min(change, fee), terms.least)
    }

    private struct FeeTerms {
        /// How many times the target the limit is.
        var elasticity = BaseFee.elasticity
        /// The fee moves by at most one part in this.
        var denominator = BaseFee.changeDenominator
        /// What counts against the target.
        var metered: UInt64
        /// Wei a gas.
        var least = U256.zero
    }

    /// Source: EIP-1559; optimism specs `holocene/exec-engine.md` and `jovian/exec-engine.md`: the parent's extra data
    /// holds version (0 or 1), denominator and elasticity (4 bytes each), and from Jovian on the least base fee
    /// (8 bytes); Jovian meters the data footprint too, which stands in the blob gas.
    private func feeTerms(_ parent: ConsensusHeader) -> FeeTerms {
        var terms = FeeTerms(metered: parent.gasUsed)
        guard chainID == 10 || chainID == 8_453 else { return terms }
        terms.elasticity = 6
        terms.denominator = 250
        let extra = parent.extraData
        guard extra.count >= 9, extra[0] <= 1 else { return terms }
        func number(_ range: Range<Int>) -> UInt64 { extra[range].reduce(0) { $0 << 8 | UInt64($1) } }
        if number(1..<5) != 0 {
            terms.denominator = number(1..<5)
            terms.elasticity = number(5..<9)
        }
        if extra[0] == 1, extra.count >= 17 {
            terms.least = U256(number(9..<17))
            terms.metered = max(parent.gasUsed, parent.blobGasUsed ?? 0)
        }
        return terms
    }

    private func blobParameters(_ rules: ExecutionRules, timestamp: UInt64) -> BlobParameters? {
        guard rules.fork >= .cancun, rules.allowsBlobs else { return nil }
        if hardfork == nil, let schedule = ExecutionRules.schedules.first(where: { $0.chainID == chainID }) {
            return schedule.blobs(timestamp: timestamp)
        }
        return ForkSchedule.standardBlobs(rules.fork)
    }

    /// Where a chain has the instruction and no blobs (OP stack), it answers 1.
    private func blobBaseFee(_ rules: ExecutionRules, _ blobs: BlobParameters?, excess: UInt64) -> U256 {
        guard rules.fork >= .cancun else { return .zero }
        return blobs?.baseFee(excessBlobGas: excess) ?? .one
    }

    // MARK: Arbitrum

    private var isArbitrum: Bool { chainID == 42_161 }

    /// Bytes 8 to 16 of the mix hash. Source: OffchainLabs/go-ethereum `core/types/arb_types.go`, HeaderInfo.
    private func l1Number(_ header: ConsensusHeader) -> UInt64 { header.mixHash.word.w2 }

    /// Bytes 16 to 24 of the mix hash.
    private func arbOS(_ header: ConsensusHeader) -> UInt64? { isArbitrum ? header.mixHash.word.w1 : nil }
}
