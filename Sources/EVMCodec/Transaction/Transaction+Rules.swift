internal import EVMTypes

extension Transaction {
    /// Longest init code from Shanghai on, in bytes (EIP-3860).
    public static let initCodeMax = 49_152
    /// Highest gas limit from Osaka on (EIP-7825).
    public static let gasLimitMax: UInt64 = 1 << 24

    /// The first rule this transaction breaks that holds in every fork; nil when none. Decoding applies it.
    ///
    /// An unsigned transaction is judged without its signature.
    public func wellFormednessProblem(allowingHighS: Bool = false) -> TransactionError? {
        if nonce == .max { return .nonceTooHigh }
        if kind != .legacy, chainID == nil { return .chainIDMissing }
        if tipCap > feeCap { return .priorityAboveMaxFee }
        if feeCap.multiplied(by: U256(gasLimit)) == nil { return .gasCostOverflow }
        if kind == .blob || kind == .setCode, to == nil { return .recipientMissing }
        if kind == .blob {
            if blobVersionedHashes.isEmpty { return .noBlobs }
            if blobVersionedHashes.contains(where: { $0.word.w3 >> 56 != 1 }) { return .blobHashVersion }
        }
        if kind == .setCode, authorizations.isEmpty { return .noAuthorizations }
        return signature?.problem(allowingHighS: allowingHighS)
    }

    /// Checks what depends on the fork and the chain but not on the state: type, chain id, init code, gas limit.
    public func validate(for fork: Hardfork, chainID expected: UInt64) throws(TransactionError) {
        guard fork >= kind.firstFork else { throw .kindNotActive }
        if let chainID {
            guard fork >= .spuriousDragon else { throw .replayProtectionNotActive }
            guard chainID == expected else { throw .wrongChain }
        }
        if let problem = wellFormednessProblem(allowingHighS: fork == .frontier) { throw problem }
        if fork >= .shanghai, to == nil, data.count > Self.initCodeMax { throw .initCodeTooLarge }
        if fork >= .osaka, gasLimit > Self.gasLimitMax { throw .gasLimitTooHigh }
        guard gasLimit >= max(intrinsicGas(fork), floorGas(fork)) else { throw .intrinsicGasTooLow }
    }

    /// Gas charged before the first instruction.
    ///
    /// Source: Yellow Paper g_0; EIP-2 (creation), EIP-2028 (calldata), EIP-2930 (access list), EIP-3860 (init code),
    /// EIP-7702 (authorizations). One pass over the calldata.
    public func intrinsicGas(_ fork: Hardfork) -> UInt64 {
        let zeros = UInt64(data.count(where: { $0 == 0 }))
        let nonzeros = UInt64(data.count) - zeros
        var gas: UInt64 = 21_000 + 4 * zeros + (fork >= .istanbul ? 16 : 68) * nonzeros
        if to == nil, fork >= .homestead { gas += 32_000 }
        if to == nil, fork >= .shanghai { gas += 2 * UInt64((data.count + 31) / 32) }
        if fork >= .berlin {
            for entry in accessList { gas += 2_400 + 1_900 * UInt64(entry.storageKeys.count) }
        }
        if fork >= .prague { gas += 25_000 * UInt64(authorizations.count) }
        return gas
    }

    /// The least gas a transaction with this calldata uses: 21,000 + 10 a zero byte + 40 another; 0 before Prague
    /// (EIP-7623).
    public func floorGas(_ fork: Hardfork) -> UInt64 {
        guard fork >= .prague else { return 0 }
        let zeros = UInt64(data.count(where: { $0 == 0 }))
        return 21_000 + 10 * (zeros + 4 * (UInt64(data.count) - zeros))
    }
}

extension Transaction.Kind {
    /// The fork that brought this type.
    public var firstFork: Hardfork {
        switch self {
        case .legacy: .frontier
        case .accessList: .berlin
        case .dynamicFee: .london
        case .blob: .cancun
        case .setCode: .prague
        }
    }
}
