/// Why bytes are not a transaction, or a transaction is not valid.
public enum TransactionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The member a fault lies in.
    public enum Field: String, Hashable, Sendable {
        case envelope, chainID, nonce, gasPrice, maxPriorityFeePerGas, maxFeePerGas, gasLimit, to, value, data
        case accessList, maxFeePerBlobGas, blobVersionedHashes, authorizations, v, yParity, r, s
    }

    // Bytes.
    /// No bytes at all.
    case empty
    /// An EIP-2718 type that is not 0 to 4 (for example an L2 deposit), or bytes that are no envelope.
    case unsupportedType(UInt8)
    /// A type 3 transaction wrapped with its blobs: valid on the peer-to-peer network, not here. Decode its first item.
    case blobNetworkForm
    /// Not canonical RLP, or a field of the wrong shape or size.
    case malformed(Field, RLPError)
    /// The list has too few or too many items.
    case fieldCount

    // Values.
    /// The nonce is 2^64-1 or above (EIP-2681).
    case nonceTooHigh
    /// `v` is neither 27, 28 nor 35 and above; or a parity is neither 0 nor 1.
    case invalidParity
    /// r or s is zero or not below the curve order.
    case signatureOutOfRange
    /// s is above half the curve order (EIP-2).
    case highS
    /// The signature recovers no public key.
    case unrecoverable
    /// Gas limit x fee cap passes 2^256-1.
    case gasCostOverflow
    /// The tip cap is above the fee cap.
    case priorityAboveMaxFee
    /// Types 3 and 4 cannot create a contract.
    case recipientMissing
    /// A blob transaction without blobs.
    case noBlobs
    /// A blob hash whose first byte is not 0x01.
    case blobHashVersion
    /// A set-code transaction without authorizations.
    case noAuthorizations
    /// A typed transaction without a chain id.
    case chainIDMissing

    // Fork and chain.
    /// The fork does not know this type yet.
    case kindNotActive
    /// EIP-155 signatures are valid from Spurious Dragon on.
    case replayProtectionNotActive
    /// Signed for another chain.
    case wrongChain
    /// The gas limit is below the intrinsic gas (or, from Prague, the calldata floor).
    case intrinsicGasTooLow
    /// Init code beyond 49,152 bytes (EIP-3860).
    case initCodeTooLarge
    /// Gas limit beyond 2^24 (EIP-7825).
    case gasLimitTooHigh

    /// One line for people.
    public var description: String {
        let text =
            switch self {
            case .empty: "there are no bytes"
            case .unsupportedType(let type): "type 0x\(String(type, radix: 16)) is not supported (0 to 4 are)"
            case .blobNetworkForm: "the network form with blobs is not accepted, send the plain type 3 envelope"
            case .malformed(let field, let cause): "field \(field.rawValue) is malformed (\(cause))"
            case .fieldCount: "the number of fields is wrong for its type"
            case .nonceTooHigh: "the nonce is 2^64-1 or above"
            case .invalidParity: "the signature's v or parity is out of range"
            case .signatureOutOfRange: "r or s is zero or not below the curve order"
            case .highS: "s is above half the curve order"
            case .unrecoverable: "the signature recovers no sender"
            case .gasCostOverflow: "gas limit x fee cap passes 2^256-1"
            case .priorityAboveMaxFee: "the priority fee is above the maximum fee"
            case .recipientMissing: "this type needs a recipient"
            case .noBlobs: "a blob transaction needs a blob hash"
            case .blobHashVersion: "a blob hash does not start with 0x01"
            case .noAuthorizations: "a set-code transaction needs an authorization"
            case .chainIDMissing: "a typed transaction needs a chain id"
            case .kindNotActive: "its type is not active at this fork"
            case .replayProtectionNotActive: "EIP-155 is not active at this fork"
            case .wrongChain: "it is signed for another chain"
            case .intrinsicGasTooLow: "the gas limit is below the intrinsic gas"
            case .initCodeTooLarge: "the init code is beyond 49,152 bytes"
            case .gasLimitTooHigh: "the gas limit is beyond 2^24"
            }
        return "transaction refused: \(text)"
    }
}
