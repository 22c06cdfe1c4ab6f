import EVMCodec

/// Polygon PoS's forks that changed its precompiled contracts, with their mainnet blocks.
public enum PolygonFork: UInt8, CaseIterable, Hashable, Sendable {
    /// Shanghai's set: everything before Napoli that we replay.
    case shanghai
    /// 54,876,000: P256VERIFY at 3,450 (PIP-27). No point evaluation.
    case napoli
    /// 73,440,256: Prague's BLS12-381 (PIP-61). No point evaluation.
    case bhilai
    /// 80,084,800: EIP-7823 and EIP-7883, and point evaluation (by accident, kept for replay).
    case madhugiri
    /// 83,756,500: P256VERIFY at 6,900 (PIP-80), point evaluation removed (LisovoPro, the same mainnet block).
    case lisovo
    /// 87,218,600: prices of PIP-88.
    case chicago
}

/// The OP stack's forks that changed its precompiled contracts (OP Mainnet, Base).
public enum OptimismFork: UInt8, CaseIterable, Hashable, Sendable {
    /// Berlin's set: Bedrock to Delta.
    case bedrock
    /// Cancun's set.
    case ecotone
    /// P256VERIFY at 3,450 (RIP-7212).
    case fjord
    /// BN254 pairing inputs of at most 112,687 bytes. Holocene is the same.
    case granite
    /// Prague's set with limits on the inputs of variable length.
    case isthmus
    /// Smaller limits.
    case jovian
    /// Osaka's modexp and P256VERIFY at 6,900, BN254 pairing inputs of at most 57,600 bytes. Base calls it Azul.
    case karst
}

/// BSC's forks that changed its precompiled contracts since Feynman.
public enum BSCFork: UInt8, CaseIterable, Hashable, Sendable {
    /// Berlin's set and the contracts 0x64 to 0x69.
    case feynman
    /// Cancun's set besides.
    case cancun
    /// P256VERIFY at 3,450 besides.
    case haber
    /// Prague's set besides.
    case prague
    /// Osaka's modexp, P256VERIFY at 6,900.
    case osaka
}

/// The versions of ArbOS that changed Arbitrum's Ethereum precompiles.
public enum ArbOSVersion: UInt8, CaseIterable, Hashable, Sendable {
    /// Berlin's set: before 30.
    case before30
    /// Cancun's set and P256VERIFY at 3,450: 30 to 49.
    case from30
    /// Osaka's set: from 50 ("Dia") on.
    case from50
}

extension PrecompileSet {
    /// Polygon PoS at `fork`. Source: 0xPolygon/bor `core/vm/contracts.go`, bor pull requests 2053 and 2140, PIP-27,
    /// PIP-80, PIP-88 ("the set of active precompiles is identical to the LisovoPro set").
    public static func polygon(_ fork: PolygonFork) -> PrecompileSet {
        var precompiles = precompiles(.berlin)
        var prices = prices(.berlin)
        if fork >= .napoli {
            precompiles.append(.p256Verify)
            prices.p256Verify = 3_450
        }
        if fork >= .bhilai { precompiles += Self.bls }
        if fork >= .madhugiri { prices.useOsakaModexp() }
        if fork == .madhugiri { precompiles.append(.pointEvaluation) }
        if fork >= .lisovo { prices.p256Verify = 6_900 }
        if fork >= .chicago { prices.usePIP88() }
        return PrecompileSet(precompiles, prices: prices)
    }

    /// An OP-stack chain at `fork`. Source: ethereum-optimism/specs `fjord`, `granite`, `isthmus`, `jovian`, `karst`
    /// (`exec-engine.md`).
    public static func optimism(_ fork: OptimismFork) -> PrecompileSet {
        let ethereum: Hardfork =
            switch fork {
            case .bedrock: .berlin
            case .ecotone, .fjord, .granite: .cancun
            case .isthmus, .jovian: .prague
            case .karst: .osaka
            }
        var precompiles = precompiles(ethereum)
        var prices = prices(ethereum)
        if fork >= .fjord, fork < .karst {
            precompiles.append(.p256Verify)
            prices.p256Verify = 3_450
        }
        if fork >= .granite { prices.bn254PairingInputLimit = 112_687 }
        if fork >= .isthmus {
            prices.blsG1MultiScalarInputLimit = 513_760
            prices.blsG2MultiScalarInputLimit = 488_448
            prices.blsPairingInputLimit = 235_008
        }
        if fork >= .jovian {
            prices.bn254PairingInputLimit = 81_984
            prices.blsG1MultiScalarInputLimit = 288_960
            prices.blsG2MultiScalarInputLimit = 278_784
            prices.blsPairingInputLimit = 156_672
        }
        if fork >= .karst { prices.bn254PairingInputLimit = 57_600 }
        return PrecompileSet(precompiles, prices: prices)
    }

    /// BSC at `fork`. Source: bnb-chain/bsc `core/vm/contracts.go`.
    public static func bsc(_ fork: BSCFork) -> PrecompileSet {
        let ethereum: Hardfork =
            switch fork {
            case .feynman: .berlin
            case .cancun, .haber: .cancun
            case .prague: .prague
            case .osaka: .osaka
            }
        var precompiles = precompiles(ethereum)
        var prices = prices(ethereum)
        if fork == .haber || fork == .prague {
            precompiles.append(.p256Verify)
            prices.p256Verify = 3_450
        }
        return PrecompileSet(precompiles, prices: prices, foreign: .bsc)
    }

    /// Arbitrum at a version of ArbOS. Source: OffchainLabs/nitro `gethhook/geth-hook.go`.
    public static func arbitrum(_ version: ArbOSVersion) -> PrecompileSet {
        let ethereum: Hardfork =
            switch version {
            case .before30: .berlin
            case .from30: .cancun
            case .from50: .osaka
            }
        var precompiles = precompiles(ethereum)
        var prices = prices(ethereum)
        if version == .from30 {
            precompiles.append(.p256Verify)
            prices.p256Verify = 3_450
        }
        return PrecompileSet(precompiles, prices: prices, foreign: .arbitrum)
    }

    /// The seven contracts of EIP-2537.
    private static let bls: [Precompile] = [
        .blsG1Add, .blsG1MultiScalar, .blsG2Add, .blsG2MultiScalar, .blsPairing, .blsMapToG1, .blsMapToG2,
    ]
}

extension PrecompilePrices {
    /// Polygon's prices from Chicago on. Source: PIP-88.
    mutating func usePIP88() {
        bn254Add = 540
        bn254Multiply = 12_600
        bn254PairingBase = 67_500
        bn254PairingPair = 51_000
        blake2fRound = 22
        blsG1Add = 1_050
        blsG1Multiply = 73_200
        blsG2Add = 1_620
        blsG2Multiply = 144_000
        blsPairingBase = 109_330
        blsPairingPair = 94_540
        blsMapToG1 = 15_400
        blsMapToG2 = 66_640
    }
}

extension PolygonFork: Comparable {
    /// Orders by time.
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

extension OptimismFork: Comparable {
    /// Orders by time.
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// The precompiled contracts of a chain that we do not implement, by name.
enum ForeignPrecompiles: UInt8, Hashable, Sendable {
    case none, bsc, arbitrum

    /// One contract: its address below 0x200 and its name in the chain's own code.
    typealias Row = (address: UInt16, name: String)

    var rows: [Row] {
        switch self {
        case .none: []
        case .bsc: Self.bscRows
        case .arbitrum: Self.arbitrumRows
        }
    }

    func name(_ address: UInt16) -> String? {
        self == .none ? nil : rows.first { $0.address == address }?.name
    }

    /// Source: bnb-chain/bsc `core/vm/contracts.go`.
    private static let bscRows: [Row] = [
        (0x64, "tmHeaderValidate"), (0x65, "iavlMerkleProofValidate"), (0x66, "blsSignatureVerify"),
        (0x67, "cometBFTLightBlockValidate"), (0x68, "verifyDoubleSignEvidence"),
        (0x69, "secp256k1SignatureRecover"),
    ]

    /// Source: OffchainLabs/nitro `precompiles/`. All are named at every version: some are younger than the version,
    /// and refusing those is the safe side.
    private static let arbitrumRows: [Row] = [
        (0x64, "ArbSys"), (0x65, "ArbInfo"), (0x66, "ArbAddressTable"), (0x67, "ArbBLS"),
        (0x68, "ArbFunctionTable"), (0x69, "ArbosTest"), (0x6b, "ArbOwnerPublic"), (0x6c, "ArbGasInfo"),
        (0x6d, "ArbAggregator"), (0x6e, "ArbRetryableTx"), (0x6f, "ArbStatistics"), (0x70, "ArbOwner"),
        (0x71, "ArbWasm"), (0x72, "ArbWasmCache"), (0x73, "ArbNativeTokenManager"),
        (0x74, "ArbFilteredTransactionsManager"),
    ]
}
