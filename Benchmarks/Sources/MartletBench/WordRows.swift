import BigInt
import EVMTypes

/// 256-bit arithmetic. Peer: attaswift BigInt, the usual Swift answer.
func wordRows() -> [Row] {
    var operands = Operands(seed: 2)
    let full = operands.words(bits: 255), other = operands.words(bits: 256)
    let x160 = operands.words(bits: 160), x200 = operands.words(bits: 200)
    var rows = [
        row("U256 add", Add.self, full, other),
        row("U256 mul, low 256 bits", Multiply.self, full, other),
        row("U256 mul, 512 bits", MultiplyFullWidth.self, full, other),
    ]
    for bits in [60, 120, 180, 255] {
        rows.append(row("U256 div 256/\(bits) bit", Divide.self, other, operands.words(bits: bits)))
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
                return sum.folded
            },
            peer: .init(name: "BigInt") { count in
                var sum: UInt = 0
                for i in 0..<count { sum ^= (big200[i & 1023] * big160[i & 1023] / bigFull[i & 1023]).words.first ?? 0 }
                return UInt64(sum)
            }))
    return rows
}

/// One operation on two words, as a type: generic code over it is specialised, so the loop holds the operation and no
/// call to a closure.
private protocol Operation {
    static func ours(_ a: U256, _ b: U256) -> U256
    static func peer(_ a: BigUInt, _ b: BigUInt) -> BigUInt
}

private enum Add: Operation {
    static func ours(_ a: U256, _ b: U256) -> U256 { a &+ b }
    static func peer(_ a: BigUInt, _ b: BigUInt) -> BigUInt { a + b }
}

private enum Multiply: Operation {
    static func ours(_ a: U256, _ b: U256) -> U256 { a &* b }
    static func peer(_ a: BigUInt, _ b: BigUInt) -> BigUInt { a * b }
}

private enum MultiplyFullWidth: Operation {
    static func ours(_ a: U256, _ b: U256) -> U256 {
        let (high, low) = a.multipliedFullWidth(by: b)
        return high ^ low
    }
    static func peer(_ a: BigUInt, _ b: BigUInt) -> BigUInt { a * b }
}

private enum Divide: Operation {
    static func ours(_ a: U256, _ b: U256) -> U256 { a / b }
    static func peer(_ a: BigUInt, _ b: BigUInt) -> BigUInt { a / b }
}

private func row<O: Operation>(_ name: String, _ operation: O.Type, _ a: [U256], _ b: [U256]) -> Row {
    let bigA = a.map { BigUInt($0) }, bigB = b.map { BigUInt($0) }
    return Row(
        name,
        ours: { count in
            var sum = U256.zero
            for i in 0..<count { sum = sum ^ O.ours(a[i & 1023], b[i & 1023]) }
            return sum.folded
        },
        peer: .init(name: "BigInt") { count in
            var sum: UInt = 0
            for i in 0..<count { sum ^= O.peer(bigA[i & 1023], bigB[i & 1023]).words.first ?? 0 }
            return UInt64(sum)
        })
}
