public import EVM
internal import EVMTypes

/// What one attempt of a run came to.
public enum Attempt<Value: Sendable>: Sendable {
    /// It ran, or was refused: this is its result.
    case done(Value)
    /// The state lacks these; the overlay is as it was.
    case missing([StateNeed])
}

extension Attempt where Value == ExecutionResult {
    /// A transaction's result.
    public init(_ result: ExecutionResult) {
        if case .missing(let needs) = result { self = .missing(needs) } else { self = .done(result) }
    }
}

extension Attempt where Value == BundleResult {
    /// A bundle's result.
    public init(_ result: BundleResult) {
        if case .missing(_, let needs) = result { self = .missing(needs) } else { self = .done(result) }
    }
}

/// A machine and a pinned state over a fork: runs what it is given again and again until the state has all it needs.
///
/// One run at a time: an attempt that comes back `.missing` must leave the overlay as it found it, which every run of
/// `Machine` does.
public actor ForkRunner {
    /// Where the state comes from.
    public nonisolated let fork: PinnedFork
    private var machine: Machine
    private var state = PinnedState(unknown: .asked)
    /// Needs that were put into the state, over all runs.
    public private(set) var filled = 0
    /// Rounds of the last run: attempts that came back for more.
    public private(set) var lastRounds = 0

    public init(_ fork: PinnedFork, rules: ExecutionRules, limits: MachineLimits = MachineLimits()) {
        self.fork = fork
        machine = Machine(rules: rules, limits: limits)
    }

    /// Runs `body` until it is done, fetching what it lacks between attempts.
    ///
    /// A run whose state is all there does not wait for anything: one attempt, nothing async in it. Throws
    /// `ForkStateError`: what `PinnedFork.answers` throws, `.tooManyRounds` past `roundsMax`, `.noProgress` when an
    /// attempt asks again for what the state was given.
    public func run<Value: Sendable>(
        _ body: @Sendable (inout Machine, inout PinnedState) throws -> Attempt<Value>
    ) async throws -> Value {
        lastRounds = 0
        for _ in 0...max(1, fork.source.options.roundsMax) {
            switch try body(&machine, &state) {
            case .done(let value): return value
            case .missing(let needs):
                lastRounds += 1
                try await fill(needs)
            }
        }
        throw ForkStateError(
            .tooManyRounds, "the run asked for more state \(lastRounds) times; the bound is roundsMax",
            endpoint: fork.source.label)
    }

    /// One attempt on what is already held in memory or in the cache, without waiting for the node; nil when that is
    /// not enough.
    public func runHeld<Value: Sendable>(
        _ body: @Sendable (inout Machine, inout PinnedState) throws -> Attempt<Value>
    ) rethrows -> Value? {
        for _ in 0...max(1, fork.source.options.roundsMax) {
            switch try body(&machine, &state) {
            case .done(let value): return value
            case .missing(let needs):
                guard needs.contains(where: { !isFilled($0) }) else { return nil }
                let held = fork.held(needs)
                guard needs.allSatisfy({ held.answers($0) }) else { return nil }
                held.fill(&state)
                filled += needs.count
            }
        }
        return nil
    }

    /// Puts these into the state before a run, in one batch.
    public func prepare(_ needs: [StateNeed]) async throws {
        let open = needs.filter { !isFilled($0) }
        guard !open.isEmpty else { return }
        let answers = try await fork.answers(for: open)
        answers.fill(&state)
        filled += open.count
    }

    /// Access to machine and state between runs: overrides, commits, results by value.
    public func with<Value: Sendable>(
        _ body: @Sendable (inout Machine, inout PinnedState) throws -> Value
    ) rethrows -> Value {
        try body(&machine, &state)
    }

    private func fill(_ needs: [StateNeed]) async throws {
        guard needs.contains(where: { !isFilled($0) }) else {
            throw ForkStateError(
                .noProgress, "the run asks again for \(needs.first?.words ?? "nothing"), which it was given",
                endpoint: fork.source.label)
        }
        let answers = try await fork.answers(for: needs)
        answers.fill(&state)
        filled += needs.count
    }

    private func isFilled(_ need: StateNeed) -> Bool {
        switch need {
        case .account(let address): state.account(address) != nil
        case .slot(let address, let slot): state.storage(address, slot) != nil
        case .code(_, let hash): state.code(hash) != nil
        case .blockHash(let number): state.blockHash(number) != nil
        }
    }
}
