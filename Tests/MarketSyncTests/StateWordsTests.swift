import EVMTypes
import Pools
import Testing

@testable import MarketSync

/// Words of storage, taken apart. The words are built here from the fields' places in the Solidity layout.
@Suite struct StateWordsTests {
    @Test func reservesOfAPair() {
        let word = U256(UInt128(7)) | (U256((UInt128(1) << 112) - 1) << 112) | (U256(UInt64(1_700_000_000)) << 224)
        let (reserve0, reserve1) = StateWords.reserves(word)
        #expect(reserve0 == 7 && reserve1 == (1 << 112) - 1)
    }

    @Test(arguments: [Int32(0), 1, -1, 887_272, -887_272, 8_388_607, -8_388_608])
    func priceAndTick(_ tick: Int32) {
        let price = (U256(UInt64(1)) << 159) | U256(UInt64(12_345))
        let rest = U256(UInt64(0xffff_ffff)) << 184
        let word = price | (U256(UInt64(UInt32(bitPattern: tick) & 0xff_ffff)) << 160) | rest
        let found = StateWords.price(word)
        #expect(found.sqrtPriceX96 == price && found.tick == tick)
    }

    @Test func ticksOfABitmapWord() {
        let bits = U256.one | (U256.one << 255)
        #expect(V3Slots.ticks(in: bits, word: -1, spacing: 60) == [-256 * 60, -60])
        #expect(V3Slots.ticks(in: .zero, word: 5, spacing: 1) == [])
    }

    @Test(arguments: [Int32(1), 10, 60, 200, 16_383])
    func everyInitialisableTickLiesInTheWords(_ spacing: Int32) {
        let words = V3Slots.words(spacing: spacing), last = TickMath.maxTick / spacing
        #expect(words.contains(last >> 8) && words.contains(-last >> 8))
        #expect(!words.contains((last >> 8) + 1) && !words.contains((-last >> 8) - 1))
    }

    /// Places of mapping entries, computed by eth-abi and eth-utils over (key, slot).
    @Test func mappingEntries() {
        #expect(
            PoolLayout.entry(-1, 6).paddedHex
                == "0x63187d71e139eee983a88d0737447c7451979b3dbb75903c76b5fe430d36588e")
        #expect(
            PoolLayout.entry(-887_220, 5).paddedHex
                == "0x7f16e4ac80e3195175c78aa64fe305d939ea0f7e52dc9181b922712fa7117c19")
    }
}
