import EVMTypes
import TestSupport
import Testing

@testable import RiskRules

@Suite struct RiskRulesTests {
    static func token(_ n: UInt64) -> Address { Address(high: 1, low: UInt128(n)) }

    static let limits = RiskLimits(
        netProfitMin: 100, gasPriceMax: 60, gasLimitMax: 10, inputMax: 1000, plansPerBlockMax: 2, failuresInARowMax: 3,
        dailyLossMax: 90, cooldownBlocks: 4, headAgeMaxMilliseconds: 12_000, baseFeeMax: 50, inFlightMax: 2,
        feesPerBlockMax: 600, blockLossMax: 30, breakerMilliseconds: 20_000, allowedTokens: [token(1), token(2)])

    /// Everything exactly at its limit: passes.
    static let facts = RiskFacts(
        netProfitWei: 100, gasPriceWei: 60, gasLimit: 10, input: 1000, baseFeeWei: 50, tokens: [token(1), token(2)])
    static let head: UInt64 = 100
    static let headTime: UInt64 = 1_000_000
    static let now: UInt64 = 1_012_000
    static let pools: [Int32] = [11, 12]

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var expected: RiskReason?
        var facts: @Sendable (inout RiskFacts) -> Void = { _ in }
        var limits: @Sendable (inout RiskLimits) -> Void = { _ in }
        var state: @Sendable (inout RiskState) -> Void = { _ in }
        var time: UInt64 = RiskRulesTests.now
        var testDescription: String { name }
    }

    static func fail(_ state: inout RiskState, times: Int, at time: UInt64 = now, head: UInt64 = head, pools: [Int32] = [91]) {
        for _ in 0..<times { state.noteFailure(pools: pools, head: head, nowMilliseconds: time, limits: limits) }
    }

    static func lose(_ state: inout RiskState, _ wei: Int, at time: UInt64 = now) {
        state.noteResult(netWei: I256(-wei), nowMilliseconds: time)
    }

    static let cases: [Case] = [
        Case(name: "everything at its limit passes", expected: nil),
        Case(name: "a paused node", expected: .paused, state: { $0.isPaused = true }),
        Case(
            name: "a resumed node", expected: nil,
            state: {
                $0.isPaused = true
                $0.resume()
            }),
        Case(name: "a head one millisecond too old", expected: .headTooOld, time: now + 1),
        Case(name: "a head from the future is not old", expected: nil, time: headTime - 500_000),
        Case(name: "one wei below the minimum", expected: .netProfitTooSmall, facts: { $0.netProfitWei = 99 }),
        Case(name: "one unit too much in", expected: .inputTooLarge, facts: { $0.input = 1001 }),
        Case(name: "base fee one above", expected: .baseFeeTooHigh, facts: { $0.baseFeeWei = 51 }),
        Case(name: "gas price one above", expected: .gasPriceTooHigh, facts: { $0.gasPriceWei = 61 }),
        Case(name: "gas limit one above", expected: .gasLimitTooHigh, facts: { $0.gasLimit = 11 }),
        Case(name: "fees one wei above", expected: .feesTooHigh, limits: { $0.feesPerBlockMax = 599 }),
        Case(
            name: "fees that overflow are too high", expected: .feesTooHigh, facts: { $0.gasPriceWei = .max },
            limits: {
                $0.gasPriceMax = .max
                $0.feesPerBlockMax = .max
            }),
        Case(name: "a token that is not listed", expected: .tokenNotAllowed, facts: { $0.tokens.append(token(3)) }),
        Case(
            name: "no list allows every token", expected: nil, facts: { $0.tokens.append(token(3)) },
            limits: { $0.allowedTokens = nil }),
        Case(name: "one plan of two for the block", expected: nil, state: { $0.notePlan(head: head) }),
        Case(
            name: "two plans of two for the block", expected: .tooManyPlansForBlock,
            state: { for _ in 1...2 { $0.notePlan(head: head) } }),
        Case(name: "plans for another block", expected: nil, state: { for _ in 1...5 { $0.notePlan(head: head - 1) } }),
        Case(name: "one other block waited for, of two", expected: nil, state: { $0.notePlan(head: 98, validUntil: 101) }),
        Case(
            name: "two other blocks waited for", expected: .tooManyInFlight,
            state: { for head: UInt64 in 98...99 { $0.notePlan(head: head, validUntil: 101) } }),
        Case(
            name: "blocks that passed are not waited for", expected: nil,
            state: { for head: UInt64 in 98...99 { $0.notePlan(head: head, validUntil: 100) } }),
        Case(name: "nothing may be in flight", expected: .tooManyInFlight, limits: { $0.inFlightMax = 0 }),
        Case(name: "a loss below the block's limit", expected: nil, state: { lose(&$0, 29) }),
        Case(name: "a loss that reaches it", expected: .blockLossReached, state: { lose(&$0, 30) }),
        Case(
            name: "a new head starts the block's loss anew", expected: nil,
            state: {
                lose(&$0, 30)
                $0.noteHead(101)
            }),
        Case(
            name: "losses of heads add up over the day", expected: .dailyLossReached,
            state: {
                for head: UInt64 in 1...3 {
                    lose(&$0, 30)
                    $0.noteHead(head)
                }
            }),
        Case(
            name: "a gain of the day is set against them", expected: nil,
            state: {
                for head: UInt64 in 1...3 {
                    lose(&$0, 30)
                    $0.noteHead(head)
                }
                $0.noteResult(netWei: I256(1), nowMilliseconds: now)
            }),
        Case(
            name: "losses of another day do not count", expected: nil,
            state: {
                lose(&$0, 90, at: now + 86_400_000)
                $0.noteHead(101)
            }),
        Case(name: "no loss is no loss, whatever the limit", expected: nil, limits: { $0.blockLossMax = 0 }),
        Case(name: "a pool of the plan rests", expected: .poolCoolingDown, state: { fail(&$0, times: 1, head: 97, pools: [12]) }),
        Case(name: "its rest is over", expected: nil, state: { fail(&$0, times: 1, head: 96, pools: [11, 12]) }),
        Case(name: "another pool rests", expected: nil, state: { fail(&$0, times: 1, pools: [13]) }),
        Case(
            name: "a rest that would overflow never ends", expected: .poolCoolingDown,
            state: { fail(&$0, times: 1, head: .max, pools: [11]) }),
        Case(name: "two failures leave the breaker closed", expected: nil, state: { fail(&$0, times: 2) }),
        Case(name: "three failures open it", expected: .breakerOpen, state: { fail(&$0, times: 3) }),
        Case(
            name: "a success between them does not let it open", expected: nil,
            state: {
                fail(&$0, times: 2)
                $0.noteSuccess()
                fail(&$0, times: 2)
            }),
        Case(name: "it closes after its time", expected: nil, state: { fail(&$0, times: 3, at: now - 20_000) }),
        Case(
            name: "and not a millisecond earlier", expected: .breakerOpen,
            state: { fail(&$0, times: 3, at: now - 19_999) }),
        Case(
            name: "a clock that went back does not close it", expected: .breakerOpen,
            state: { fail(&$0, times: 3, at: now + 1) }),
        Case(
            name: "without a time it stays open", expected: .breakerOpen, limits: { $0.breakerMilliseconds = 0 },
            state: { fail(&$0, times: 3, at: 0) }),
        Case(
            name: "an operator closes it", expected: nil, limits: { $0.breakerMilliseconds = 0 },
            state: {
                fail(&$0, times: 3)
                $0.resume()
            }),
        Case(name: "no failure allowed lets nothing out", expected: .breakerOpen, limits: { $0.failuresInARowMax = 0 }),
    ]

    @Test(arguments: cases) func limitsHoldAtTheirBoundaries(_ test: Case) {
        var facts = Self.facts, limits = Self.limits, state = RiskState()
        test.facts(&facts)
        test.limits(&limits)
        test.state(&state)
        let reason = state.check(
            facts, pools: Self.pools, head: Self.head, headTimeMilliseconds: Self.headTime, nowMilliseconds: test.time,
            limits: limits)
        #expect(reason == test.expected)
    }

    @Test func reasonsHaveTheirRecordedCodesAndDistinctTexts() {
        #expect(RiskReason.allCases.map(\.rawValue) == Array(1...15))
        #expect(Set(RiskReason.allCases.map(\.text)).count == 15)
        #expect(RiskReason.breakerOpen.rawValue == 8)
        #expect("\(RiskReason.breakerOpen)" == "breakerOpen")
    }

    @Test func defaultLimitsRefuseNothingButALoss() {
        let facts = RiskFacts(netProfitWei: 1, gasPriceWei: U256(UInt64.max), gasLimit: .max, input: .max, baseFeeWei: .max)
        func check(_ facts: RiskFacts) -> RiskReason? {
            RiskState().check(
                facts, pools: [1], head: 5, headTimeMilliseconds: 0, nowMilliseconds: .max, limits: RiskLimits())
        }
        #expect(check(facts) == nil)
        var loss = facts
        loss.netProfitWei = 0
        #expect(check(loss) == .netProfitTooSmall)
    }

    @Test func noRandomPlanThatPassesBreaksALimit() {
        var random = SeededGenerator(seed: 41)
        for _ in 0..<3000 {
            var facts = Self.facts
            func amount(_ limit: UInt64) -> U256 { U256(UInt64.random(in: 0...2 * limit, using: &random)) }
            facts.input = amount(1000)
            facts.netProfitWei = amount(100)
            facts.baseFeeWei = amount(50)
            facts.gasPriceWei = amount(60)
            facts.gasLimit = UInt64.random(in: 0...20, using: &random)
            let passes =
                RiskState().check(
                    facts, pools: Self.pools, head: Self.head, headTimeMilliseconds: Self.headTime,
                    nowMilliseconds: Self.now, limits: Self.limits) == nil
            let within =
                facts.input <= 1000 && facts.netProfitWei >= 100 && facts.baseFeeWei <= 50 && facts.gasPriceWei <= 60
                && facts.gasLimit <= 10 && facts.gasPriceWei * U256(facts.gasLimit) <= 600
            #expect(passes == within)
        }
    }
}
