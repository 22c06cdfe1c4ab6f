import EVMTypes
import Foundation
import Pools

/// A market and swap stream of shared/pathfinder-reference, as scripts/pathfinder-markets.sh writes it, in integers.
struct GeneratedMarket {
    private(set) var market = MarketState(dexes: [])
    let token0: [Int32], token1: [Int32]
    let updatePool: [Int32], updateZeroForOne: [UInt8], updateShare: [Double]
    /// Pools whose state the market refused (reserves beyond 2^112, prices beyond the ticks).
    private(set) var refused = 0

    init(folder: URL) throws {
        func array<T>(_ name: String, _ type: T.Type) throws -> [T] {
            let data = try Data(contentsOf: folder.appendingPathComponent(name + ".bin"))
            return data.withUnsafeBytes { Array($0.bindMemory(to: T.self)) }
        }
        token0 = try array("t0", Int32.self)
        token1 = try array("t1", Int32.self)
        updatePool = try array("upd_pool", Int32.self)
        updateZeroForOne = try array("upd_zfo", UInt8.self)
        updateShare = try array("upd_frac", Double.self)
        let kind = try array("kind", Int8.self), fee = try array("fee", Int32.self)
        let reserve0 = try array("r0", Double.self), reserve1 = try array("r1", Double.self)
        let root = try array("sqrtp", Double.self), concentrated = try array("v3_idx", Int32.self)
        let offsets = try array("tick_off", Int64.self), ticks = try array("ticks", Int32.self)
        let liquidities = try array("liqs", Double.self), tokens = try array("n_tokens", Int64.self)[0]
        for token in 0..<Int(tokens) { _ = market.intern(Self.token(token)) }
        for pool in token0.indices {
            let isPair = kind[pool] == 2, spacing = Self.spacing(fee[pool])
            let index = try market.addUnverifiedPool(
                PoolIdentity(
                    address: Address(high: 0x7000_0000, low: UInt128(pool + 1)), token0: Self.token(Int(token0[pool])),
                    token1: Self.token(Int(token1[pool])), dexID: isPair ? 1 : 2,
                    kind: isPair ? .uniswapV2 : .uniswapV3, feePips: UInt32(fee[pool]),
                    tickSpacing: isPair ? 0 : spacing))
            guard isPair else { continue }
            do {
                try market.setReserves(
                    index, reserve0: UInt128(reserve0[pool]), reserve1: UInt128(reserve1[pool]))
            } catch { refused += 1 }
        }
        for (q, pool) in concentrated.enumerated() {
            let low = Int(offsets[q]), high = Int(offsets[q + 1])
            do {
                try setRanges(
                    pool, root: root[Int(pool)], ticks: Array(ticks[low..<high]),
                    liquidities: Array(liquidities[(low + q)..<(high + q + 1)]), spacing: Self.spacing(fee[Int(pool)]))
            } catch { refused += 1 }
        }
    }

    private static func token(_ number: Int) -> Address { Address(high: 0x1000_0000, low: UInt128(number + 1)) }

    private static func spacing(_ fee: Int32) -> Int32 { [100: 1, 500: 10, 3000: 60, 10_000: 200][fee] ?? 60 }

    /// The generator's step function as positions' ends; its outermost ranges end at the protocol's last ticks.
    private mutating func setRanges(
        _ pool: PoolIndex, root: Double, ticks: [Int32], liquidities: [Double], spacing: Int32
    ) throws {
        let limit = 887_272 / spacing * spacing
        var all: [TickState] = [], before: UInt128 = 0
        for (tick, liquidity) in zip([-limit] + ticks + [limit], liquidities + [0]) {
            let next = UInt128(liquidity), net = Int128(next) - Int128(before)
            before = next
            if net != 0 { all.append(TickState(tick: tick, liquidityNet: net, liquidityGross: net.magnitude)) }
        }
        let price = Self.fixedPoint(root)
        guard let tick = TickMath.tick(atSqrtPrice: price) else { throw PoolRefusal.priceInvalid }
        let active = all.reduce(Int128(0)) { $1.tick <= tick ? $0 + $1.liquidityNet : $0 }
        try market.setConcentrated(pool, sqrtPriceX96: price, tick: tick, liquidity: UInt128(active), ticks: all)
    }

    private static func fixedPoint(_ value: Double) -> U256 {
        let scaled = value * 0x1p64
        return scaled < 0x1p127 ? U256(UInt128(scaled)) << 32 : U256(UInt128(value)) << 96
    }

    /// The state an update of the stream leaves, in an overlay; nil when the pool refuses the swap.
    func swap(_ number: Int) -> MarketOverlay? {
        var overlay = MarketOverlay()
        let pool = updatePool[number], zeroForOne = updateZeroForOne[number] == 1
        guard market.isUsable(pool) else { return nil }
        let depth: Double
        switch market.pool(pool) {
        case .uniswapV2(let pair): depth = Double(zeroForOne ? pair.reserve0 : pair.reserve1)
        case .uniswapV3(let concentrated):
            let root = concentrated.sqrtPriceX96.double * 0x1p-96
            // Ranges hold some ten times the liquidity that the same capital has over all prices.
            depth = 0.1 * Double(concentrated.liquidity) * (zeroForOne ? 1 / root : root)
        case .uniswapV4, .algebra, .solidly, .coins: return nil
        }
        let amount = depth * updateShare[number]
        guard amount >= 1, amount < 0x1p111 else { return nil }
        let moved = try? overlay.swap(
            pool, exactIn: true, amount: UInt128(amount), zeroForOne: zeroForOne, in: market)
        return moved == nil ? nil : overlay
    }

    /// Makes an overlay's states the market's own.
    mutating func publish(_ overlay: MarketOverlay) throws {
        for pool in overlay.touchedPools {
            switch overlay.pool(pool, in: market) {
            case .uniswapV2(let pair): try market.setReserves(pool, reserve0: pair.reserve0, reserve1: pair.reserve1)
            case .uniswapV3(let state):
                let ticks = market.tickRange(of: pool).map {
                    TickState(
                        tick: market.ticks.indices[$0], liquidityNet: market.ticks.nets[$0],
                        liquidityGross: market.ticks.grosses[$0])
                }
                try market.setConcentrated(
                    pool, sqrtPriceX96: state.sqrtPriceX96, tick: state.tick, liquidity: state.liquidity, ticks: ticks)
            case .uniswapV4, .algebra, .solidly, .coins: break
            }
        }
    }
}
