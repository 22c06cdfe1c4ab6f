public import EVMCrypto
public import EVMTypes
public import NodeClient

/// Who we are to relays: a key kept for reputation, apart from the trading key. This module never holds the key,
/// only a function.
public struct RelayIdentity: Sendable {
    /// The key's address.
    public var address: Address
    /// Signs a message as EIP-191 personal message; nil when the key is locked or refused. A digest is never handed
    /// over: a relay identity cannot be made to sign a transaction.
    public var sign: @Sendable ([UInt8]) -> Signature?

    public init(address: Address, sign: @escaping @Sendable ([UInt8]) -> Signature?) {
        self.address = address
        self.sign = sign
    }

    /// `X-Flashbots-Signature: address:signature` over exactly these body bytes; nil when the key did not sign.
    ///
    /// The signature is EIP-191 over the 66 characters `0x` + lower-case hex of keccak256(body), with v of 27 or 28.
    /// Source: flashbots-docs `rpc-endpoint.mdx` (Authentication), EIP-191.
    public func header(for body: [UInt8]) -> HTTPHeader? {
        let text = Keccak256.hash(body).hex
        guard let signature = sign(Array(text.utf8)) else { return nil }
        return HTTPHeader("X-Flashbots-Signature", "\(address.checksummed):\(Hex.encode(signature.bytes65(v27: true)))")
    }
}
