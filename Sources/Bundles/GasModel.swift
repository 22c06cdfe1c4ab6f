public import Pools

/// An upper estimate of what a run of the executor uses, when it was not simulated.
///
/// Figures: contracts/artifacts/gas-snapshot.json (cold accounts, plain ERC-20 tokens) plus room for dearer tokens;
/// the tests hold the model above every row of the snapshot. A simulated figure is better wherever there is one.
public struct GasModel: Hashable, Sendable {
    /// Transaction base, calldata of two legs, the executor's own work, two balance reads.
    public var base: UInt64
    /// A V2-shaped leg: the pair, its balance reads, the transfer of its output, 36 bytes of program.
    public var perV2Leg: UInt64
    /// A V3-shaped leg that stays within one tick range.
    public var perV3Leg: UInt64
    /// Each initialised tick that a V3 leg crosses.
    public var perTickCrossed: UInt64
    /// Unwrapping and paying the builder.
    public var tip: UInt64

    public init(base: UInt64, perV2Leg: UInt64, perV3Leg: UInt64, perTickCrossed: UInt64, tip: UInt64) {
        self.base = base
        self.perV2Leg = perV2Leg
        self.perV3Leg = perV3Leg
        self.perTickCrossed = perTickCrossed
        self.tip = tip
    }

    /// The model of contracts/src/Executor.vy.
    public static let executor = GasModel(
        base: 50_000, perV2Leg: 60_000, perV3Leg: 75_000, perTickCrossed: 26_000, tip: 22_000)

    /// Gas of a run over pools of these kinds, crossing `ticksCrossed` initialised ticks in all. Saturates, never
    /// wraps.
    public func estimate(kinds: some Sequence<PoolKind>, ticksCrossed: UInt64 = 0, paysTip: Bool) -> UInt64 {
        var total = base
        for kind in kinds {
            switch kind {
            case .uniswapV2, .solidly: total = Self.sum(total, perV2Leg)
            case .uniswapV3, .slipstream, .uniswapV4, .algebra, .algebraIntegral, .pancakeInfinityCL, .curveStable,
                .curveTricrypto, .curveTwocrypto, .balancerWeighted, .balancerStable:
                total = Self.sum(total, perV3Leg)
            }
        }
        let (ticks, overflow) = perTickCrossed.multipliedReportingOverflow(by: ticksCrossed)
        total = overflow ? .max : Self.sum(total, ticks)
        return paysTip ? Self.sum(total, tip) : total
    }

    private static func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (total, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : total
    }
}
