import EVMCodec
import EVMTypes
import Foundation
import TestSupport
import Testing

@testable import Pools

/// Stored rows of every kind, and those that older programs left.
@Suite struct ProtocolRecordTests {
    private typealias Make = ProtocolMarkets

    private func header(_ dex: DexConfig, _ generator: inout SeededGenerator) -> PoolRecord.Header {
        let variant: UInt16 = dex.kind == .solidly ? .random(in: 0...1, using: &generator) : 0
        let identity = Make.identity(dex, variant: variant)
        var state = Pool.empty(of: identity, terms: dex.solidly)
        let tick = Int32.random(in: -800_000...800_000, using: &generator)
        let liquidity = UInt128.random(in: 0...UInt128.max, using: &generator)
        state = state.at(sqrtPriceX96: TickMath.sqrtPrice(atTick: tick), tick: tick, liquidity: liquidity)
        let fee = UInt32.random(in: 0..<10_000, using: &generator)
        switch state {
        case .uniswapV3(var pool):
            if dex.kind == .slipstream { pool.feePips = fee }
            state = .uniswapV3(pool)
        case .uniswapV4(var pool):
            pool.protocolFee = fee
            state = .uniswapV4(pool)
        case .algebra(var pool):
            (pool.concentrated.feePips, pool.feeOneForZero) = (fee, 9999 - fee)
            state = .algebra(pool)
        case .solidly(var pool):
            (pool.reserve0, pool.reserve1) = (liquidity, ~liquidity)
            (pool.fee0, pool.fee1, pool.decimals0, pool.decimals1) = (fee, 9999 - fee, 6, 36)
            state = .solidly(pool)
        case .coins: break
        case .uniswapV2(var pool):
            (pool.reserve0, pool.reserve1) = (liquidity >> 16, ~liquidity >> 16)
            state = .uniswapV2(pool)
        }
        return PoolRecord.Header(
            identity: identity, state: state, cursor: LogCursor(block: 1 << 40, logIndex: fee), hasState: true,
            isVerified: Bool.random(using: &generator), quarantine: fee % 2 == 0 ? .feeNeedsRead : nil)
    }

    @Test func everyKindReadsBackWhatWasWrittenAndNoDamagedByte() throws {
        var generator = SeededGenerator()
        for dex in Make.all {
            for _ in 0..<50 {
                let header = header(dex, &generator)
                let key = PoolRecord.key(pool: header.identity.address), value = PoolRecord.encode(header)
                #expect(try PoolRecord.decodeHeader(key: key, value: value) == header)
                for _ in 0..<20 {
                    var damaged = value
                    damaged[Int.random(in: 0..<value.count, using: &generator)] ^=
                        1 << UInt8.random(in: 0..<8, using: &generator)
                    #expect(throws: PoolRecordError.self) { try PoolRecord.decodeHeader(key: key, value: damaged) }
                }
                let cut = Array(value.prefix(Int.random(in: 0..<value.count, using: &generator)))
                #expect(throws: PoolRecordError.self) { try PoolRecord.decodeHeader(key: key, value: cut) }
            }
        }
    }

    /// Rows of format 1, made by a script of its own outside this program: layout and CRC-32C written anew.
    @Test func rowsOfTheFirstFormatStillRead() throws {
        let pair = try PoolRecord.decodeHeader(
            key: Hex.decode("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa") ?? [], value: Hex.decode(Self.firstPair))
        #expect(
            pair.identity.kind == .uniswapV2 && pair.identity.dexID == 3
                && pair.cursor == LogCursor(block: 77, logIndex: 5))
        #expect(pair.state == .uniswapV2(UniswapV2Pool(reserve0: 1_000_000, reserve1: 2_000_000, feePips: 2500)))
        let pool = try PoolRecord.decodeHeader(
            key: Hex.decode("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb") ?? [], value: Hex.decode(Self.firstPool))
        #expect(
            pool.state
                == .uniswapV3(
                    UniswapV3Pool(
                        sqrtPriceX96: U256(lo: 1 << 96, hi: 0), liquidity: 12345, tick: 0, feePips: 500,
                        tickSpacing: 10)))
        // Written again they are the same bytes: a program of today leaves old rows as they are.
        #expect(PoolRecord.encode(pair) == Hex.decode(Self.firstPair))
        #expect(PoolRecord.encode(pool) == Hex.decode(Self.firstPool))
    }

    private static let firstPair =
        "0102000300000000000000000000000000000000000000010000000000000000000000000000000000000002000009c4"
        + "000000000100000000000000004d00000005000000000000000000000000000f4240000000000000000000000000001e"
        + "84803ffa3491"
    private static let firstPool =
        "0103000400000000000000000000000000000000000000010000000000000000000000000000000000000002000001f4"
        + "0000000a0100000000000000004e00000006000000000000000100000000000000000000000000000000000000000000"
        + "00000000303900000000a14f0751"
}
