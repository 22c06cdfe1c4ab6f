import BigInt
import EVMTypes
import Pools

/// Exact quotes. Peer of V2: the same formula in BigInt; V3 has no Swift peer.
func quoteRows() -> [Row] {
    var operands = Operands(seed: 4)
    let reserves = operands.words(bits: 100).map(\.lo), others = operands.words(bits: 80).map(\.lo)
    let amounts = operands.words(bits: 64).map(\.lo)
    let pools = zip(reserves, others).map { UniswapV2Pool(reserve0: $0, reserve1: $1, feePips: 3000) }
    let bigReserves = reserves.map { BigUInt($0) }, bigOthers = others.map { BigUInt($0) }
    let bigAmounts = amounts.map { BigUInt($0) }
    let v2 = Row(
        "V2 quote, exact input",
        ours: { count in
            var sum: UInt64 = 0
            for i in 0..<count {
                guard let out = try? pools[i & 1023].quote(exactIn: amounts[i & 1023], zeroForOne: true) else {
                    continue
                }
                sum &+= UInt64(truncatingIfNeeded: out)
            }
            return sum
        },
        peer: .init(name: "BigInt") { count in
            var sum: UInt64 = 0
            for i in 0..<count {
                let scaled = bigAmounts[i & 1023] * 997
                let out = scaled * bigOthers[i & 1023] / (bigReserves[i & 1023] * 1000 + scaled)
                sum &+= UInt64(out.words.first ?? 0)
            }
            return sum
        })
    // 22 ticks of spacing 60 around the price, ever less liquidity outwards; an interval takes about 3.3e18.
    return [
        v2,
        v3Row(
            "V3 quote, no tick crossed", amounts: amounts.map { 10_000_000_000_000_000 + $0 % 10_000_000_000_000_000 }),
        v3Row(
            "V3 quote, 3 to 4 ticks crossed",
            amounts: amounts.map { 12_000_000_000_000_000_000 + $0 % 1_000_000_000_000_000_000 }),
    ]
}

private func v3Row(_ name: String, amounts: [UInt128]) -> Row {
    let step: Int128 = 100_000_000_000_000_000_000
    let ticks = stride(from: -600, through: 660, by: 60).map { Int32($0) }
    let nets = ticks.map { $0 <= 0 ? step : -step }
    // sqrt(1.0001^30) * 2^96, in the middle of the interval from 0 to 60.
    let price: U256 = 79_347_105_246_297_990_000_000_000_000
    let pool = UniswapV3Pool(
        sqrtPriceX96: price, liquidity: 1_100_000_000_000_000_000_000, tick: 30, feePips: 3000, tickSpacing: 60)
    for amount in amounts.prefix(2) {
        guard (try? pool.quote(exactIn: amount, zeroForOne: true, ticks: ticks.span, nets: nets.span)) != nil else {
            fatalError("\(name): the benchmark's pool gives no quote")
        }
    }
    return Row(
        name,
        ours: { count in
            var sum: UInt64 = 0
            for i in 0..<count {
                let out = try? pool.quote(
                    exactIn: amounts[i & 1023], zeroForOne: true, ticks: ticks.span, nets: nets.span)
                sum &+= UInt64(truncatingIfNeeded: out ?? 0)
            }
            return sum
        })
}
