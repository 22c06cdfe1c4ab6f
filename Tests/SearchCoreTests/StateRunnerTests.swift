import Bundles
import EVM
import EVMCodec
import EVMTypes
import Pools
import RiskRules
import Testing

@testable import SearchCore

/// The core with a runner, on small contracts of our own: a router that no table knows, a pair that reports reserves,
/// an executor that earns what its storage says.
@Suite struct StateRunnerTests {
    typealias Script = ScriptedMarket
    static let ether = Script.ether
    static let owner = Address(high: 0x70, low: 1)
    static let executor = Address(high: 0x40, low: 1)
    static let unknownRouter = Address(high: 0x71, low: 1)
    static let coinbase = Address(high: 0x72, low: 1)

    // MARK: Contracts

    static func push(_ address: Address) -> [UInt8] { [0x73] + address.bytes }
    /// calldatacopy(0, 0, calldatasize)
    static let copyInput: [UInt8] = [0x36, 0x60, 0, 0x60, 0, 0x37]

    /// balanceOf (36 bytes of calldata) answers slot 0; anything else adds the first word to it.
    static let tokenCode: [UInt8] =
        // if calldatasize == 36 jump to 17
        [0x60, 36, 0x36, 0x14, 0x60, 17, 0x57]
        // sstore(0, sload(0) + calldataload(0)); stop
        + [0x60, 0, 0x35, 0x60, 0, 0x54, 0x01, 0x5f, 0x55, 0x00]
        // 17: return sload(0)
        + [0x5b, 0x5f, 0x54, 0x5f, 0x52, 0x60, 32, 0x5f, 0xf3]
    static let pairCode: [UInt8] =
        copyInput + [0x7f] + EventTopics.sync.bytes + [0x36, 0x60, 0, 0xa1, 0x00]
    static let routerCode: [UInt8] =
        copyInput + [0x5f, 0x5f, 0x36, 0x5f, 0x5f] + push(Script.pair(Script.pairs, 1, 2).address)
        + [0x5a, 0xf1, 0x50, 0x00]
    /// token(slot 0), then slot 1 in wei to the coinbase.
    static let executorCode: [UInt8] =
        [0x5f, 0x54, 0x5f, 0x52, 0x5f, 0x5f, 0x60, 32, 0x5f, 0x5f] + push(Script.wrapped) + [0x5a, 0xf1, 0x50]
        + [0x5f, 0x5f, 0x5f, 0x5f, 0x60, 1, 0x54, 0x41, 0x5a, 0xf1, 0x50, 0x00]

    /// The whole state that the fake peer answers from.
    struct Peer {
        var growth = U256.zero
        var tip = U256.zero

        func answer(_ request: StateRequest) -> StatePatch {
            var patch = StatePatch(head: request.head.hash)
            for need in request.needs {
                switch need {
                case .account(let address): patch.accounts.append(StatePatch.Account(address, account(address)))
                case .slot(let address, let key):
                    let value = address == executor ? (key == 0 ? growth : key == 1 ? tip : .zero) : .zero
                    patch.slots.append(StatePatch.Slot(address, key, value))
                case .code(let address, _): patch.codes.append(code(address))
                case .blockHash: break
                }
            }
            return patch
        }

        func code(_ address: Address) -> [UInt8] {
            switch address {
            case Script.wrapped: tokenCode
            case Script.pair(Script.pairs, 1, 2).address: pairCode
            case unknownRouter: routerCode
            case executor: executorCode
            default: []
            }
        }

        func account(_ address: Address) -> AccountState? {
            var scratch = PinnedState(unknown: .absent)
            let code = code(address)
            let hash = code.isEmpty ? AccountState.emptyCodeHash : scratch.setCode(code)
            if code.isEmpty, address != owner, address != Script.sender { return nil }
            return AccountState(
                nonce: address == owner ? 7 : address == Script.sender ? 3 : 1, balance: ether * 100, codeHash: hash)
        }
    }

    // MARK: A market

    static func engine(limits: RiskLimits = RiskLimits()) -> SearchEngine {
        SearchEngine(
            core: Script.core(limits: limits),
            runner: StateRunner(
                RunnerConfig(
                    rules: .ethereum(.prague), chainID: 1337, owner: owner, executor: executor,
                    settlement: Script.wrapped, blockSeconds: 12)))
    }

    static func head() -> (Event, Script) {
        var script = Script()
        script.create(Script.pairs, 1, 2, ether * 1000, ether * 2_000_000)
        script.create(Script.otherPairs, 1, 2, ether * 1000, ether * 2_000_000)
        return (script.mine(), script)
    }

    /// A transaction to a contract that no table knows, after which the first pair reports other reserves.
    static func target(id: UInt64 = 1, nonce: UInt64 = 3, data: [UInt8]? = nil) -> PendingTransaction {
        let identity = Script.pair(Script.pairs, 1, 2)
        let reserves: [U256] = [ether * 1040, ether * 1_923_500]
        let words = identity.token0 == Script.wrapped ? reserves : reserves.reversed()
        let transaction = Transaction(
            kind: .dynamicFee, chainID: 1337, nonce: nonce, gasLimit: 300_000, to: unknownRouter,
            data: data ?? words.flatMap(\.bigEndianBytes), maxFeePerGas: 3_000_000_000, maxPriorityFeePerGas: 1_000_000)
        return PendingTransaction(hash: Hash32(U256(id)), from: Script.sender, transaction: transaction)
    }

    /// Steps and answers until nothing is asked any more; the last decision, all differences, and how many rounds.
    static func settle(
        _ engine: inout SearchEngine, _ event: Event, _ peer: Peer
    ) -> (last: Decision, differences: [PredictionDifference], rounds: Int) {
        var decision = engine.step(event), rounds = 0, differences = decision.differences
        while let request = decision.requests.first, rounds < 200 {
            rounds += 1
            decision = engine.step(
                .retry(peer.answer(request), request.candidate, timeMilliseconds: Script.time(of: 100)))
            differences += decision.differences
        }
        return (decision, differences, rounds)
    }

    // MARK: Tests

    @Test func aSwapThroughAnUnknownRouterIsFoundByRunningItAndThePlanIsTheRuns() throws {
        let (head, script) = Self.head()
        var first = Self.engine()
        _ = first.step(head)
        // Without state: its calldata says nothing, and the state is asked for.
        let cold = first.step(script.pending(Self.target()))
        #expect(cold.targetEffect == .cold)
        #expect(cold.skipped == .notARouter)
        #expect(cold.requests.count == 1)
        let guess = Self.settle(&first, script.pending(Self.target(id: 2)), Peer())
        let predicted = try #require(guess.differences.first?.predicted)
        #expect(guess.last.skipped == .predictionDiffers)
        let pool = try #require(first.core.market.index(of: Script.pair(Script.pairs, 1, 2).address))
        #expect(first.core.market.quarantineReason(pool) == .predictionDiffers)

        let peer = Peer(growth: predicted.growth.bits, tip: predicted.tip.bits)
        var second = Self.engine()
        _ = second.step(head)
        let found = Self.settle(&second, script.pending(Self.target()), peer)
        let plan = try #require(found.last.plan)
        #expect(plan.isVerified)
        #expect(found.last.targetEffect == .run)
        #expect(found.last.verified >= 1)
        #expect(found.differences.isEmpty)
        #expect(U256(plan.bundle.minProfit) == predicted.growth.bits)
        // The run's gas, not the model's 150,000 and more.
        #expect(plan.bundle.expectedGas < 100_000)
        #expect(found.rounds < 30)
        // Warm: the same effect at once, and no better plan than the one that is out.
        let again = second.step(script.pending(Self.target(id: 3)))
        #expect(again.targetEffect == .run)
        #expect(again.requests.isEmpty)
        #expect(again.skipped == .worseThanPlanned)
    }

    @Test func aTargetThatRevertsOrCannotBeIncludedIsNotFollowed() {
        let (head, script) = Self.head()
        var engine = Self.engine()
        _ = engine.step(head)
        var reverting = Self.target()
        reverting.transaction.gasLimit = 24_000
        #expect(Self.settle(&engine, script.pending(reverting), Peer()).last.skipped == .targetReverts)
        let later = Self.settle(&engine, script.pending(Self.target(id: 2, nonce: 9)), Peer())
        #expect(later.last.skipped == .cannotBeIncluded)
    }

    @Test func theSameEventsGiveTheSameDecisionsAndAnswersOfAnotherHeadCountForNothing() {
        let (head, script) = Self.head()
        func play() -> [Decision] {
            var engine = Self.engine(), decisions = [engine.step(head)]
            var decision = engine.step(script.pending(Self.target()))
            while let request = decision.requests.first, decisions.count < 200 {
                decisions.append(decision)
                decision = engine.step(
                    .retry(Peer().answer(request), request.candidate, timeMilliseconds: Script.time(of: 100)))
            }
            return decisions + [decision]
        }
        #expect(play() == play())
        var engine = Self.engine()
        _ = engine.step(head)
        let decision = engine.step(
            .retry(StatePatch(head: .zero), RetryCandidate(pending: Self.target(), round: 1), timeMilliseconds: 0))
        #expect(decision.skipped == .operatorEvent)
        #expect(decision.requests.isEmpty)
    }
}
