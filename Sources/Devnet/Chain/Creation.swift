import EVMCodec
import EVMCrypto
import EVMTypes

/// Where a transaction puts the contract that it creates. Source: Yellow Paper section 7.
enum Creation {
    static func address(of sender: Address, nonce: UInt64) -> Address {
        var encoder = RLP.Encoder(reservingCapacity: 32)
        encoder.appendList { list in
            list.append(Optional(sender))
            list.append(nonce)
        }
        return Address(bytes: Keccak256.hash(encoder.bytes).bytes.suffix(20))
    }
}
