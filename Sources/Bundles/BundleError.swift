public import EVMTypes

/// Why no program, fee or bundle can be made of a plan. `description` is the line for people.
@frozen
public enum BundleError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Fewer than two legs.
    case tooFewLegs
    /// More legs than `ExecutorProgram.legsMax`.
    case tooManyLegs
    /// The number of pool identities is not the number of legs.
    case poolCountMismatch
    /// A leg takes or gives nothing.
    case zeroAmount(leg: Int)
    /// An amount does not fit the program's 126 bits.
    case amountTooLarge(leg: Int)
    /// A leg's input token or amount is not the output of the leg before it, or the cycle does not close.
    case brokenChain(leg: Int)
    /// A pool appears a second time: its own lock would refuse it.
    case poolRepeated(leg: Int)
    /// The executor contract cannot trade a pool of this kind.
    case poolNotRoutable(leg: Int)
    /// `profit` is not the last output less the first input.
    case profitMismatch
    /// The last valid block does not fit the program's 40 bits, or no block is valid.
    case blockOutOfRange
    /// The tip does not fit the program's 88 bits.
    case tipTooLarge
    /// The settlement token is not the wrapped native token and no rate to native money is known.
    case noNativeRate
    /// The parent block has no base fee or a gas limit no rule accepts.
    case badParent
    /// The policy asks for more than the whole (10,000 bps), or for no block at all.
    case badPolicy
    /// The gas limit passes what a transaction may ask for (EIP-7825).
    case gasLimitTooHigh
    /// A sum passes 256 bits.
    case overflow
    /// Tip and gas eat the profit: this many wei are missing to earn at least one.
    case unprofitable(shortfallWei: U256)

    public var description: String {
        switch self {
        case .tooFewLegs: "a cycle needs at least two legs"
        case .tooManyLegs: "a cycle has at most \(ExecutorProgram.legsMax) legs"
        case .poolCountMismatch: "there must be one pool identity for each leg"
        case .zeroAmount(let leg): "leg \(leg) takes or gives nothing"
        case .amountTooLarge(let leg): "leg \(leg) has an amount of 2^126 or more"
        case .brokenChain(let leg): "leg \(leg) does not take what the leg before it gives"
        case .poolRepeated(let leg): "leg \(leg) uses a pool a second time"
        case .poolNotRoutable(let leg): "leg \(leg) goes through a pool of a kind that the executor cannot trade"
        case .profitMismatch: "the profit is not the last output less the first input"
        case .blockOutOfRange: "the last valid block is outside 1 to 2^40 - 1"
        case .tipTooLarge: "the tip is 2^88 wei or more"
        case .noNativeRate: "no rate from the settlement token to native money is known"
        case .badParent: "the parent block has no usable base fee and gas limit"
        case .badPolicy: "the fee policy is out of range"
        case .gasLimitTooHigh: "the gas limit passes what one transaction may ask for"
        case .overflow: "a sum passes 256 bits"
        case .unprofitable(let shortfall): "tip and gas eat the profit: \(shortfall) wei are missing"
        }
    }
}
