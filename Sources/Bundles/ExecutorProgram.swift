public import EVMTypes
public import Paths
public import Pools

/// A cycle in the executor's packed form: records of 36 bytes, big-endian, no padding.
///
/// Record 0 is the settlement token (20 bytes) and the first leg's input (16). Record i is leg i's pool (20) and a
/// word (16): bit 127 V3-shaped, bit 126 zeroForOne, bits 0-125 the exact output (V2) or the exact input (V3). The
/// executor calls the LAST record's pool first: it lends the settlement token, and each other pool pays the next one
/// directly.
/// Source: contracts/src/Executor.vy, which states the format; Tests/Vectors/executor holds programs that ran.
public struct ExecutorProgram: Hashable, Sendable {
    /// The most legs the contract takes (`MAX_LEGS`).
    public static let legsMax = 8
    /// Bytes in a record.
    public static let recordSize = 36

    /// The packed records: 36 × (legs + 1) bytes.
    public let bytes: [UInt8]
    /// The token that is lent, repaid and earned.
    public let settlement: Address
    /// What a run earns before tip and gas, in the settlement token's smallest unit.
    public let grossProfit: UInt128

    /// Packs a plan whose legs run through `pools`, leg by leg.
    ///
    /// Refuses everything the contract or a pool would refuse for its shape: the number of legs, a chain that is not
    /// closed, amounts that do not join or do not fit, a pool used twice. One allocation.
    public init(plan: CyclePlan, pools: [PoolIdentity], settlement: Address) throws(BundleError) {
        let legs = plan.legs
        guard legs.count >= 2 else { throw .tooFewLegs }
        guard legs.count <= Self.legsMax else { throw .tooManyLegs }
        guard pools.count == legs.count else { throw .poolCountMismatch }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.recordSize * (legs.count + 1))
        Self.append(settlement, legs[0].amountIn, to: &bytes)
        var token = settlement
        var amount = legs[0].amountIn
        for (index, leg) in legs.enumerated() {
            let pool = pools[index]
            token = try Self.check(leg, index, pool, takes: token, amount)
            amount = leg.amountOut
            guard !pools[..<index].contains(where: { $0.address == pool.address }) else {
                throw .poolRepeated(leg: index)
            }
            guard pool.kind.isRoutable else { throw .poolNotRoutable(leg: index) }
            Self.append(pool.address, Self.word(of: leg, isV3Shaped: pool.kind.isV3Shaped), to: &bytes)
        }
        guard token == settlement else { throw .brokenChain(leg: legs.count - 1) }
        let (gain, loses) = amount.subtractingReportingOverflow(legs[0].amountIn)
        guard !loses, gain == plan.profit else { throw .profitMismatch }
        self.bytes = bytes
        self.settlement = settlement
        grossProfit = gain
    }

    /// The token that `leg` gives, once it was shown to take `token` and `amount`.
    private static func check(
        _ leg: CyclePlan.Leg, _ index: Int, _ pool: PoolIdentity, takes token: Address, _ amount: UInt128
    ) throws(BundleError) -> Address {
        guard leg.amountIn != 0, leg.amountOut != 0 else { throw .zeroAmount(leg: index) }
        guard max(leg.amountIn, leg.amountOut) >> 126 == 0 else { throw .amountTooLarge(leg: index) }
        let (takes, gives) = leg.zeroForOne ? (pool.token0, pool.token1) : (pool.token1, pool.token0)
        guard takes == token, leg.amountIn == amount else { throw .brokenChain(leg: index) }
        return gives
    }

    private static func word(of leg: CyclePlan.Leg, isV3Shaped: Bool) -> UInt128 {
        let direction: UInt128 = leg.zeroForOne ? 1 << 126 : 0
        return isV3Shaped ? 1 << 127 | direction | leg.amountIn : direction | leg.amountOut
    }

    private static func append(_ address: Address, _ word: UInt128, to bytes: inout [UInt8]) {
        for shift in stride(from: 24, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: address.high >> shift))
        }
        for shift in stride(from: 120, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: address.low >> shift))
        }
        for shift in stride(from: 120, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }
}

/// The conditions of one run, packed into the first word of its calldata.
public struct ExecutorLimits: Hashable, Sendable {
    /// The last block the run may execute in; later it reverts as stale. Below 2^40.
    public let validUntilBlock: UInt64
    /// What the block's builder gets, in wei of native money, out of the settlement token; below 2^88.
    public let tip: U256
    /// What the executor's balance of the settlement token must have grown by after repayment and tip.
    public let minProfit: UInt128

    /// Refuses a block or a tip that does not fit the packed form.
    public init(validUntilBlock: UInt64, tip: U256, minProfit: UInt128) throws(BundleError) {
        guard validUntilBlock > 0, validUntilBlock >> 40 == 0 else { throw .blockOutOfRange }
        guard tip.bitWidthUsed <= 88 else { throw .tipTooLarge }
        self.validUntilBlock = validUntilBlock
        self.tip = tip
        self.minProfit = minProfit
    }

    /// validUntilBlock (40 bits) | tip (88 bits) | minProfit (128 bits).
    public var word: U256 { U256(lo: minProfit, hi: UInt128(validUntilBlock) << 88 | tip.lo) }
}
