import EVM
import EVMCodec
public import EVMTypes
import ForkState
public import NodeClient
import Simulation

/// Runs transfers of a token from a pool to a fresh account and back on our EVM, over the state of one block.
///
/// Both ways are tried because fees and blocks are often put on one only. A day later nothing may have changed by
/// itself. Nothing is sent to the chain; a token costs about four rounds of state reads.
public struct TokenCheck: Sendable {
    private typealias Call = Simulation.CallRequest

    private let source: ForkSource
    private let rules: BlockRules
    private let block: BlockID

    /// An account that no contract knows: the last 20 bytes of keccak("martlet token check").
    static let stranger = Address(bytes: Array(ABI.topic("martlet token check").bytes.suffix(20)))
    /// Most gas of one call; tokens take well below a tenth of it.
    private static let gasMax: UInt64 = 5_000_000
    /// Times that a run is begun again after a failure of the peer; what was read before is kept.
    private static let attemptsMax = 12

    /// - Parameter endpoints: kept open by the caller.
    public init(_ endpoints: EndpointPool, chainID: UInt64, at block: Hash32) {
        source = ForkSource(endpoints, label: "chain \(chainID)")
        rules = BlockRules(chainID: chainID)
        self.block = .hash(block)
    }

    /// Looks at `token` as the pool `holder` has it. `counted` is what the pool counts on (a pair's reserve).
    ///
    /// Throws `NodeError` when no endpoint answers; whatever else goes wrong is `.unchecked`.
    public func check(_ token: Address, holder: Address, counted: UInt128?) async throws -> TokenFinding {
        var last: ForkStateError?
        for attempt in 0..<Self.attemptsMax {
            do {
                return try await look(token, holder, counted.map { U256($0) })
            } catch let refused as SimulationError {
                return .unchecked(refused.message)
            } catch {
                let fault = ForkStateError(caught: error)
                guard fault.isRetryable || fault.code == .peerFailed else { return .unchecked(fault.message) }
                if let node = fault.node, SyncPeers.isFinal(node) { throw node }
                last = fault
                try await Task.sleep(for: .milliseconds(min(2_000, 50 << attempt)))
            }
        }
        throw last?.node ?? NodeError(.malformedResponse, "the state for \(token) could not be read")
    }

    private func look(_ token: Address, _ holder: Address, _ counted: U256?) async throws -> TokenFinding {
        let fork = try await source.pin(block)
        let context = CallContext(rules: try rules.execution(fork.header), block: try rules.environment(fork.header))
        let runner = ForkRunner(fork, rules: context.rules)
        var first = SimulateV1Request()
        first.blocks = [Self.block([Self.balance(token, holder)], at: nil)]
        let held = try await Self.run(first, context, runner).first?.word
        guard let held else { return .blocks("balanceOf fails") }
        if let counted, held < counted { return .rebases("the pool holds \(held), it counts on \(counted)") }
        if held.isZero { return .unchecked("the pool holds none") }
        // A thousandth: tokens that bound one transfer bound it higher. All of it where that is nothing.
        let thousandth = held / U256(UInt64(1_000))
        let amount = thousandth.isZero ? held : thousandth
        var second = SimulateV1Request()
        let stranger = Self.stranger
        let balances = [Self.balance(token, holder), Self.balance(token, stranger)]
        second.blocks = [
            Self.block(
                balances + [Self.transfer(token, holder, stranger, amount)] + balances
                    + [Self.transfer(token, stranger, holder, amount)] + balances, at: nil),
            Self.block(balances, at: context.block.timestamp &+ 86_400),
        ]
        return Self.judge(try await Self.run(second, context, runner), amount: amount)
    }

    // MARK: Requests

    private static func block(_ calls: [Call], at time: UInt64?) -> SimulateV1Request.BlockCalls {
        var block = SimulateV1Request.BlockCalls()
        block.calls = calls
        block.blockOverrides.timestamp = time
        return block
    }

    private static func balance(_ token: Address, _ owner: Address) -> Call {
        Call(
            from: stranger, to: token, data: ABI.selector("balanceOf(address)") + owner.word.bigEndianBytes, gas: gasMax
        )
    }

    private static func transfer(_ token: Address, _ from: Address, _ to: Address, _ amount: U256) -> Call {
        Call(
            from: from, to: token,
            data: ABI.selector("transfer(address,uint256)") + to.word.bigEndianBytes + amount.bigEndianBytes,
            gas: gasMax)
    }

    private static func run(
        _ request: SimulateV1Request, _ context: CallContext, _ runner: ForkRunner
    ) async throws -> [Answer] {
        try await runner.run { machine, state -> Attempt<[Answer]> in
            switch machine.simulateV1(request, in: context, nextBaseFee: .zero, on: state) {
            case .done(let blocks): .done(blocks.flatMap { $0.calls.map { Answer($0.outcome) } })
            case .missing(let needs): .missing(needs)
            case .failed(let error): throw error
            }
        }
    }

    // MARK: Judging

    /// What a call gave back.
    struct Answer: Sendable {
        var output: [UInt8]
        /// Why it failed; nil when it did not.
        var failure: String?

        init(output: [UInt8], failure: String?) {
            self.output = output
            self.failure = failure
        }

        init(_ outcome: CallOutcome) {
            self.init(output: outcome.output, failure: outcome.error.map { String($0.message.prefix(120)) })
        }

        var word: U256? { failure == nil && output.count >= 32 ? U256(bigEndian: output[..<32]) : nil }
    }

    /// Why a transfer failed; nil when it did not. A token may return nothing, true, but not false.
    private static func failure(_ call: Answer) -> String? {
        call.failure ?? (call.word?.isZero == true ? "transfer returns false" : nil)
    }

    /// What ten calls say: two balances, out, two balances, back, two balances, and two a day later.
    static func judge(_ calls: [Answer], amount: U256) -> TokenFinding {
        guard calls.count == 10 else { return .unchecked("\(calls.count) calls were run instead of 10") }
        if let why = failure(calls[2]) { return .blocks("from the pool: \(why)") }
        let places = [0, 1, 3, 4, 6, 7, 8, 9]
        let words = places.compactMap { calls[$0].word }
        guard words.count == places.count else { return .blocks("balanceOf fails") }
        let (pool0, stranger0, pool1, stranger1) = (words[0], words[1], words[2], words[3])
        guard stranger1 >= stranger0, pool1 <= pool0 else { return .rebases("a balance moves the wrong way") }
        let received = stranger1 &- stranger0, given = pool0 &- pool1
        if received < amount { return .takesFee("\(amount) sent, \(received) received from the pool") }
        if given != amount || received != amount { return .rebases("\(amount) sent, the pool gave \(given)") }
        if let why = failure(calls[5]) { return .blocks("to the pool: \(why)") }
        let (pool2, stranger2) = (words[4], words[5])
        guard pool2 >= pool1, stranger2 <= stranger1 else { return .rebases("a balance moves the wrong way") }
        if pool2 &- pool1 < amount { return .takesFee("\(amount) sent, \(pool2 &- pool1) received by the pool") }
        if pool2 &- pool1 != amount || stranger1 &- stranger2 != amount {
            return .rebases("\(amount) sent, the pool got \(pool2 &- pool1)")
        }
        if words[6] != pool2 || words[7] != stranger2 { return .rebases("a balance is another a day later") }
        return .plain
    }
}
