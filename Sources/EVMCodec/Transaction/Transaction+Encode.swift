public import EVMCrypto
public import EVMTypes

extension Transaction {
    /// The EIP-2718 envelope as sent in `eth_sendRawTransaction`; for an unsigned transaction its `signingPayload()`.
    public func encoded() -> [UInt8] { signature == nil ? signingPayload() : envelope(signature) }

    /// The bytes whose Keccak-256 is signed. Source: EIP-155, EIP-2930, EIP-1559, EIP-4844, EIP-7702.
    public func signingPayload() -> [UInt8] { envelope(nil) }

    /// The digest to sign.
    public var signingHash: Hash32 { Keccak256.hash(signingPayload()) }

    /// The transaction hash: Keccak-256 of `encoded()`. Computed at each call.
    public var hash: Hash32 { Keccak256.hash(encoded()) }

    /// Recovers the signer; nil when unsigned, out of range (a high s included) or unrecoverable. About one recovery
    /// (tens of us).
    public func sender(allowingHighS: Bool = false) -> Address? {
        guard let signature, signature.problem(allowingHighS: allowingHighS) == nil else { return nil }
        return Secp256k1.recover(signingHash, signature)
    }

    /// A copy signed by `key` (RFC 6979, low s).
    public func signed(by key: borrowing PrivateKey) -> Transaction {
        var copy = self
        copy.signature = key.sign(signingHash)
        return copy
    }

    private func envelope(_ signature: Signature?) -> [UInt8] {
        var encoder = RLP.Encoder(reservingCapacity: data.count + 256)
        if kind != .legacy { encoder.appendRaw(kind.rawValue) }
        encoder.appendList { list in
            if kind != .legacy { list.append(chainID ?? 0) }
            list.append(nonce)
            appendFees(to: &list)
            list.append(gasLimit)
            list.append(to)
            list.append(value)
            list.append(data)
            if kind != .legacy { appendTypedPart(to: &list) }
            appendSignature(signature, to: &list)
        }
        return encoder.bytes
    }

    private func appendFees(to list: inout RLP.Encoder) {
        if kind == .legacy || kind == .accessList {
            list.append(gasPrice)
        } else {
            list.append(maxPriorityFeePerGas)
            list.append(maxFeePerGas)
        }
    }

    private func appendTypedPart(to list: inout RLP.Encoder) {
        list.appendList { entries in
            for entry in accessList {
                entries.appendList { fields in
                    fields.append(Optional(entry.address))
                    fields.appendList { keys in for key in entry.storageKeys { keys.append(key) } }
                }
            }
        }
        if kind == .blob {
            list.append(maxFeePerBlobGas)
            list.appendList { hashes in for hash in blobVersionedHashes { hashes.append(hash) } }
        }
        if kind == .setCode {
            list.appendList { items in for authorization in authorizations { authorization.append(to: &items) } }
        }
    }

    private func appendSignature(_ signature: Signature?, to list: inout RLP.Encoder) {
        guard let signature else {
            // EIP-155: the unsigned legacy form ends in chainID, 0, 0.
            if kind == .legacy, let chainID {
                list.append(chainID)
                list.append(UInt64(0))
                list.append(UInt64(0))
            }
            return
        }
        if kind == .legacy {
            let parity = UInt128(signature.yParity)
            list.append(U256(chainID.map { 2 * UInt128($0) + 35 + parity } ?? 27 + parity))
        } else {
            list.append(UInt64(signature.yParity))
        }
        list.append(signature.r)
        list.append(signature.s)
    }
}
