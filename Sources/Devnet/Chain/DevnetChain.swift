import EVM
import EVMCodec
public import EVMTypes
import Foundation

/// A chain of one node: state, blocks, pool, and everything that a JSON-RPC client or a test in this process asks of it.
///
/// Every call runs alone on the actor; none waits in the middle of a change. Over a fork a call that lacks state asks
/// the source, and is then run again from its start.
public actor DevnetChain {
    /// What the chain was made from.
    public let config: DevnetConfig
    let schedule: ForkSchedule
    let rules: ExecutionRules
    var world: World
    var machine: Machine
    /// The kept blocks, oldest first; the first is number `firstNumber`.
    var blocks: [SealedBlock]
    /// Where blocks and transactions are.
    var numberOfBlock: [Hash32: UInt64] = [:]
    var placeOfTransaction: [Hash32: (number: UInt64, index: Int)] = [:]
    var pool = TransactionPool()
    var settings: ChainSettings
    var accounts: [Address: DevAccount] = [:]
    var snapshots: [Snapshot] = []
    var snapshotCount: UInt64 = 0
    var observers = Observers()
    var historic: [HistoricState] = []
    /// The tries of old blocks that were asked about last.
    var tries: [(hash: Hash32, trie: StateTrie)] = []
    var relay = RelayBook()
    var faults = Faults()
    /// How often blocks were replaced; makes new blocks at an old height differ.
    var branch: UInt64 = 0
    var miner: Task<Void, Never>?
    /// Where the state comes from that no block has changed; nil without a fork.
    let source: (any StateSource)?

    /// Makes the chain with its genesis block. Throws when the configuration cannot be used.
    public init(_ config: DevnetConfig) throws(DevnetError) {
        guard config.fork >= .paris else { throw DevnetError("the devnet knows Paris and later forks") }
        guard config.gasLimit >= 100_000, config.gasLimit <= 1 << 40 else {
            throw DevnetError("the gas limit must be 100000 to 2^40")
        }
        var state = PinnedState(unknown: .absent)
        for account in config.accounts { state.setAccount(account.address, AccountState(balance: config.balance)) }
        for (address, code) in SystemCode.contracts(config.fork) {
            state.setAccount(address, AccountState(nonce: 1, codeHash: state.setCode(code)))
        }
        var world = World(state)
        let header = GenesisHeader.make(config, stateRoot: world.root() ?? .zero)
        self.init(config, world: world, genesis: header, source: nil)
    }

    init(
        _ config: DevnetConfig, world: consuming World, genesis: ConsensusHeader, hash known: Hash32? = nil,
        source: (any StateSource)?
    ) {
        self.config = config
        self.source = source
        schedule = .always(config.fork, chainID: config.chainID)
        rules = .ethereum(config.fork, chainID: config.chainID)
        machine = Machine(rules: rules)
        settings = ChainSettings(config)
        let hash = known ?? genesis.hash
        world.setBlockHash(genesis.number, hash)
        blocks = [
            SealedBlock(
                header: genesis, hash: hash, transactions: [], blobBaseFee: .one, startPosition: world.position,
                position: world.position)
        ]
        self.world = world
        numberOfBlock[hash] = genesis.number
        for account in config.accounts { accounts[account.address] = account }
    }

    // MARK: Blocks

    /// The newest block. There always is one.
    public var head: SealedBlock { blocks[blocks.count - 1] }
    /// The number of the oldest block that is kept.
    var firstNumber: UInt64 { blocks[0].number }

    /// The block of a number; nil when there is none, or none any more.
    public func block(_ number: UInt64) -> SealedBlock? {
        guard number >= firstNumber, number - firstNumber < UInt64(blocks.count) else { return nil }
        return blocks[Int(number - firstNumber)]
    }

    /// The block with a hash, of the chain as it is.
    public func block(hash: Hash32) -> SealedBlock? { numberOfBlock[hash].flatMap { block($0) } }

    /// The mined transaction with a hash and the block it is in.
    public func mined(_ hash: Hash32) -> (block: SealedBlock, index: Int)? {
        guard let place = placeOfTransaction[hash], let block = block(place.number) else { return nil }
        return (block, place.index)
    }

    // MARK: Now

    /// An account at the head as the state has it; throws what the fork's source must be asked.
    func headAccount(_ address: Address) throws(DevnetError) -> AccountState? {
        guard let account = world.account(address, at: world.position) else { throw .missing([.account(address)]) }
        return account
    }

    /// Runs something again and again as long as it lacks state that the fork's source has.
    func withState<Value>(
        _ body: (isolated DevnetChain) throws(DevnetError) -> Value
    ) async throws(DevnetError) -> Value {
        for _ in 0..<Self.fillMax {
            do throws(DevnetError) { return try body(self) } catch {
                guard !error.needs.isEmpty else { throw error }
                try await fill(error.needs)
            }
        }
        throw DevnetError(
            "the forked state was asked for \(Self.fillMax) times and still lacks something", code: -32_603)
    }

    /// How often one call may ask the fork's source.
    static let fillMax = 10_000
}

/// What may be changed while the chain runs.
struct ChainSettings {
    var mining: MiningMode
    var coinbase: Address
    var gasLimit: UInt64
    var timeStep: UInt64
    /// Seconds that the next block is later than the clock says.
    var timeOffset: Int64 = 0
    var nextTimestamp: UInt64?
    var nextBaseFee: U256?
    var nextRandao: Hash32?
    var impersonated: Set<Address> = []
    var impersonatesAll: Bool

    init(_ config: DevnetConfig) {
        mining = config.mining
        coinbase = config.coinbase
        gasLimit = config.gasLimit
        timeStep = max(1, config.timeStep)
        impersonatesAll = config.impersonatesAll
    }
}

/// What `evm_revert` goes back to.
struct Snapshot {
    var id: UInt64
    var blockHash: Hash32
    var blockNumber: UInt64
    var position: Int
    var settings: ChainSettings
    var pool: TransactionPool
}

/// The first header.
enum GenesisHeader {
    static func make(_ config: DevnetConfig, stateRoot: Hash32) -> ConsensusHeader {
        var header = ConsensusHeader()
        header.stateRoot = stateRoot
        header.gasLimit = config.gasLimit
        header.timestamp = config.genesisTime
        header.baseFeePerGas = config.baseFee
        header.extraData = Array("martlet devnet".utf8)
        header.mixHash = Randao.value(seed: config.seed, number: 0, branch: 0)
        if config.fork >= .shanghai { header.withdrawalsRoot = MerklePatricia.emptyRoot }
        if config.fork >= .cancun {
            header.blobGasUsed = 0
            header.excessBlobGas = 0
            header.parentBeaconBlockRoot = .zero
        }
        if config.fork >= .prague { header.requestsHash = Requests.hash([]) }
        return header
    }
}
