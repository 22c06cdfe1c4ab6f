import EVMCodec

// Rows of the chains the node knows. What is not listed was not known when this was written: a block before a chain's
// first row has no rules here, and is refused by name.
extension ForkSchedule {
    /// Ethereum mainnet from its first block to BPO2. Source: execution-specs (`FORK_CRITERIA` of each fork),
    /// go-ethereum `params/config.go`.
    public static let ethereum = ForkSchedule(
        chainID: 1,
        rows: [
            Row("Frontier", .frontier, .block(0)), Row("Homestead", .homestead, .block(1_150_000)),
            Row("Tangerine Whistle", .tangerineWhistle, .block(2_463_000)),
            Row("Spurious Dragon", .spuriousDragon, .block(2_675_000)),
            Row("Byzantium", .byzantium, .block(4_370_000)), Row("Petersburg", .petersburg, .block(7_280_000)),
            Row("Istanbul", .istanbul, .block(9_069_000)), Row("Berlin", .berlin, .block(12_244_000)),
            Row("London", .london, .block(12_965_000)), Row("Paris", .paris, .block(15_537_394)),
            Row("Shanghai", .shanghai, .timestamp(1_681_338_455)), Row("Cancun", .cancun, .timestamp(1_710_338_135)),
            Row("Prague", .prague, .timestamp(1_746_612_311)), Row("Osaka", .osaka, .timestamp(1_764_798_551)),
        ],
        blobRows: [
            BlobRow(1_710_338_135, .cancun), BlobRow(1_746_612_311, .prague), BlobRow(1_765_290_071, .bpo1),
            BlobRow(1_767_747_671, .bpo2),
        ],
        bombRows: [
            BombRow(4_370_000, 3_000_000), BombRow(7_280_000, 5_000_000), BombRow(9_200_000, 9_000_000),
            BombRow(12_965_000, 9_700_000), BombRow(13_773_000, 10_700_000), BombRow(15_050_000, 11_400_000),
        ], daoBlock: 1_920_000)

    /// BNB Smart Chain from Prague on. It keeps Cancun's blob parameters for good and has no reserve price (EIP-7918).
    /// Earlier forks are not listed. Source: bnb-chain/bsc `params/config.go` (2026-04).
    public static let bsc = ForkSchedule(
        chainID: 56,
        rows: [
            Row("Pascal", .prague, .timestamp(1_742_436_600)), Row("Lorentz", .prague, .timestamp(1_745_903_100)),
            Row("Maxwell", .prague, .timestamp(1_751_250_600)), Row("Fermi", .prague, .timestamp(1_768_357_800)),
            Row("Mendel", .osaka, .timestamp(1_777_343_400)),
        ], blobRows: [BlobRow(1_742_436_600, .cancun)], depositContract: nil)

    /// Polygon PoS from Bhilai on; no blobs. It takes Osaka's EIPs one by one under its own names, so the rules stay
    /// Prague's and what differs belongs into `ExecutionRules`. Valencia bounds state syncs
    /// and headers and leaves execution alone. Source: PIP-61, 63, 74 to 76, 79, 83, 88; 0xPolygon/bor `consensus/bor`.
    public static let polygon = ForkSchedule(
        chainID: 137,
        rows: [
            Row("Bhilai", .prague, .block(73_440_256)), Row("Rio", .prague, .block(77_414_656)),
            Row("Madhugiri", .prague, .block(80_084_800)), Row("Dandeli", .prague, .block(81_424_000)),
            Row("Lisovo", .prague, .block(83_756_500)), Row("Giugliano", .prague, .block(85_245_000)),
            Row("Chicago", .prague, .block(87_218_600)), Row("Valencia", .prague, .block(89_531_000)),
        ], depositContract: nil)

    /// OP Mainnet from Ecotone on; no blobs of its own. Source: superchain-registry `op.toml`, optimism specs.
    public static let optimism = ForkSchedule(
        chainID: 10,
        rows: [
            Row("Ecotone", .cancun, .timestamp(1_710_374_401)), Row("Fjord", .cancun, .timestamp(1_720_627_201)),
            Row("Granite", .cancun, .timestamp(1_726_070_401)), Row("Holocene", .cancun, .timestamp(1_736_445_601)),
            Row("Isthmus", .prague, .timestamp(1_746_806_401)), Row("Jovian", .prague, .timestamp(1_764_691_201)),
            Row("Karst", .osaka, .timestamp(1_783_526_401)),
        ], depositContract: nil)

    /// Base from Ecotone on; no blobs of its own. It left the Superchain after Jovian, and calls Karst's rules Azul.
    /// Source: base/base `base-mainnet.toml`; Azul's time is a secondary source's.
    public static let base = ForkSchedule(
        chainID: 8_453, rows: optimism.rows.dropLast() + [Row("Azul", .osaka, .timestamp(1_779_991_200))],
        depositContract: nil)
}
