public import EVMCrypto
public import EVMTypes

/// One EIP-7702 delegation: an account lets its code be that of `address`.
///
/// A transaction stays valid when one of its authorizations is not; such an authorization is skipped by the chain.
/// So any value that fits the RLP types decodes, and `authority()` says whether it means anything.
public struct Authorization: Hashable, Sendable {
    /// Chain it is for; 0 means every chain.
    public var chainID: U256
    /// The contract whose code is used; zero clears the delegation.
    public var address: Address
    /// The authority's nonce at that moment.
    public var nonce: UInt64
    /// 0 or 1 when valid.
    public var yParity: UInt8
    /// The signature's r, any 256-bit value before it is checked.
    public var r: U256
    /// The signature's s, any 256-bit value before it is checked.
    public var s: U256

    public init(chainID: U256, address: Address, nonce: UInt64, yParity: UInt8 = 0, r: U256 = .zero, s: U256 = .zero) {
        self.chainID = chainID
        self.address = address
        self.nonce = nonce
        self.yParity = yParity
        self.r = r
        self.s = s
    }

    /// What the authority signs: keccak256(0x05 ‖ rlp([chainID, address, nonce])). Source: EIP-7702.
    public var signingHash: Hash32 { Keccak256.hash(signingPayload()) }

    /// The bytes that are hashed for signing: 0x05 ‖ rlp([chainID, address, nonce]).
    public func signingPayload() -> [UInt8] {
        var encoder = RLP.Encoder(reservingCapacity: 64)
        encoder.appendRaw(0x05)
        encoder.appendList { list in
            list.append(chainID)
            list.append(Optional(address))
            list.append(nonce)
        }
        return encoder.bytes
    }

    /// The signer, nil when the signature is out of range, has a high s, or recovers nothing. About one recovery.
    public func authority() -> Address? {
        let signature = Signature(r: r, s: s, yParity: yParity)
        guard signature.problem(allowingHighS: false) == nil else { return nil }
        return Secp256k1.recover(signingHash, signature)
    }

    /// A copy signed by `key`.
    public func signed(by key: borrowing PrivateKey) -> Authorization {
        let signature = key.sign(signingHash)
        var copy = self
        copy.yParity = signature.yParity
        copy.r = signature.r
        copy.s = signature.s
        return copy
    }

    func append(to encoder: inout RLP.Encoder) {
        encoder.appendList { list in
            list.append(chainID)
            list.append(Optional(address))
            list.append(nonce)
            list.append(UInt64(yParity))
            list.append(r)
            list.append(s)
        }
    }

    init(_ item: RLP.Item) throws(RLPError) {
        var list = try item.list()
        chainID = try list.next().u256()
        address = try list.next().address()
        nonce = try list.next().uint64()
        let parity = try list.next().uint64()
        guard parity <= 0xFF else { throw .overflow }
        yParity = UInt8(parity)
        r = try list.next().u256()
        s = try list.next().u256()
        try list.finish()
    }
}

extension Signature {
    /// Why consensus refuses this signature, nil when it is in range. Source: EIP-2, Yellow Paper appendix F.
    func problem(allowingHighS: Bool) -> TransactionError? {
        if yParity > 1 { return .invalidParity }
        if r.isZero || s.isZero || r >= Secp256k1.order || s >= Secp256k1.order { return .signatureOutOfRange }
        if !allowingHighS, s > Secp256k1.halfOrder { return .highS }
        return nil
    }
}
