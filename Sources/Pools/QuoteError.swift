/// Why a pool gives no price. Payload-free, so throwing it costs no allocation.
public enum QuoteError: UInt8, Error, Hashable, Sendable {
    /// A reserve, the price or the liquidity needed to start is zero.
    case noLiquidity
    /// The request cannot be filled whole: the pool runs dry, or would hold more than its own integers allow.
    case insufficientLiquidity
    /// An intermediate or final value passes the contract's integer range; the contract reverts too.
    case overflow
    /// The amount asked for, or the amount it would give, is zero.
    case zeroAmount
    /// The pool's state is missing, quarantined or removed.
    case stale
}
