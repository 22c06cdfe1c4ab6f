public import EVMCodec
public import EVMTypes

/// Why a transaction cannot be part of a block; nothing of the state changes.
public enum Rejection: Error, Hashable, Sendable, CustomStringConvertible {
    /// A rule that needs no state: type, chain, shape, intrinsic gas.
    case malformed(TransactionError)
    /// The sender's nonce is another.
    case nonce(expected: UInt64, got: UInt64)
    /// The sender cannot pay gas, value and blobs at the highest price.
    case insufficientFunds(has: U256, needs: U256)
    /// The cost passes 2^256-1.
    case costOverflow
    /// The fee cap is below the block's base fee.
    case feeCapBelowBaseFee
    /// The blob fee cap is below the block's blob base fee.
    case blobFeeCapTooLow
    /// More blobs than a transaction or the block may have.
    case tooManyBlobs
    /// The sender has code (EIP-3607).
    case senderHasCode
    /// More gas than is left in the block.
    case blockGasExceeded
    /// A gas limit of 2^63 or more.
    case gasLimitTooLarge

    /// One line for people.
    public var description: String {
        switch self {
        case .malformed(let error): error.description
        case .nonce(let expected, let got):
            "transaction refused: nonce too \(got < expected ? "low" : "high"): the sender's next is \(expected), "
                + "the transaction has \(got)"
        case .insufficientFunds(let has, let needs):
            "transaction refused: insufficient funds: the sender has \(has) wei, gas, value and blobs need \(needs)"
        case .costOverflow: "transaction refused: its cost passes 2^256-1"
        case .feeCapBelowBaseFee: "transaction refused: the fee cap is below the block's base fee"
        case .blobFeeCapTooLow: "transaction refused: the blob fee cap is below the block's blob base fee"
        case .tooManyBlobs: "transaction refused: more blobs than allowed"
        case .senderHasCode: "transaction refused: the sender has code (EIP-3607)"
        case .blockGasExceeded: "transaction refused: its gas limit is more than the block has left"
        case .gasLimitTooLarge: "transaction refused: a gas limit of 2^63 or more"
        }
    }
}

/// Which rules a simulation leaves out.
public struct ExecutionOptions: Hashable, Sendable {
    /// Compare the nonce.
    public var checksNonce = true
    /// Refuse a sender that cannot pay. Without it the sender is given what it lacks, for this transaction.
    public var checksBalance = true
    /// Refuse a fee cap below the base fee; without it the tip is zero then.
    public var checksBaseFee = true
    /// Refuse a sender with code (EIP-3607).
    public var checksSenderCode = true
    /// Hold to `ExecutionRules.transactionGasMax` (EIP-7825).
    public var checksTransactionGasMax = true
    /// Hold to the gas that is left in the block.
    public var checksBlockGas = true

    public init() {}

    /// Every rule: what a block's transactions are held to.
    public static var consensus: ExecutionOptions { ExecutionOptions() }

    /// What eth_call leaves out.
    public static var simulation: ExecutionOptions {
        var options = ExecutionOptions()
        options.checksNonce = false
        options.checksBalance = false
        options.checksBaseFee = false
        options.checksSenderCode = false
        options.checksTransactionGasMax = false
        options.checksBlockGas = false
        return options
    }
}

/// What a transaction did, in numbers. Output, logs and changes are asked of the machine, before its next run.
public struct Outcome: Hashable, Sendable {
    /// How its first frame ended.
    public var halt: Halt
    /// Gas paid for, after the refund and at least the floor (EIP-7623).
    public var gasUsed: UInt64
    /// Gas given back.
    public var gasRefunded: UInt64
    /// Wei a gas that the sender paid.
    public var gasPrice: U256
    /// Wei the tip recipient got as fees.
    public var tips: U256
    /// Wei the coinbase gained (or, with `coinbaseLost`, lost) by calls, fees aside.
    public var coinbaseTransfers: U256
    /// Whether `coinbaseTransfers` went out.
    public var coinbaseLost: Bool
    /// Where a creation put its contract; nil for a call or a failed creation.
    public var created: Address?
    /// Which of the overlay's logs are its own.
    public var logs: Range<Int>

    /// Whether its changes were kept: the receipt's status.
    public var isSuccess: Bool { halt.isSuccess }
}

/// What came of asking for a transaction to be run.
public enum ExecutionResult: Hashable, Sendable {
    /// It ran; the overlay holds its changes.
    case executed(Outcome)
    /// It cannot be run at all.
    case rejected(Rejection)
    /// It was not run to its end, and nothing was changed: the pinned state lacks these.
    case missing([StateNeed])
    /// It was not run to its end, and nothing was changed: memory limit, or a contract that Martlet does not have.
    case unanswered(Halt, Address?)
}
