public import EVM
public import EVMCodec
public import EVMTypes

/// Parts of the state at one block, by value: what a host read for the core.
public struct StatePatch: Hashable, Sendable {
    /// One account; nil when there is none.
    public struct Account: Hashable, Sendable {
        /// Whose.
        public var address: Address
        /// nil where the account does not exist.
        public var state: AccountState?

        public init(_ address: Address, _ state: AccountState?) {
            self.address = address
            self.state = state
        }
    }

    /// One storage slot.
    public struct Slot: Hashable, Sendable {
        /// Whose.
        public var address: Address
        /// The slot.
        public var key: U256
        /// The word in it; zero where nothing is stored.
        public var value: U256

        public init(_ address: Address, _ key: U256, _ value: U256) {
            self.address = address
            self.key = key
            self.value = value
        }
    }

    /// The block the values are of.
    public var head: Hash32
    /// Accounts as of the head.
    public var accounts: [Account] = []
    /// Slots as of the head.
    public var slots: [Slot] = []
    /// Codes, whose hashes the accounts name.
    public var codes: [[UInt8]] = []
    /// Hashes of earlier blocks, by number.
    public var blockHashes: [UInt64: Hash32] = [:]

    public init(head: Hash32) { self.head = head }
}

/// Parts of the state that a step could not go on without. The host reads them at `head` and sends the candidate again.
public struct StateRequest: Hashable, Sendable {
    /// The block that all of it is of.
    public var head: HeadID
    /// Each once; never empty.
    public var needs: [StateNeed]
    /// What is run again when the state is there.
    public var candidate: RetryCandidate

    public init(head: HeadID, needs: [StateNeed], candidate: RetryCandidate) {
        self.head = head
        self.needs = needs
        self.candidate = candidate
    }
}

/// What is taken up again once the state it needs is there.
public struct RetryCandidate: Hashable, Sendable {
    /// The pending transaction; nil for the gaps that stand in the head's state.
    public var pending: PendingTransaction?
    /// How often it was taken up; at most `StateRunner.roundsMax`.
    public var round: Int

    public init(pending: PendingTransaction?, round: Int) {
        self.pending = pending
        self.round = round
    }
}
