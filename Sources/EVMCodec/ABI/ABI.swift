internal import EVMCrypto
public import EVMTypes

/// Contract ABI: selectors, encoding of what we call, bounded reading of what others sent.
///
/// Source: Solidity documentation, "Contract ABI Specification".
public enum ABI {
    /// The first four bytes of the signature's Keccak-256. `signature` must be canonical: no spaces, no parameter
    /// names,
    /// `uint256` not `uint`. Not cached: keep the result of constant signatures.
    public static func selector(_ signature: String) -> [UInt8] {
        Array(Keccak256.hash(Array(signature.utf8)).bytes.prefix(4))
    }

    /// topic0 of a non-anonymous event: the Keccak-256 of its canonical signature.
    public static func topic(_ signature: String) -> Hash32 { Keccak256.hash(Array(signature.utf8)) }

    /// Encodes `values` as the parameters of a function, without a selector.
    ///
    /// Throws `.wrongType` when a value does not fit its type.
    public static func encode(_ values: [ABIValue], as types: [ABIType]) throws(ABIError) -> [UInt8] {
        var encoder = ABIEncoder()
        try encoder.append(values, as: types)
        return encoder.encoded()
    }

    /// Decodes parameters of the given types from bytes without a selector.
    ///
    /// As Solidity's decoder: bytes after the last value and between values are ignored, offsets may point anywhere
    /// inside.
    /// Total work is linear in the size of `data`, see `ABIReader`.
    public static func decode(_ data: [UInt8], as types: [ABIType]) throws(ABIError) -> [ABIValue] {
        var reader = ABIReader(data)
        return try reader.values(types)
    }
}

/// Why ABI data, a type text or a value was refused.
public enum ABIError: UInt8, Error, Hashable, Sendable {
    /// A word, an offset or a length points past the end.
    case outOfBounds
    /// A word's unused bits are set (address, bool, small integers, fixed bytes), or a number is too large for its
    /// type.
    case outOfRange
    /// The data makes the reader visit it many times over: overlapping arrays.
    case overBudget
    /// A string is not UTF-8.
    case invalidUTF8
    /// The type text is not one we know.
    case unknownType
    /// A value does not match its type.
    case wrongType
    /// Nesting of types beyond `ABIType.depthMax`.
    case tooDeep
}
