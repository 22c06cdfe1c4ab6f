public import EVMCodec
public import EVMTypes

/// When a chain's rules change, as data.
public struct ForkSchedule: Hashable, Sendable {
    /// What a block must reach for a fork to hold.
    public enum Activation: Hashable, Sendable {
        /// Its number.
        case block(UInt64)
        /// Its time, in seconds since 1970.
        case timestamp(UInt64)
    }

    /// One fork of the chain.
    public struct Row: Hashable, Sendable {
        /// The chain's own name of it.
        public var name: String
        /// Ethereum's rules that hold from it on, as far as the chain follows them.
        public var fork: Hardfork
        /// When it begins.
        public var at: Activation

        public init(_ name: String, _ fork: Hardfork, _ at: Activation) {
            self.name = name
            self.fork = fork
            self.at = at
        }
    }

    /// Blob parameters from a time on.
    public struct BlobRow: Hashable, Sendable {
        /// Seconds since 1970.
        public var timestamp: UInt64
        /// In force from then on.
        public var parameters: BlobParameters

        public init(_ timestamp: UInt64, _ parameters: BlobParameters) {
            self.timestamp = timestamp
            self.parameters = parameters
        }
    }

    /// How many blocks the difficulty bomb is put off by, from a block on.
    public struct BombRow: Hashable, Sendable {
        /// Height of the change.
        public var block: UInt64
        /// Blocks by which the difficulty bomb is set back from then on.
        public var delay: UInt64

        public init(_ block: UInt64, _ delay: UInt64) {
            self.block = block
            self.delay = delay
        }
    }

    /// EIP-155.
    public var chainID: UInt64
    /// Forks in order. Before the first row nothing is known.
    public var rows: [Row]
    /// Blob parameters in order of time; none where the chain has no blobs of its own.
    public var blobRows: [BlobRow]
    /// Put-offs of the difficulty bomb in order of blocks.
    public var bombRows: [BombRow]
    /// The contract whose logs are deposits (EIP-6110); nil where there is none.
    public var depositContract: Address?
    /// The block of the DAO fork, which changed balances by hand and cannot be run here; nil where there is none.
    public var daoBlock: UInt64?

    public init(
        chainID: UInt64, rows: [Row], blobRows: [BlobRow] = [], bombRows: [BombRow] = [],
        depositContract: Address? = Requests.mainnetDepositContract, daoBlock: UInt64? = nil
    ) {
        self.chainID = chainID
        self.rows = rows
        self.blobRows = blobRows
        self.bombRows = bombRows
        self.depositContract = depositContract
        self.daoBlock = daoBlock
    }

    /// The last row that holds for a block; nil before the first.
    public func row(number: UInt64, timestamp: UInt64) -> Row? {
        rows.last { row in
            switch row.at {
            case .block(let first): number >= first
            case .timestamp(let first): timestamp >= first
            }
        }
    }

    /// Ethereum's rules for a block; nil before the first row.
    public func fork(number: UInt64, timestamp: UInt64) -> Hardfork? { row(number: number, timestamp: timestamp)?.fork }

    /// Blob parameters for a block; nil where there are none.
    public func blobs(timestamp: UInt64) -> BlobParameters? {
        blobRows.last { timestamp >= $0.timestamp }?.parameters
    }

    /// By how many blocks the difficulty bomb is put off for a block.
    public func bombDelay(number: UInt64) -> UInt64 { bombRows.last { number >= $0.block }?.delay ?? 0 }

    /// One fork for ever, as the official tests have it, with that fork's blob parameters and bomb.
    public static func always(
        _ fork: Hardfork, chainID: UInt64 = 1, blobs: BlobParameters? = nil
    ) -> ForkSchedule {
        ForkSchedule(
            chainID: chainID, rows: [Row("\(fork)", fork, .block(0))],
            blobRows: (blobs ?? ForkSchedule.standardBlobs(fork)).map { [BlobRow(0, $0)] } ?? [],
            bombRows: [BombRow(0, ForkSchedule.standardBombDelay(fork))])
    }

    /// What the fork brought when it came, before any blob parameter fork.
    public static func standardBlobs(_ fork: Hardfork) -> BlobParameters? {
        fork >= .prague ? .prague : fork >= .cancun ? .cancun : nil
    }

    /// By how many blocks the fork puts off the difficulty bomb. Source: EIP-649, 1234, 2384, 3554.
    public static func standardBombDelay(_ fork: Hardfork) -> UInt64 {
        switch fork {
        case .frontier, .homestead, .tangerineWhistle, .spuriousDragon: 0
        case .byzantium: 3_000_000
        case .constantinople, .petersburg, .istanbul: 5_000_000
        case .berlin: 9_000_000
        case .london, .paris, .shanghai, .cancun, .prague, .osaka: 9_700_000
        }
    }
}
