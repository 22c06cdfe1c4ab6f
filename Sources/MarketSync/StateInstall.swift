import EVMTypes
import Pools

extension MarketState {
    /// Puts a reading in as the state after block `at`. A reading that does not hold together quarantines the pool.
    /// Returns why it was refused, or nil.
    mutating func install(_ reading: PoolReading, in pool: PoolIndex, at block: UInt64) -> PoolRefusal? {
        let cursor = LogCursor(block: block, logIndex: .max)
        do throws(PoolRefusal) {
            switch reading {
            case .uniswapV2(let reserve0, let reserve1):
                try setReserves(pool, reserve0: reserve0, reserve1: reserve1, at: cursor)
            case .uniswapV3(let price, let tick, let liquidity, let ticks):
                try setConcentrated(
                    pool, sqrtPriceX96: price, tick: tick, liquidity: liquidity, ticks: ticks, at: cursor)
            case .withoutPrice: return nil
            case .unreadable: throw .stateMismatch
            }
            release(pool)
            return nil
        } catch {
            quarantine(pool, error)
            return error
        }
    }

    /// The state as a reading, for comparing; `.withoutPrice` where there is none.
    func reading(of pool: PoolIndex) -> PoolReading {
        switch self.pool(pool) {
        case .uniswapV2(let pair): .uniswapV2(reserve0: pair.reserve0, reserve1: pair.reserve1)
        case .uniswapV4, .algebra, .solidly, .coins: .unreadable
        case .uniswapV3(let state):
            state.sqrtPriceX96.isZero
                ? .withoutPrice
                : .uniswapV3(
                    sqrtPriceX96: state.sqrtPriceX96, tick: state.tick, liquidity: state.liquidity,
                    ticks: tickStates(of: pool))
        }
    }
}
