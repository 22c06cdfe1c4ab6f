public import EVMCodec
public import EVMTypes

/// A chain of blocks as far as the next block needs it: the state at the head, the last headers, the last 256 hashes.
///
/// The state is held whole. A block that is refused leaves everything as it was. Not thread-safe.
public struct Chain: ~Copyable {
    /// The state after the head.
    public private(set) var state: PinnedState
    /// The tries of `state`.
    private var trie: StateTrie
    /// The last blocks, oldest first, the head last; at most eight.
    public private(set) var ancestors: [Ancestor]
    /// The block that the next one follows.
    public private(set) var head: ConsensusHeader
    /// When the rules change.
    public let schedule: ForkSchedule
    /// What the rules are at a fork of the schedule.
    private let rules: @Sendable (ForkSchedule.Row, UInt64) -> ExecutionRules

    /// How many hashes BLOCKHASH reaches.
    private static let hashCount: UInt64 = 256

    /// Starts a chain at a block whose state this is. Throws when the state's root is not the block's, or the state is
    /// not held whole. `rules` gives the rules of a row of the schedule for a chain id; without it they are Ethereum's.
    public init(
        head: ConsensusHeader, state: consuming PinnedState, schedule: ForkSchedule,
        rules: @escaping @Sendable (ForkSchedule.Row, UInt64) -> ExecutionRules = { row, chainID in
            .ethereum(row.fork, chainID: chainID)
        }
    ) throws(BlockProblem) {
        guard state.unknown == .absent else { throw .stateIncomplete }
        var trie = StateTrie(state)
        let root = trie.root()
        guard root == head.stateRoot else {
            throw .header(.differs(.stateRoot, expected: root.word, got: head.stateRoot.word))
        }
        state.setBlockHash(head.number, head.hash)
        self.state = state
        self.trie = trie
        self.head = head
        self.schedule = schedule
        self.rules = rules
        ancestors = [Ancestor(header: head)]
    }

    /// Reads, checks and runs one block on the head, and makes it the head.
    ///
    /// Every field of the header is compared with what the rules and the run give. On an error the chain is as before.
    /// The machine's overlay is emptied in any case.
    public mutating func append(_ bytes: [UInt8], with machine: inout Machine) throws(BlockProblem) -> BlockOutcome {
        let block: Block
        do throws(BlockDecodingError) { block = try Block(decoding: bytes) } catch { throw .malformed(error) }
        machine.overlay.removeAll()
        do throws(BlockProblem) {
            let outcome = try judge(block, byteCount: bytes.count, with: &machine)
            machine.overlay.commit(into: &state)
            advance(to: block)
            return outcome
        } catch {
            machine.overlay.removeAll()
            throw error
        }
    }

    /// What `eth_getProof` answers at the head; `verify(stateRoot:)` with the head's root accepts it.
    public mutating func proof(of address: Address, slots: [U256]) -> AccountProof {
        trie.proof(of: address, slots: slots)
    }

    /// Everything about a block but taking it over; the tries are those after the block when it is valid.
    private mutating func judge(
        _ block: Block, byteCount: Int, with machine: inout Machine
    ) throws(BlockProblem) -> BlockOutcome {
        let header = block.header
        guard let row = schedule.row(number: header.number, timestamp: header.timestamp) else {
            throw .header(.unknownFork)
        }
        if schedule.daoBlock == header.number { throw .daoFork }
        do throws(HeaderProblem) {
            try HeaderRules.validate(header, parent: head, schedule: schedule)
        } catch { throw .header(error) }
        let blobs = schedule.blobs(timestamp: header.timestamp)
        try BodyRules.validate(block, byteCount: byteCount, fork: row.fork, blobs: blobs)
        do throws(OmmerProblem) {
            try OmmerRules.validate(block.ommers, of: header, ancestors: ancestors, schedule: schedule)
        } catch { throw .ommers(error) }
        var outcome = try BlockExecutor.execute(
            block, on: state, rules: rules(row, schedule.chainID), blobs: blobs,
            depositContract: schedule.depositContract, with: &machine)
        do throws(HeaderProblem) {
            try BlockExecutor.compare(outcome, with: header)
        } catch { throw .header(error) }
        let changes = machine.overlay.changes(on: state)
        trie.apply(changes)
        let root = trie.root()
        guard root == header.stateRoot else {
            for change in changes { trie.restore(change.address, from: state) }
            throw .header(.differs(.stateRoot, expected: root.word, got: header.stateRoot.word))
        }
        outcome.stateRoot = root
        return outcome
    }

    private mutating func advance(to block: Block) {
        head = block.header
        let ancestor = Ancestor(header: head, ommerHashes: block.ommers.map(\.hash))
        ancestors.append(ancestor)
        if ancestors.count > Int(OmmerRules.ageMax) + 2 { ancestors.removeFirst() }
        state.setBlockHash(head.number, ancestor.hash)
        if head.number >= Self.hashCount { state.forgetBlockHash(head.number - Self.hashCount) }
    }
}
