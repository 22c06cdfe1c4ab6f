public import EVMCodec

extension PrecompileSet {
    /// Ethereum's contracts and prices at `fork`.
    ///
    /// Source: ethereum/execution-specs, one module a fork; EIP-196, 197, 198 (Byzantium), 152, 1108 (Istanbul),
    /// 2565 (Berlin), 4844 (Cancun), 2537 (Prague), 7823, 7883, 7951 (Osaka).
    public static func ethereum(_ fork: Hardfork) -> PrecompileSet {
        PrecompileSet(precompiles(fork), prices: prices(fork))
    }

    /// The contracts that exist at `fork`.
    static func precompiles(_ fork: Hardfork) -> [Precompile] {
        let last: Precompile =
            switch fork {
            case .frontier, .homestead, .tangerineWhistle, .spuriousDragon: .identity
            case .byzantium, .constantinople, .petersburg: .bn254Pairing
            case .istanbul, .berlin, .london, .paris, .shanghai: .blake2f
            case .cancun: .pointEvaluation
            case .prague: .blsMapToG2
            case .osaka: .p256Verify
            }
        return Precompile.allCases.filter { $0.rawValue <= last.rawValue }
    }

    /// The prices at `fork`.
    static func prices(_ fork: Hardfork) -> PrecompilePrices {
        var prices = PrecompilePrices()
        if fork >= .istanbul {
            prices.bn254Add = 150
            prices.bn254Multiply = 6_000
            prices.bn254PairingBase = 45_000
            prices.bn254PairingPair = 34_000
        }
        if fork >= .berlin { prices.modexp = .eip2565 }
        if fork >= .osaka { prices.useOsakaModexp() }
        return prices
    }
}

extension PrecompilePrices {
    /// EIP-7823 and EIP-7883.
    mutating func useOsakaModexp() {
        modexp = .eip7883
        modexpLengthLimit = 1_024
    }
}
