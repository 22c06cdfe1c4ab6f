internal import EVMCrypto
public import EVMTypes

/// Typed structured data.
///
/// Source: EIP-712. Strict where wallets differ: every declared member must be there, no other may be, integers must
/// fit,
/// `bytesN` must have N bytes, and the aliases `uint` and `int` are refused as the EIP says. What is signed is what is
/// shown.
public enum EIP712 {
    /// The digest of a typed-data document as `eth_signTypedData_v4` takes it: `types`, `primaryType`, `domain`,
    /// `message`.
    public static func digest(_ json: JSON) throws(EIP712Error) -> Hash32 { try TypedData(json: json).digest() }

    /// keccak256(0x19 0x01 ‖ domainSeparator ‖ structHash).
    public static func digest(domainSeparator: Hash32, structHash: Hash32) -> Hash32 {
        Keccak256.hash([0x19, 0x01] + domainSeparator.bytes + structHash.bytes)
    }

    /// The hash of a struct from its type text (for example `Bid(uint64 round,…)`) and its encoded words.
    public static func hashStruct(type: String, words: [U256]) -> Hash32 {
        hashStruct(typeHash: Keccak256.hash(Array(type.utf8)), words: words)
    }

    /// The separator of a domain; members that are nil are left out of type and data.
    public static func domainSeparator(
        name: String? = nil, version: String? = nil, chainID: UInt64? = nil, verifyingContract: Address? = nil,
        salt: Hash32? = nil
    ) -> Hash32 {
        var members: [String] = []
        var words: [U256] = []
        func add(_ member: DomainMember, _ word: U256?) {
            guard let word else { return }
            members.append("\(member.type) \(member.rawValue)")
            words.append(word)
        }
        add(.name, name.map { Keccak256.hash(Array($0.utf8)).word })
        add(.version, version.map { Keccak256.hash(Array($0.utf8)).word })
        add(.chainId, chainID.map { U256($0) })
        add(.verifyingContract, verifyingContract?.word)
        add(.salt, salt?.word)
        return hashStruct(type: "\(domainType)(\(members.joined(separator: ",")))", words: words)
    }

    static let domainType = "EIP712Domain"

    static func hashStruct(typeHash: Hash32, words: [U256]) -> Hash32 {
        var bytes = typeHash.bytes
        for word in words { bytes.append(contentsOf: word.bigEndianBytes) }
        return Keccak256.hash(bytes)
    }

    /// The members a domain may have, in the EIP's order.
    enum DomainMember: String, CaseIterable {
        case name, version, chainId, verifyingContract, salt
        var type: String {
            switch self {
            case .name, .version: "string"
            case .chainId: "uint256"
            case .verifyingContract: "address"
            case .salt: "bytes32"
            }
        }
    }
}

/// Why typed data was refused, and where in the document.
public struct EIP712Error: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was wrong; the only part to compare.
    public enum Code: String, Hashable, Sendable {
        /// `types`, `primaryType`, `domain` or `message` is absent or has another shape.
        case malformed
        /// A name that is neither an elementary type nor declared.
        case unknownType
        /// A struct name that is no identifier or is an elementary type; a member declared twice.
        case badDeclaration
        /// More than 256 struct types.
        case tooManyTypes
        /// A declared member has no value.
        case missing
        /// A value without declaration: it would not be signed.
        case unexpected
        /// A value of another shape than its type, or a wrong number of elements.
        case wrongValue
        /// An integer that does not fit its type.
        case outOfRange
        /// A domain with a member that EIP-712 does not know.
        case domainMember
    }
    /// What was wrong.
    public let code: Code
    /// Where: a type name or a path like `message.to[1].wallet`.
    public let path: String

    public init(_ code: Code, _ path: String) {
        self.code = code
        self.path = path
    }
    /// One line for people.
    public var description: String { "typed data: \(code.rawValue) at \(path)" }
}
