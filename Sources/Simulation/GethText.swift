public import EVM
public import EVMCodec
internal import EVMCrypto
public import EVMTypes

/// Faults in geth's words, which wallets and libraries look for. Source: geth `core/error.go`, `core/vm/errors.go`,
/// `core/state_transition.go`, `accounts/abi/abi.go`.
public enum GethText {
    /// What a revert said, as geth unpacks it: `Error(string)`'s text or the meaning of a `Panic`; nil for others.
    public static func reason(_ reason: RevertReason?) -> String? {
        switch reason {
        case .error(let text): return text
        case .panic(let code): return code.asUInt64.flatMap { panics[$0] } ?? "unknown panic code: \(code.hex)"
        default: return nil
        }
    }

    /// The error of a call that reverted: code 3, with its output as data.
    public static func revert(_ output: [UInt8]) -> SimulationError {
        let text = reason(RevertReason(output)).map { ": \($0)" } ?? ""
        return SimulationError(3, "execution reverted\(text)", data: output)
    }

    private static let panics: [UInt64: String] = [
        0x00: "generic panic", 0x01: "assert(false)", 0x11: "arithmetic underflow or overflow",
        0x12: "division or modulo by zero", 0x21: "enum overflow",
        0x22: "invalid encoded storage byte array accessed",
        0x31: "out-of-bounds array access; popping on an empty array",
        0x32: "out-of-bounds access of an array or bytesN", 0x41: "out of memory", 0x51: "uninitialized function",
    ]

    /// Why a transaction cannot be run.
    public static func rejection(
        _ rejection: Rejection, of transaction: Transaction, from sender: Address, in block: BlockEnvironment,
        under rules: ExecutionRules
    ) -> String {
        let address = "address \(sender.checksummed)"
        switch rejection {
        case .nonce(let expected, let got):
            return "nonce too \(got < expected ? "low" : "high"): \(address), tx: \(got) state: \(expected)"
        case .insufficientFunds(let has, let needs):
            return "insufficient funds for gas * price + value: \(address) have \(has) want \(needs)"
        case .costOverflow:
            return "insufficient funds for gas * price + value: \(address) required balance exceeds 256 bits"
        case .feeCapBelowBaseFee:
            return "max fee per gas less than block base fee: \(address), maxFeePerGas: \(transaction.feeCap), "
                + "baseFee: \(block.baseFee)"
        case .blobFeeCapTooLow:
            return "max fee per blob gas less than block blob gas fee: \(address) blobGasFeeCap: "
                + "\(transaction.maxFeePerBlobGas), blobBaseFee: \(block.blobBaseFee)"
        case .tooManyBlobs: return "blob gas limit reached"
        case .senderHasCode: return "sender not an eoa: \(address)"
        case .blockGasExceeded: return "gas limit reached"
        case .gasLimitTooLarge: return "gas uint64 overflow"
        case .malformed(let error): return malformed(error, transaction, address, rules)
        }
    }

    private static func malformed(
        _ error: TransactionError, _ transaction: Transaction, _ address: String, _ rules: ExecutionRules
    ) -> String {
        switch error {
        case .intrinsicGasTooLow:
            let intrinsic = transaction.intrinsicGas(rules.fork), floor = transaction.floorGas(rules.fork)
            return transaction.gasLimit < intrinsic
                ? "intrinsic gas too low: have \(transaction.gasLimit), want \(intrinsic)"
                : "insufficient gas for floor data gas cost: have \(transaction.gasLimit), want \(floor)"
        case .priorityAboveMaxFee:
            return "max priority fee per gas higher than max fee per gas: \(address), maxPriorityFeePerGas: "
                + "\(transaction.maxPriorityFeePerGas), maxFeePerGas: \(transaction.maxFeePerGas)"
        case .initCodeTooLarge:
            return "max initcode size exceeded: code size \(transaction.data.count) limit \(rules.initCodeMax)"
        case .gasLimitTooHigh:
            let cap = rules.transactionGasMax ?? 0
            return "transaction gas limit too high (cap: \(cap), tx: \(transaction.gasLimit))"
        case .kindNotActive: return "transaction type not supported"
        case .nonceTooHigh: return "nonce has max value: \(address)"
        case .wrongChain: return "invalid chain id for signer"
        case .recipientMissing:
            return transaction.kind == .blob
                ? "input is a create transaction" : "EIP-7702 transaction cannot be used to create contract"
        case .noBlobs: return "blob transaction missing blob hashes"
        case .noAuthorizations: return "EIP-7702 transaction with empty auth list"
        default: return error.description
        }
    }
}
