import EVMTypes
import Pools
import Testing

@testable import MarketSync

/// What ten calls of a token say.
@Suite struct TokenJudgeTests {
    private static func word(_ value: UInt64) -> TokenCheck.Answer {
        TokenCheck.Answer(output: U256(value).bigEndianBytes, failure: nil)
    }

    /// Balances of pool and stranger at four times; transfers that answer `true` unless given.
    private static func calls(
        _ balances: [UInt64], out: TokenCheck.Answer = word(1), back: TokenCheck.Answer = word(1)
    ) -> [TokenCheck.Answer] {
        let words = balances.map(word)
        return Array(words[0...1]) + [out] + words[2...3] + [back] + words[4...7]
    }

    @Test func plain() {
        let calls = Self.calls([1_000, 0, 900, 100, 1_000, 0, 1_000, 0])
        #expect(TokenCheck.judge(calls, amount: 100) == .plain)
        // A token that returns nothing is as good.
        let silent = Self.calls(
            [1_000, 0, 900, 100, 1_000, 0, 1_000, 0], out: TokenCheck.Answer(output: [], failure: nil),
            back: TokenCheck.Answer(output: [], failure: nil))
        #expect(TokenCheck.judge(silent, amount: 100) == .plain)
    }

    @Test func feeEitherWay() {
        let out = TokenCheck.judge(Self.calls([1_000, 0, 900, 97, 1_000, 0, 1_000, 0]), amount: 100)
        #expect(out.refusal == .tokenTakesFee)
        let back = TokenCheck.judge(Self.calls([1_000, 0, 900, 100, 997, 0, 997, 0]), amount: 100)
        #expect(back.refusal == .tokenTakesFee)
    }

    @Test func rebases() {
        let growing = TokenCheck.judge(Self.calls([1_000, 0, 900, 100, 1_000, 0, 1_001, 0]), amount: 100)
        #expect(growing.refusal == .tokenRebases)
        let rounding = TokenCheck.judge(Self.calls([1_000, 0, 899, 100, 999, 0, 999, 0]), amount: 100)
        #expect(rounding.refusal == .tokenRebases)
        let shrinking = TokenCheck.judge(Self.calls([1_000, 5, 900, 3, 1_000, 0, 1_000, 0]), amount: 100)
        #expect(shrinking.refusal == .tokenRebases)
    }

    @Test func blocks() {
        let balances: [UInt64] = [1_000, 0, 900, 100, 1_000, 0, 1_000, 0]
        let reverted = TokenCheck.Answer(output: [], failure: "execution reverted"), refused = Self.word(0)
        #expect(TokenCheck.judge(Self.calls(balances, out: reverted), amount: 100).refusal == .tokenBlocks)
        #expect(TokenCheck.judge(Self.calls(balances, back: reverted), amount: 100).refusal == .tokenBlocks)
        #expect(TokenCheck.judge(Self.calls(balances, out: refused), amount: 100).refusal == .tokenBlocks)
        #expect(TokenCheck.judge([], amount: 100).refusal == nil)
    }
}
