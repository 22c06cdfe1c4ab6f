import CPeers
import EVMCodec
import EVMCrypto
import EVMTypes

/// Decoding of what arrives from the network: a signed type 2 transaction with the calldata of a router swap (292
/// bytes).
func codecRows() -> [Row] {
    var operands = Operands(seed: 5)
    var fields = RLP.Encoder()
    let calldata = operands.bytes(292), to = Address(bytes: operands.bytes(20))
    let key = [UInt8](repeating: 0x46, count: 32)
    guard let signer = PrivateKey(bytes: key) else { fatalError("the benchmark's key is out of range") }
    let signature = signer.sign(Keccak256.hash(calldata))
    fields.appendList { list in
        for value in [1, 9, 2_000_000_000, 20_000_000_000, 250_000] as [UInt64] { list.append(value) }
        list.append(to)
        list.append(U256(1_000_000_000_000_000_000 as UInt64))
        list.append(calldata)
        list.appendList { _ in }
        list.append(UInt64(signature.yParity))
        list.append(signature.r)
        list.append(signature.s)
    }
    let body = fields.bytes, raw = [2] + body
    guard (try? Transaction(decoding: raw)) != nil else { fatalError("the benchmark's transaction does not decode") }
    return [
        Row(
            "RLP decode, \(body.count) B, 12 fields",
            ours: { count in
                var sum: UInt64 = 0
                for _ in 0..<count {
                    guard var reader = try? RLP.decode(body).list() else { continue }
                    while !reader.isAtEnd, let item = try? reader.next() { sum &+= UInt64(item.count) }
                }
                return sum
            }),
        Row(
            "transaction decode, type 2, \(raw.count) B",
            ours: { count in
                var sum: UInt64 = 0
                for _ in 0..<count {
                    guard let transaction = try? Transaction(decoding: raw) else { continue }
                    sum &+= transaction.gasLimit &+ UInt64(transaction.data.count)
                }
                return sum
            }),
        hexRow(raw),
    ]
}

/// Text of raw bytes, as bundle requests carry transactions.
private func hexRow(_ raw: [UInt8]) -> Row {
    Row(
        "hex text of \(raw.count) B",
        ours: { count in
            var sum: UInt64 = 0
            for _ in 0..<count { sum &+= UInt64(Hex.encode(raw).utf8.count) }
            return sum
        },
        peer: .init(name: "OpenSSL buf2hexstr") { count in
            var sum: UInt64 = 0
            var text = [CChar](repeating: 0, count: 2 * raw.count + 1)
            for _ in 0..<count {
                guard peer_hex(raw, raw.count, &text, text.count) == 1 else { fatalError("the peer wrote no text") }
                sum &+= UInt64(text[1])
            }
            return sum
        })
}
