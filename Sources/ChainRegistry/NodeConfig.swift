public import EVMTypes

/// The whole configuration of one node: chain file < `--config` file < `MARTLET_*` environment < flags.
///
/// Whether the node may send for real is not configuration: only the flag `--live` says so.
public struct NodeConfig: Sendable {
    /// The chain with every override laid on.
    public let chain: Chain
    /// `[node]`
    public let node: NodeSection
    /// `[keys]`
    public let keys: KeysSection
    /// `[limits]`
    public let limits: LimitsSection
    /// `[search]`
    public let search: SearchSection
    /// `[admin]`
    public let admin: AdminSection
    /// `[history]`
    public let history: HistorySection
    /// Every value in force with where it came from, for `martlet config show`. Holds no secret.
    public let settings: [ResolvedSetting]

    /// Where to reach the chain's nodes, best first: `[node] endpoints`, else the chain file's `rpc_env`.
    public var endpoints: [Endpoint] {
        node.endpoints.isEmpty ? chain.rpcEnvironment.map { .environment($0) } : node.endpoints
    }
}

/// `[node]`: the process itself.
public struct NodeSection: Hashable, Sendable {
    /// Folder of the pool store and the history; created with mode 0700.
    public let dataFolder: String
    /// Empty means: use the chain's `rpc_env`.
    public let endpoints: [Endpoint]
    public let logLevel: LogLevel
    /// Whether each block's commit waits for the disk. Off, a power cut may lose the last blocks (they are fetched
    /// again).
    public let syncCommits: Bool
}

/// How much is logged, from most to least.
public enum LogLevel: String, CaseIterable, Sendable {
    case trace, debug, info, notice, warning, error, critical
}

/// `[keys]`: files only; a password never stands in a configuration.
public struct KeysSection: Hashable, Sendable {
    /// Web3 keystore v3 of the account that owns the executor and pays gas; nil in a node that only watches.
    public let searcherKeystore: String?
    public let searcherPasswordFile: String?
    /// Keystore of the identity that signs relay requests; holds no money.
    public let relayKeystore: String?
    public let relayPasswordFile: String?
    /// `[[keys.signer]]`: keys by role, wherever they live.
    public let signers: [SignerSection]
}

/// `[[keys.signer]]`: one key, what it is for, and where it lives.
public struct SignerSection: Hashable, Sendable {
    /// Where a key can live.
    public enum Home: String, CaseIterable, Sendable {
        /// A keystore file, opened in this process.
        case keystore
        /// `martlet signer` over its Unix socket; the policy is in there.
        case process
        /// A web3signer server.
        case web3signer
        /// A PKCS#11 token.
        case pkcs11
    }

    /// What the key is for: "executor", "bundle" or "treasury".
    public let role: String
    /// Names of chain files it is for; empty means all.
    public let chains: [String]
    public let home: Home
    /// The account; nil only for a keystore, which names it.
    public let address: Address?
    public let keystore: String?
    /// Where the password or PIN comes from: one of the four.
    public let passwordFile: String?
    public let passwordEnvironment: String?
    public let passwordCredential: String?
    /// Socket of a signer process.
    public let socket: String?
    /// A web3signer's address, door and certificates.
    public let url: String?
    public let door: String
    public let tlsRoots: String?
    public let tlsCertificate: String?
    public let tlsKey: String?
    /// A token's module, label and key label.
    public let module: String?
    public let token: String?
    public let label: String?
    /// File of signing rules; needed everywhere but with a signer process.
    public let policy: String?
    /// Audit log; rolling limits last over restarts only with one.
    public let audit: String?
    /// Signing stops while this file exists.
    public let stopFile: String?
}

/// `[limits]`: what the node may risk. Amounts are wei of the native coin.
public struct LimitsSection: Hashable, Sendable {
    /// A plan that would net less is dropped.
    public let netProfitMin: U256
    /// Largest `maxFeePerGas` that is ever signed.
    public let gasPriceMax: U256
    /// Most gas one of our transactions may ask for; never above the chain's own cap.
    public let gasLimitMax: UInt64
    /// Share of the gross profit offered to the block builder, 1e-4.
    public let tipShareBps: UInt64
    /// Net loss within one UTC day at which signing stops.
    public let dailyLossMax: U256
    /// Bundles per block.
    public let bundlesPerBlock: UInt64
    /// Bundles that failed in a row at which signing stops.
    public let failuresInARowMax: UInt64
    /// Hops of a cycle.
    public let hopsMax: UInt64
    /// Most settlement tokens, smallest units, that one cycle may start with; nil sets no bound. A flash swap lends
    /// them, so this bounds what a wrong plan would move.
    public let inputMax: U256?
    /// Blocks for which the pools of a failed plan are left alone.
    public let cooldownBlocks: UInt64
    /// Oldest head on which a plan may rest, milliseconds.
    public let headAgeMaxMilliseconds: UInt64
    /// Blocks after the head for which a bundle is offered.
    public let targetBlocksAhead: UInt64
}

/// `[search]`: how plans are checked before they are signed.
public struct SearchSection: Hashable, Sendable {
    /// Whether the first relay simulates each bundle (`eth_callBundle`) after our own EVM has.
    public let relaySimulation: Bool
}

/// `[admin]`: the operator's door. Nothing listens beyond this machine.
public struct AdminSection: Hashable, Sendable {
    /// Path of the Unix socket, mode 0600.
    public let socket: String
    /// Loopback port of the HTTP door; nil keeps it shut.
    public let httpPort: UInt16?
    /// File with the 32-byte secret (hexadecimal) for JWT; needed when the HTTP door is open.
    public let jwtSecretFile: String?
}

/// `[history]`: the record of what was seen and done.
public struct HistorySection: Hashable, Sendable {
    /// Days after which opportunities and decisions are deleted; bundles and profits stay.
    public let retentionDays: UInt64
}
