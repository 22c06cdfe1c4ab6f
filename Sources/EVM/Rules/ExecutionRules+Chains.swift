internal import EVMCodec
internal import EVMTypes

// The rules of each chain's forks. What a chain does beyond executing transactions is not here: L1 data and operator
// fees of the OP stack, Arbitrum's poster gas, Polygon's logs of fees and transfers, BSC's own system transactions.
extension ExecutionRules {
    /// The rules of a block.
    ///
    /// Chains: Ethereum (1), OP Mainnet (10), BSC (56), Polygon PoS (137), Base (8,453), Arbitrum One (42,161).
    /// - Parameter arbOS: the version of ArbOS, which Arbitrum needs and no other chain looks at.
    public static func rules(
        chainID: UInt64, number: UInt64, timestamp: UInt64, arbOS: UInt64? = nil
    ) throws(RulesProblem) -> ExecutionRules {
        if byArbOS.contains(chainID) {
            guard let arbOS else { throw .arbOSVersionMissing(chainID: chainID) }
            return arbitrum(arbOS: arbOS, chainID: chainID)
        }
        guard let chain = chains.first(where: { $0.schedule.chainID == chainID }) else { throw .unknownChain(chainID) }
        guard let row = chain.schedule.row(number: number, timestamp: timestamp) else {
            throw .beforeFirstRow(chainID: chainID, number: number, timestamp: timestamp)
        }
        guard let rules = chain.rules(row, chainID) else { throw .unknownFork(row.name) }
        return rules
    }

    /// The schedules that `rules(chainID:number:timestamp:)` goes by.
    public static var schedules: [ForkSchedule] { chains.map(\.schedule) }

    /// A chain: when its forks begin, and what each one means.
    private struct ChainRow: Sendable {
        let schedule: ForkSchedule
        let rules: @Sendable (ForkSchedule.Row, UInt64) -> ExecutionRules?

        init(
            _ schedule: ForkSchedule, _ rules: @escaping @Sendable (ForkSchedule.Row, UInt64) -> ExecutionRules?
        ) {
            self.schedule = schedule
            self.rules = rules
        }
    }

    private static let chains: [ChainRow] = [
        ChainRow(.ethereum) { .ethereum($0.fork, chainID: $1) },
        ChainRow(.bsc) { row, id in bscForks[row.name].map { bsc($0, chainID: id) } },
        ChainRow(.polygon) { row, id in polygonForks[row.name].map { polygon($0, chainID: id) } },
        ChainRow(.optimism) { row, id in optimismForks[row.name].map { optimism($0, chainID: id) } },
        ChainRow(.base) { row, id in optimismForks[row.name].map { optimism($0, chainID: id) } },
    ]

    /// Chains whose rules go by the version of ArbOS.
    private static let byArbOS: Set<UInt64> = [42_161]

    // MARK: What each row of a schedule means

    private static let bscForks: [String: BSCFork] = [
        "Pascal": .prague, "Lorentz": .prague, "Maxwell": .prague, "Fermi": .prague, "Mendel": .osaka,
    ]

    private static let polygonForks: [String: PolygonFork] = [
        "Bhilai": .bhilai, "Rio": .bhilai, "Madhugiri": .madhugiri, "Dandeli": .madhugiri, "Lisovo": .lisovo,
        "Giugliano": .lisovo, "Chicago": .chicago, "Valencia": .chicago,
    ]

    private static let optimismForks: [String: OptimismFork] = [
        "Ecotone": .ecotone, "Fjord": .fjord, "Granite": .granite, "Holocene": .granite, "Isthmus": .isthmus,
        "Jovian": .jovian, "Karst": .karst, "Azul": .karst,
    ]

    // MARK: Chains

    /// BSC: all fees go to the system address, which pays them out at the block's end; no limit of blobs a transaction
    /// but the block's. Source: bnb-chain/bsc `core/state_transition.go`, `params/config.go`; BEP-657.
    public static func bsc(_ fork: BSCFork, chainID: UInt64 = 56) -> ExecutionRules {
        let ethereum: Hardfork =
            switch fork {
            case .feynman: .shanghai
            case .cancun, .haber: .cancun
            case .prague: .prague
            case .osaka: .osaka
            }
        var rules = ExecutionRules.ethereum(ethereum, chainID: chainID)
        rules.precompiles = .bsc(fork)
        rules.tipRecipient = Address(high: .max, low: .max - 1)
        rules.blobsPerTransactionMax = nil
        return rules
    }

    /// Polygon PoS: no blobs, and neither BLOBHASH nor BLOBBASEFEE; 0x44 answers the difficulty; the base fee goes to a
    /// contract (another one from Lisovo on, PIP-82), the tip to the block's author, whom the header does not name.
    /// Source: 0xPolygon/bor `core/vm/jump_table.go`, `params/protocol_params.go`; PIP-31, 74 to 80, 82, 88.
    public static func polygon(_ fork: PolygonFork, chainID: UInt64 = 137) -> ExecutionRules {
        let ethereum: Hardfork = fork >= .bhilai ? .prague : fork >= .napoli ? .cancun : .shanghai
        var rules = ExecutionRules.ethereum(ethereum, chainID: chainID)
        if fork >= .chicago { rules.gas = .polygonChicago(ethereum) }
        rules.gas.remove([.blobhash, .blobbasefee])
        if fork >= .lisovo { rules.gas.constant[Int(Opcode.clz.rawValue)] = 5 }
        rules.precompiles = .polygon(fork)
        rules.codeMax = 32_768
        if fork >= .madhugiri { rules.transactionGasMax = 33_554_432 }
        rules.allowsBlobs = false
        // 0x7A8ed27F4C30512326878652d20fC85727401854, then 0x3ef57def668054dd750bd260526105c4eeef104f.
        rules.baseFeeRecipient =
            fork < .lisovo
            ? Address(high: 0x7a8e_d27f, low: 0x4c30_5123_2687_8652_d20f_c857_2740_1854)
            : Address(high: 0x3ef5_7def, low: 0x6680_54dd_750b_d260_5261_05c4_eeef_104f)
        return rules
    }

    /// An OP-stack chain: the base fee goes to its vault, the tip to the block's coinbase, which is a vault too; no
    /// blobs of its own (BLOBBASEFEE answers what the block environment says, 1). Source: ethereum-optimism/specs
    /// `exec-engine.md`, `predeploys.md`.
    public static func optimism(_ fork: OptimismFork, chainID: UInt64 = 10) -> ExecutionRules {
        let ethereum: Hardfork =
            switch fork {
            case .bedrock: .shanghai
            case .ecotone, .fjord, .granite: .cancun
            case .isthmus, .jovian: .prague
            case .karst: .osaka
            }
        var rules = ExecutionRules.ethereum(ethereum, chainID: chainID)
        rules.precompiles = .optimism(fork)
        rules.allowsBlobs = false
        // 0x4200000000000000000000000000000000000019.
        rules.baseFeeRecipient = Address(high: 0x4200_0000, low: 0x19)
        return rules
    }

    /// Arbitrum at a version of ArbOS: tips are not charged, calldata has no floor, no blobs.
    ///
    /// NUMBER and BLOCKHASH speak of L1: the block environment and the pinned state must hold the L1's numbers and
    /// hashes. Its limit of 32,000,000 gas counts without the poster's gas and is not held to here. Fees that its own
    /// accounts get are burnt here. From version 60 on a chain may charge tips (Arbitrum One does not): `dropsTips`.
    /// Source: OffchainLabs/go-ethereum `params/config.go`; OffchainLabs/nitro; arbitrum-docs `arbos51.mdx`.
    public static func arbitrum(arbOS version: UInt64, chainID: UInt64 = 42_161) -> ExecutionRules {
        let ethereum: Hardfork =
            switch version {
            case ..<11: .paris
            case ..<20: .shanghai
            case ..<40: .cancun
            case ..<50: .prague
            default: .osaka
            }
        var rules = ExecutionRules.ethereum(ethereum, chainID: chainID)
        rules.precompiles = .arbitrum(version < 30 ? .before30 : version < 50 ? .from30 : .from50)
        rules.transactionGasMax = nil
        rules.blobsPerTransactionMax = nil
        rules.allowsBlobs = false
        rules.hasCalldataFloor = false
        rules.dropsTips = true
        rules.hasForeignCode = version >= 30
        return rules
    }
}

extension GasSchedule {
    /// Makes instructions undefined.
    mutating func remove(_ opcodes: [Opcode]) {
        for opcode in opcodes { constant[Int(opcode.rawValue)] = -1 }
    }
}
