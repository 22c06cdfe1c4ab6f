public import EVMTypes

/// First topics of the events that pools and factories emit: Keccak-256 of the signature, recomputed by a test.
public enum EventTopics {
    /// `Sync(uint112,uint112)`
    public static let sync = Hash32(
        U256(lo: 0x89e3cab4_c78be50e_062b03a9_fffbbad1, hi: 0x1c411e9a_96e07124_1c2f21f7_726b17ae))
    /// `PairCreated(address,address,address,uint256)`
    public static let pairCreated = Hash32(
        U256(lo: 0xd9d315f0_ad8355cd_defde31a_fa28d0e9, hi: 0x0d3648bd_0f6ba801_34a33ba9_275ac585))
    /// `Mint(address,uint256,uint256)`
    public static let pairMint = Hash32(
        U256(lo: 0x560dff69_0a1c6fef_26394f4c_03821c4f, hi: 0x4c209b5f_c8ad5075_8f13e2e1_088ba56a))
    /// `Burn(address,uint256,uint256,address)`
    public static let pairBurn = Hash32(
        U256(lo: 0xa4261289_2bb3f4f7_89976e6d_81936496, hi: 0xdccd412f_0b125281_9cb1fd33_0b93224c))
    /// `Swap(address,uint256,uint256,uint256,uint256,address)`
    public static let pairSwap = Hash32(
        U256(lo: 0xe613ce37_657fb8d5_e3d13084_0159d822, hi: 0xd78ad95f_a46c994b_6551d0da_85fc275f))
    /// `Transfer(address,address,uint256)`
    public static let transfer = Hash32(
        U256(lo: 0x952ba7f1_63c4a116_28f55a4d_f523b3ef, hi: 0xddf252ad_1be2c89b_69c2b068_fc378daa))
    /// `Approval(address,address,uint256)`
    public static let approval = Hash32(
        U256(lo: 0xdd0314c0_f7b2291e_5b200ac8_c7c3b925, hi: 0x8c5be1e5_ebec7d5b_d14f7142_7d1e84f3))
    /// `PoolCreated(address,address,uint24,int24,address)`
    public static let poolCreated = Hash32(
        U256(lo: 0xe9c22ff9_89357a2e_8b1d9b2b_4e6b7118, hi: 0x783cca1c_0412dd0d_695e7845_68c96da2))
    /// `Initialize(uint160,int24)`
    public static let initialize = Hash32(
        U256(lo: 0x2190214e_8abeb821_bdba3f29_90dd4c95, hi: 0x98636036_cb66a9c1_9a37435e_fc1e9014))
    /// `Mint(address,address,int24,int24,uint128,uint256,uint256)`
    public static let mint = Hash32(
        U256(lo: 0x07dee101_fe85488f_0853ae16_239d0bde, hi: 0x7a53080b_a414158b_e7ec69b9_87b5fb7d))
    /// `Burn(address,int24,int24,uint128,uint256,uint256)`
    public static let burn = Hash32(
        U256(lo: 0xcdbc4590_8acfd67e_028cd568_da98982c, hi: 0x0c396cd9_89a39f44_59b5fa1a_ed6a9a8d))
    /// `Swap(address,address,int256,int256,uint160,uint128,int24)`
    public static let swap = Hash32(
        U256(lo: 0x28cc2ac8_18eb64fe_d8004e11_5fbcca67, hi: 0xc42079f9_4a6350d7_e6235f29_174924f9))
    /// `Swap(address,address,int256,int256,uint160,uint128,int24,uint128,uint128)`
    public static let swapPancake = Hash32(
        U256(lo: 0x758940ee_09377d4f_8d26497a_3577dc83, hi: 0x19b47279_256b2a23_a1665c81_0c8d55a1))
    /// `Collect(address,address,int24,int24,uint128,uint128)`
    public static let collect = Hash32(
        U256(lo: 0xb668b63f_a0115f5f_20610b38_8e6ca9c0, hi: 0x70935338_e6977545_6a85ddef_226c395f))
    /// `Flash(address,address,uint256,uint256,uint256,uint256)`
    public static let flash = Hash32(
        U256(lo: 0x3581364a_40522f6b_cfb86bb1_f2dca633, hi: 0xbdbdb71d_7860376b_a52b25a5_028beea2))
    /// `SetFeeProtocol(uint8,uint8,uint8,uint8)`
    public static let setFeeProtocol = Hash32(
        U256(lo: 0xae46b9f2_14c4c4fc_06ac7740_1237b133, hi: 0x973d8d92_bb299f4a_f6ce49b5_2a8adb85))
    /// `SetFeeProtocol(uint32,uint32,uint32,uint32)`
    public static let setFeeProtocolPancake = Hash32(
        U256(lo: 0xec98c08b_b38e0e5f_b87d3315_4b6e05aa, hi: 0xb3159fed_3ddfba67_bae29459_9eafe2d0))
    /// `CollectProtocol(address,address,uint128,uint128)`
    public static let collectProtocol = Hash32(
        U256(lo: 0xc4522fdb_43d2d238_6263f86d_50b8b151, hi: 0x596b5739_06218d34_11850b26_a6b437d6))
    /// `IncreaseObservationCardinalityNext(uint16,uint16)`
    public static let increaseObservationCardinalityNext = Hash32(
        U256(lo: 0xd8f7e35e_7747279b_c3a93dbf_584e125a, hi: 0xac49e518_f90a358f_652e4400_164f05a5))
}

extension EventTopics {
    /// Every topic that `MarketState.apply` acts on for pools of these kinds, for log filters; no topic twice.
    public static func followed(by kinds: Set<PoolKind>) -> [Hash32] {
        var all: [Hash32] = []
        for kind in PoolKind.allCases where kinds.contains(kind) {
            for topic in topics(of: kind) where !all.contains(topic) { all.append(topic) }
        }
        return all
    }

    /// Those of Uniswap V2 and V3.
    public static var followed: [Hash32] { followed(by: [.uniswapV2, .uniswapV3]) }

    private static func topics(of kind: PoolKind) -> [Hash32] {
        let engine = [initialize, mint, burn, swap]
        return switch kind {
        case .uniswapV2: [pairCreated, sync]
        case .uniswapV3: [poolCreated, swapPancake] + engine
        case .slipstream: [slipstreamPoolCreated] + engine
        case .uniswapV4: [v4Initialize, v4ModifyLiquidity, v4Swap, v4ProtocolFeeUpdated]
        case .pancakeInfinityCL:
            [infinityInitialize, v4ModifyLiquidity, infinitySwap, v4ProtocolFeeUpdated, infinityDynamicFee]
        case .solidly:
            [solidlyPairCreated, solidlyPoolCreated, pairCreated, sync, solidlySync, camelotFees, camelotStable]
        case .curveStable, .curveTricrypto, .curveTwocrypto: curveEvents
        case .balancerWeighted, .balancerStable: balancerV2Events
        case .algebra:
            [algebraPool, algebraFee, algebraDirectionalFee, algebraTickSpacing] + engine
        case .algebraIntegral:
            [
                algebraPool, algebraFee, algebraTickSpacing, algebraIntegralSwap, algebraIntegralBurn,
                algebraPluginConfig,
            ]
                + engine
        }
    }
}

/// Reads words out of an event's data; nil where a value is outside its type.
enum EventWord {
    /// Word `index` of the data, which must be long enough.
    @inline(__always)
    static func word(_ data: [UInt8], _ index: Int) -> U256 {
        var high: UInt128 = 0, low: UInt128 = 0
        let start = index * 32
        for offset in 0..<16 {
            high = high << 8 | UInt128(data[start + offset])
            low = low << 8 | UInt128(data[start + 16 + offset])
        }
        return U256(lo: low, hi: high)
    }

    /// An int24 as the ABI writes it: sign-extended to 256 bits.
    @inline(__always)
    static func int24(_ word: U256) -> Int32? {
        let value = Int32(truncatingIfNeeded: word.lo)
        guard value >= -(1 << 23), value < 1 << 23 else { return nil }
        let sign: UInt128 = value < 0 ? .max : 0
        return word.hi == sign && word.lo == UInt128(truncatingIfNeeded: Int128(value)) ? value : nil
    }

    /// An unsigned value below 2^bits, bits at most 128.
    @inline(__always)
    static func unsigned(_ word: U256, bits: Int) -> UInt128? {
        guard word.hi == 0, bits >= 128 || word.lo >> UInt128(bits) == 0 else { return nil }
        return word.lo
    }
}
