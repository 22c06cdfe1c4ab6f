import BigInt
import EVMTypes

/// 256-bit arithmetic. Peer: attaswift BigInt, the usual Swift answer.
func wordRows() -> [Row] {
    var operands = Operands(seed: 2)
    let full = operands.words(bits: 255), other = operands.words(bits: 256)
    let x160 = operands.words(bits: 160), x200 = operands.words(bits: 200)
    var rows = [
        binary("U256 add", full, other, { $0 &+ $1 }, { ($0 + $1) }),
        binary("U256 mul, low 256 bits", full, other, { $0 &* $1 }, { $0 * $1 }),
        binary("U256 mul, 512 bits", full, other, { $0.multipliedFullWidth(by: $1).high }, { $0 * $1 }),
    ]
    for bits in [60, 120, 180, 255] {
        rows.append(binary("U256 div 256/\(bits) bit", other, operands.words(bits: bits), { $0 / $1 }, { $0 / $1 }))
    }
    let big200 = x200.map { BigUInt($0) }, big160 = x160.map { BigUInt($0) }, bigFull = full.map { BigUInt($0) }
    rows.append(
        Row(
            "U256 mulDiv 200x160/255 bit",
            ours: { count in
                var sum = U256.zero
                for i in 0..<count {
                    sum = sum ^ (U256.mulDiv(x200[i & 1023], x160[i & 1023], full[i & 1023]) ?? .zero)
                }
                return sum.w0
            },
            peer: .init(name: "BigInt") { count in
                var sum: UInt = 0
                for i in 0..<count { sum ^= (big200[i & 1023] * big160[i & 1023] / bigFull[i & 1023]).words.first ?? 0 }
                return UInt64(sum)
            }))
    return rows
}

/// A row of one operation on two words. Inlined, so that the operation is part of the loop and not a call.
@inline(__always)
private func binary(
    _ name: String, _ a: [U256], _ b: [U256], _ ours: @escaping (U256, U256) -> U256,
    _ peer: @escaping (BigUInt, BigUInt) -> BigUInt
) -> Row {
    let bigA = a.map { BigUInt($0) }, bigB = b.map { BigUInt($0) }
    return Row(
        name,
        ours: { count in
            var sum = U256.zero
            for i in 0..<count { sum = sum ^ ours(a[i & 1023], b[i & 1023]) }
            return sum.w0
        },
        peer: .init(name: "BigInt") { count in
            var sum: UInt = 0
            for i in 0..<count { sum ^= peer(bigA[i & 1023], bigB[i & 1023]).words.first ?? 0 }
            return UInt64(sum)
        })
}
