import EVMTypes
public import Pools

/// The core and the runner it asks: one synchronous state machine, owned by one thread.
///
/// ```
/// event -> step -> decision { plan (verified), requests (state that was missing) }
///            ^                      |
///            +-- .retry(patch) <----+  the host reads the state and sends the candidate again
/// ```
/// The same events give the same decisions: what the chain's state holds comes in as events too.
public struct SearchEngine: ~Copyable {
    /// The decisions, on pool state.
    public var core: Searcher
    /// The EVM, on account state.
    public var runner: StateRunner

    public init(core: Searcher, runner: consuming StateRunner) {
        self.core = core
        self.runner = runner
    }

    /// Takes one event. Never throws and never traps on what a peer sent.
    public mutating func step(_ event: Event) -> Decision { core.step(event, &runner) }

    /// The exact state of all pools at the head. A copy costs nothing until one of the two changes.
    public var market: MarketState { core.market }
}
