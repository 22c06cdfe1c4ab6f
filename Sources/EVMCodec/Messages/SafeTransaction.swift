internal import EVMCrypto
public import EVMTypes

/// A transaction of a Safe (multisig wallet): what its owners sign, and the call that carries it out.
///
/// Source: safe-smart-account `contracts/Safe.sol` (getTransactionHash, checkNSignatures, execTransaction).
public struct SafeTransaction: Hashable, Sendable {
    /// How the Safe carries it out.
    public enum Operation: UInt8, Hashable, Sendable { case call = 0, delegateCall = 1 }

    /// Recipient.
    public var to: Address
    /// Wei sent along.
    public var value: U256 = .zero
    /// Calldata.
    public var data: [UInt8] = []
    /// Call, or code run in the Safe's own name.
    public var operation = Operation.call
    /// Gas for the inner call; 0 gives all there is.
    public var safeTxGas: U256 = .zero
    /// Gas that the refund counts beside the call's.
    public var baseGas: U256 = .zero
    /// Wei a gas of the refund; 0 means no refund.
    public var gasPrice: U256 = .zero
    /// Token of the refund; zero is the native coin.
    public var gasToken: Address = .zero
    /// Receiver of the refund; zero is whoever sends.
    public var refundReceiver: Address = .zero
    /// The Safe's own count.
    public var nonce: U256

    public init(to: Address, nonce: U256) {
        self.to = to
        self.nonce = nonce
    }

    /// `SafeTx(address to,uint256 value,bytes data,uint8 operation,…,uint256 nonce)`.
    public static let type =
        "SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,"
        + "uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)"

    /// The hash that owners sign. `chainID` is nil for Safes before 1.3.0, whose domain names no chain.
    public func hash(chainID: UInt64?, safe: Address) -> Hash32 {
        let domain =
            chainID.map {
                EIP712.hashStruct(
                    type: "EIP712Domain(uint256 chainId,address verifyingContract)", words: [U256($0), safe.word])
            } ?? EIP712.hashStruct(type: "EIP712Domain(address verifyingContract)", words: [safe.word])
        let words: [U256] = [
            to.word, value, Keccak256.hash(data).word, U256(UInt64(operation.rawValue)), safeTxGas, baseGas, gasPrice,
            gasToken.word, refundReceiver.word, nonce,
        ]
        return EIP712.digest(domainSeparator: domain, structHash: EIP712.hashStruct(type: Self.type, words: words))
    }

    /// The same as a typed-data document, for wallets and for our own signer, which hashes it itself.
    public func typedData(chainID: UInt64?, safe: Address) -> JSON {
        func field(_ name: String, _ type: String) -> JSON { ["name": .string(name), "type": .string(type)] }
        var domain: JSONObject = [:]
        var domainType: [JSON] = []
        if let chainID {
            domain["chainId"] = .integer(chainID)
            domainType.append(field("chainId", "uint256"))
        }
        domain["verifyingContract"] = .address(safe)
        domainType.append(field("verifyingContract", "address"))
        let members = [
            ("to", "address"), ("value", "uint256"), ("data", "bytes"), ("operation", "uint8"),
            ("safeTxGas", "uint256"), ("baseGas", "uint256"), ("gasPrice", "uint256"), ("gasToken", "address"),
            ("refundReceiver", "address"), ("nonce", "uint256"),
        ]
        return [
            "types": ["EIP712Domain": .array(domainType), "SafeTx": .array(members.map { field($0.0, $0.1) })],
            "primaryType": "SafeTx", "domain": .object(domain),
            "message": [
                "to": .address(to), "value": .string(value.description), "data": .hex(data),
                "operation": .integer(operation.rawValue), "safeTxGas": .string(safeTxGas.description),
                "baseGas": .string(baseGas.description), "gasPrice": .string(gasPrice.description),
                "gasToken": .address(gasToken), "refundReceiver": .address(refundReceiver),
                "nonce": .string(nonce.description),
            ],
        ]
    }

    /// Owners' ECDSA signatures as the Safe wants them: 65 bytes each with v 27 or 28, by owner ascending.
    ///
    /// Nil when an owner comes twice.
    public static func join(_ signatures: [(owner: Address, bytes: [UInt8])]) -> [UInt8]? {
        let sorted = signatures.sorted { $0.owner < $1.owner }
        guard Set(sorted.map(\.owner)).count == sorted.count else { return nil }
        return sorted.flatMap(\.bytes)
    }

    /// Calldata of `execTransaction` with joined signatures.
    public func execution(signatures: [UInt8]) -> [UInt8] {
        // Nine words and two tails; offsets count from the first word.
        func padded(_ bytes: [UInt8]) -> [UInt8] {
            U256(UInt64(bytes.count)).bigEndianBytes + bytes
                + [UInt8](repeating: 0, count: (32 - bytes.count % 32) % 32)
        }
        let tail = padded(data)
        let words: [U256] = [
            to.word, value, U256(UInt64(320)), U256(UInt64(operation.rawValue)), safeTxGas, baseGas, gasPrice,
            gasToken.word, refundReceiver.word, U256(UInt64(320 + tail.count)),
        ]
        let signature =
            "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"
        return ABI.selector(signature) + words.flatMap(\.bigEndianBytes) + tail + padded(signatures)
    }
}
