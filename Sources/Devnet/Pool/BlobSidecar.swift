import EVMCodec
import EVMCrypto
import EVMTypes

/// The network form of a blob transaction: `0x03 ‖ rlp([tx, (version,) blobs, commitments, proofs])`.
///
/// The devnet keeps the transaction only. It checks that each versioned hash is its commitment's, and neither the blobs
/// nor their proofs. Source: EIP-4844, EIP-7594.
enum BlobSidecar {
    /// The plain envelope inside; nil when `raw` is a plain envelope itself.
    static func transaction(of raw: [UInt8]) throws(DevnetError) -> [UInt8]? {
        let body = Array(raw.dropFirst())
        do throws(RLPError) {
            var list = try RLP.item(body).list()
            let first = try list.next()
            guard first.isList else { return nil }
            var second = try list.next()
            // EIP-7594 puts a version before the blobs.
            if !second.isList { second = try list.next() }
            var commitments = try list.next().list()
            var hashes: [Hash32] = []
            while !commitments.isAtEnd { hashes.append(versionedHash(try commitments.next().bytes())) }
            _ = second
            let plain = [raw[0]] + listHeader(first.count) + first.payload
            guard let transaction = try? Transaction(decoding: plain) else { throw RLPError.wrongSize }
            guard transaction.blobVersionedHashes == hashes else { return try mismatch() }
            return plain
        } catch {
            throw DevnetError("blob transaction with a malformed sidecar")
        }
    }

    /// RLP's header of a list with a payload of this many bytes.
    private static func listHeader(_ count: Int) -> [UInt8] {
        if count < 56 { return [0xC0 + UInt8(count)] }
        let size = U256(count).minimalBigEndianBytes
        return [0xF7 + UInt8(size.count)] + size
    }

    private static func mismatch() throws(RLPError) -> [UInt8]? { throw RLPError.wrongSize }

    private static func versionedHash(_ commitment: [UInt8]) -> Hash32 {
        var bytes = SHA256.hash(commitment).bytes
        bytes[0] = 1
        return Hash32(bytes: bytes)
    }
}
