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
