internal import EVMTypes
internal import Pools

extension LegCurve {
    /// The curve of a constant-product pool; nil when a reserve is empty.
    init?(_ pool: UniswapV2Pool, zeroForOne: Bool) {
        guard pool.reserve0 > 0, pool.reserve1 > 0, pool.feePips < 1_000_000 else { return nil }
        self.init(
            reserveIn: Double(zeroForOne ? pool.reserve0 : pool.reserve1),
            reserveOut: Double(zeroForOne ? pool.reserve1 : pool.reserve0),
            gamma: Double(1_000_000 - pool.feePips) / 1e6)
    }

    /// The current piece of a concentrated pool: virtual reserves L / sqrtP and L * sqrtP up to the next initialised
    /// tick (Uniswap v3 whitepaper §2, §6.1). Nil before `Initialize` or when no liquidity lies ahead.
    init?(
        _ pool: UniswapV3Pool, index: Int32, zeroForOne: Bool, ticks: Span<Int32>, nets: Span<Int128>
    ) {
        guard !pool.sqrtPriceX96.isZero, pool.feePips < 1_000_000 else { return nil }
        self.init(reserveIn: 1, reserveOut: 0, gamma: Double(1_000_000 - pool.feePips) / 1e6)
        // The first tick above the price; going down, the one before it.
        var low = 0, high = ticks.count
        while low < high {
            let middle = (low + high) / 2
            if ticks[middle] <= pool.tick { low = middle + 1 } else { high = middle }
        }
        cursor = TickCursor(
            pool: index, zeroForOne: zeroForOne, liquidity: Double(pool.liquidity),
            sqrtPrice: pool.sqrtPriceX96.double * 0x1p-96, next: zeroForOne ? low - 1 : low)
        guard openPiece(ticks: ticks) || nextPiece(ticks: ticks, nets: nets) else { return nil }
    }

    /// Crosses ticks until the next piece with liquidity; false when there is none.
    mutating func nextPiece(ticks: Span<Int32>, nets: Span<Int128>) -> Bool {
        while cursor.next >= 0, cursor.next < ticks.count {
            cursor.sqrtPrice = TickMath.sqrtPrice(atTick: ticks[cursor.next]).double * 0x1p-96
            let net = Double(nets[cursor.next])
            cursor.liquidity += cursor.zeroForOne ? -net : net
            cursor.next += cursor.zeroForOne ? -1 : 1
            if openPiece(ticks: ticks) { return true }
        }
        return false
    }

    /// Sets reserves and capacity from the cursor; false when the piece has no liquidity or no end.
    private mutating func openPiece(ticks: Span<Int32>) -> Bool {
        // Sums of nets in Double may leave dust where the true liquidity is zero.
        guard cursor.liquidity >= 1, cursor.next >= 0, cursor.next < ticks.count else { return false }
        let root = cursor.sqrtPrice, end = TickMath.sqrtPrice(atTick: ticks[cursor.next]).double * 0x1p-96
        if cursor.zeroForOne {
            (reserveIn, reserveOut) = (cursor.liquidity / root, cursor.liquidity * root)
            capacity = max(0, cursor.liquidity * (1 / end - 1 / root) / gamma)
        } else {
            (reserveIn, reserveOut) = (cursor.liquidity * root, cursor.liquidity / root)
            capacity = max(0, cursor.liquidity * (end - root) / gamma)
        }
        return true
    }
}
