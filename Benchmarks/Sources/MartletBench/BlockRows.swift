import EVMCodec
import EVMCrypto
import EVMTypes

/// The transactions of a block as its body carries them: 200 of types 1 and 2, half of them transfers, the others
/// swaps.
func blockRows() -> [Row] {
    let body = blockBody(), count = decoded(body)
    guard count == 200 else { fatalError("the benchmark's block holds \(count) transactions") }
    return [
        Row(
            "RLP decode, block of 200 transactions",
            ours: { count in
                var sum: UInt64 = 0
                for _ in 0..<count { sum &+= UInt64(decoded(body)) }
                return sum
            })
    ]
}

/// How many transactions of `body` decode; stops at the first that does not.
private func decoded(_ body: [UInt8]) -> Int {
    guard var reader = try? RLP.decode(body).list() else { return 0 }
    var count = 0
    while !reader.isAtEnd, let bytes = try? reader.next().bytes(), let transaction = try? Transaction(decoding: bytes) {
        // Looks at a late member, so that none of the decoding is dead code.
        if transaction.signature != nil { count += 1 }
    }
    return count
}

private func blockBody() -> [UInt8] {
    var operands = Operands(seed: 8)
    guard let key = PrivateKey(bytes: [UInt8](repeating: 0x44, count: 32)) else {
        fatalError("the benchmark's key is out of range")
    }
    let swaps = BenchTraffic.v2Swaps()
    var block = RLP.Encoder()
    block.appendList { list in
        for index in 0..<200 {
            var transaction = swaps[index].transaction
            if index % 2 == 0 {
                transaction = Transaction(
                    kind: .dynamicFee, chainID: 1, nonce: UInt64(index), gasLimit: 21_000,
                    to: Address(bytes: operands.bytes(20)), value: U256(operands.next()), maxFeePerGas: 3_000_000_000,
                    maxPriorityFeePerGas: 1_000_000_000)
            } else if index % 8 == 1 {
                transaction = Transaction(
                    kind: .accessList, chainID: 1, nonce: UInt64(index), gasLimit: 300_000, to: transaction.to,
                    data: transaction.data, gasPrice: 3_000_000_000,
                    accessList: [
                        AccessListEntry(
                            address: BenchMarket.token(1),
                            storageKeys: operands.words(bits: 256).prefix(3).map { Hash32($0) })
                    ])
            }
            transaction.signature = nil
            list.append(transaction.signed(by: key).encoded())
        }
    }
    return block.bytes
}
