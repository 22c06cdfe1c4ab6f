public import EVMTypes

/// First topics of the events of the protocols beside Uniswap V2 and V3: Keccak-256 of the signature, recomputed by a
/// test.
extension EventTopics {
    /// `Sync(uint256,uint256)`
    public static let solidlySync = Hash32(
        U256(lo: 0x44a2abf8_d328e37f_a4917f98_2149848a, hi: 0xcf2aa508_76cdfbb5_41206f89_af0ee78d))
    /// `Fees(address,uint256,uint256)`
    public static let solidlyFees = Hash32(
        U256(lo: 0xeb4225e8_cd5b5130_3c90ca6c_f43a8602, hi: 0x112c2569_02bf554b_6ed882d2_936687aa))
    /// `FeePercentUpdated(uint16,uint16)`
    public static let camelotFees = Hash32(
        U256(lo: 0x69e71136_49774dfb_ea05c259_ce27f17b, hi: 0xa4877b8e_cb5a00ba_277e4bce_eeb187a6))
    /// `SetStableSwap(bool,bool)`
    public static let camelotStable = Hash32(
        U256(lo: 0xb476d53e_2dd0902c_f17a0911_b5a43a8b, hi: 0xb6a86710_bde53aa7_fb1b3856_279e2af5))
    /// `Initialize(bytes32,address,address,uint24,int24,address,uint160,int24)`
    public static let v4Initialize = Hash32(
        U256(lo: 0xa4b4f0f6_f3307b95_f85e6110_838d6438, hi: 0xdd466e67_4ea557f5_6295e2d0_218a125e))
    /// `ModifyLiquidity(bytes32,address,int24,int24,int256,bytes32)`
    public static let v4ModifyLiquidity = Hash32(
        U256(lo: 0xdd6f3bcc_3ac8db5a_f63baa85_f711d5ec, hi: 0xf208f491_2782fd25_c7f114ca_3723a2d5))
    /// `Swap(bytes32,address,int128,int128,uint160,uint128,int24,uint24)`
    public static let v4Swap = Hash32(
        U256(lo: 0xe92e57ba_5563708d_aca94dd8_4ad7112f, hi: 0x40e9cecb_9f5f1f1c_5b9c97de_c2917b7e))
    /// `ProtocolFeeUpdated(bytes32,uint24)`
    public static let v4ProtocolFeeUpdated = Hash32(
        U256(lo: 0xe2c9fcd1_fdbcc3fe_b21d92b4_3e6696f9, hi: 0xe9c42593_e71f8440_3b84352c_d168d693))
    /// `Donate(bytes32,address,uint256,uint256)`
    public static let v4Donate = Hash32(
        U256(lo: 0xaa7ab254_1feba1a9_c4248594_c08156cb, hi: 0x29ef05ca_aff9404b_7cb6d1c0_e9bbae9e))
    /// `Swap(bytes32,address,address,uint256,uint256)`
    public static let balancerV2Swap = Hash32(
        U256(lo: 0xdd15e69c_9bb0a8dd_37b1840b_9e0b207b, hi: 0x2170c741_c41531ae_c20e7c10_7c24eecf))
    /// `SwapFeePercentageChanged(uint256)`
    public static let balancerV2FeeChanged = Hash32(
        U256(lo: 0x699ad539_8d6cce76_f91ee809_e322dafc, hi: 0xa9ba3ffe_0b6c366b_81232caa_b38605a0))
}

/// Solidly factories, Slipstream, Algebra and Pancake Infinity.
extension EventTopics {
    /// `PairCreated(address,address,bool,address,uint256)`
    public static let solidlyPairCreated = Hash32(
        U256(lo: 0xe82f6cb5_77c45302_4b6e0eb8_306c6fc9, hi: 0xc4805696_c66d7cf3_52fc1d6b_b633ad5e))
    /// `PoolCreated(address,address,bool,address,uint256)`
    public static let solidlyPoolCreated = Hash32(
        U256(lo: 0x64671bf1_99ce226b_53788fb2_6065005e, hi: 0x2128d88d_14c80cb0_81c1252a_5acff7a2))
    /// `PoolCreated(address,address,int24,address)`
    public static let slipstreamPoolCreated = Hash32(
        U256(lo: 0x2353808c_54d6e528_a9dd2088_7aed9ac2, hi: 0xab0d57f0_df537bb2_5e80245e_f7748fa6))
    /// `Pool(address,address,address)`
    public static let algebraPool = Hash32(
        U256(lo: 0x84cf5e43_704342bd_3ec0b59e_59c036db, hi: 0x91ccaa7a_278130b6_5168c3a0_c8d3bcae))
    /// `Fee(uint16)`
    public static let algebraFee = Hash32(
        U256(lo: 0x17256312_890be511_8dab55b0_775ebe2a, hi: 0x598b9f04_3c813aa6_be3426ca_60d1c65d))
    /// `Fee(uint16,uint16)`
    public static let algebraDirectionalFee = Hash32(
        U256(lo: 0x75f5f65c_b0d8a0e1_e803c39d_abedb57f, hi: 0x8a89de70_856bccec_09666138_8f305b9a))
    /// `TickSpacing(int24)`
    public static let algebraTickSpacing = Hash32(
        U256(lo: 0x5f6e8c51_fe2ff529_d74b22a5_a7c02645, hi: 0x01413b1d_5d4c359e_9a0daa79_09ecda16))
    /// `CommunityFee(uint16)`
    public static let algebraCommunityFee = Hash32(
        U256(lo: 0xa98d6187_b20639ca_2f9743f3_b55ca5e1, hi: 0x3647dccc_990d4941_b0b05b32_527ef493))
    /// `CommunityFee(uint8,uint8)`
    public static let algebraCommunityFeeByToken = Hash32(
        U256(lo: 0x89258fb8_2d51271a_8ddf5c24_921356ee, hi: 0x9e22b964_b08e25c3_aaa72102_bb0071c0))
    /// `CommunityFee(uint16,uint16)`
    public static let algebraCommunityFeeWide = Hash32(
        U256(lo: 0x8a92142c_2cfec729_9e264677_970174bc, hi: 0x37096682_99598654_19a97fc8_708e1d34))
    /// `Swap(address,address,int256,int256,uint160,uint128,int24,uint24,uint24)`
    public static let algebraIntegralSwap = Hash32(
        U256(lo: 0x8dd429b2_7f88b1f4_d4767396_e1a59f79, hi: 0x121cb44e_e54098b1_a04743c4_87e7460d))
    /// `Burn(address,int24,int24,uint128,uint256,uint256,uint24)`
    public static let algebraIntegralBurn = Hash32(
        U256(lo: 0x81da1790_64c67883_6c173f99_bd13ca01, hi: 0x932214d4_a69c27c0_86643126_ed97c326))
    /// `Plugin(address)`
    public static let algebraPlugin = Hash32(
        U256(lo: 0x982b7362_0d01f794_c72e93d6_1a3932a2, hi: 0x27a3944e_ff2135a5_7675f17e_72501038))
    /// `PluginConfig(uint8)`
    public static let algebraPluginConfig = Hash32(
        U256(lo: 0x6919b7c1_7af57254_306fadf5_fee69dc3, hi: 0x3a6271b3_6c1b44bd_6a0a0d56_230602dc))
    /// `Initialize(bytes32,address,address,address,uint24,bytes32,uint160,int24)`
    public static let infinityInitialize = Hash32(
        U256(lo: 0xee4582b9_5bc9fa5a_7bb7ae70_b750b99c, hi: 0x426cc62f_e6a33a40_ba2788c2_c87a9c34))
    /// `Swap(bytes32,address,int128,int128,uint160,uint128,int24,uint24,uint16)`
    public static let infinitySwap = Hash32(
        U256(lo: 0x0f2957a3_51e4f797_63a4fa9e_775dd237, hi: 0x04206ad2_b7c0f463_bff3dd4f_33c5735b))
    /// `DynamicLPFeeUpdated(bytes32,uint24)`
    public static let infinityDynamicFee = Hash32(
        U256(lo: 0x79160aaf_bd650180_ddf526b1_ab547bd6, hi: 0x14b2b80e_0d62303d_c8549485_9f35a845))
    /// `Donate(bytes32,address,uint256,uint256,int24)`
    public static let infinityDonate = Hash32(
        U256(lo: 0x19609ce3_40a14c63_524f985f_ee4bc841, hi: 0xbe708911_656ae186_ac3fc26a_794e5f13))
}
