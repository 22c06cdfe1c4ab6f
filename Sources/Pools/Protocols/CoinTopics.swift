internal import EVMTypes

/// What Curve and Balancer V2 pools emit when their state moves: Keccak-256 of the signature, recomputed by a test.
extension EventTopics {
    /// `TokenExchange(address,int128,uint256,int128,uint256)`
    static let curveExchange = Hash32(
        U256(lo: 0x5f63f637_f1869f70_7052d15a_3dd97140, hi: 0x8b3e96f2_b889fa77_1c53c981_b40daf00))
    /// `TokenExchange(address,uint256,uint256,uint256,uint256)`
    static let curveCryptoExchange = Hash32(
        U256(lo: 0xeccb9532_a5f8bbd7_2e18467c_3c34cc98, hi: 0xb2e76ae9_9761dc13_6e598d4a_629bb347))
    /// `TokenExchange(address,uint256,uint256,uint256,uint256,uint256,uint256)`
    static let curveNGCryptoExchange = Hash32(
        U256(lo: 0x7b86a122_f36e8c46_3859ee68_11b1f29c, hi: 0x143f1f8e_861fbded_dd5b46e8_44b7d3ac))
    /// `TokenExchangeUnderlying(address,int128,uint256,int128,uint256)`
    static let curveExchangeUnderlying = Hash32(
        U256(lo: 0x805371b7_fc1ebd4c_206c41d1_536bd90b, hi: 0xd013ca23_e77a6500_3c2c659c_5442c00c))
    /// `AddLiquidity(address,uint256[],uint256[],uint256,uint256)`
    static let curveAdd = Hash32(
        U256(lo: 0x7cb09774_317ca2f5_3c2d3c37_26f222a2, hi: 0x189c623b_666b1b45_b83d7178_f39b8c08))
    /// `AddLiquidity(address,uint256[2],uint256[2],uint256,uint256)`
    static let curveAdd2 = Hash32(
        U256(lo: 0x453991e9_5873f52b_ff0d21af_4079a768, hi: 0x26f55a85_081d2497_4e85c6c0_0045d0f0))
    /// `AddLiquidity(address,uint256[3],uint256[3],uint256,uint256)`
    static let curveAdd3 = Hash32(
        U256(lo: 0xe571d9b9_529b1c1c_23cce780_b2e7df0d, hi: 0x423f6495_a08fc652_425cf4ed_0d1f9e37))
    /// `AddLiquidity(address,uint256[4],uint256[4],uint256,uint256)`
    static let curveAdd4 = Hash32(
        U256(lo: 0x486fb904_e1f84aa2_15364d56_7319a58d, hi: 0x3f191577_5e0c9a38_a57a7bb7_f1f9005f))
    /// `AddLiquidity(address,uint256[3],uint256,uint256,uint256)`
    static let curveAddTricrypto = Hash32(
        U256(lo: 0x1252d0f2_ee0147d5_3029945f_39fe3c1a, hi: 0xe1b60455_bd9e3372_0b547f60_e4e0cfbf))
    /// `AddLiquidity(address,uint256[2],uint256,uint256,uint256)`
    static let curveAddTwocrypto = Hash32(
        U256(lo: 0x8260be51_0592ee1e_2efe3f3c_fd4c33e9, hi: 0x7196cbf6_3df1f2ec_20638e68_3ebe51d1))
    /// `RemoveLiquidity(address,uint256[],uint256[],uint256)`
    static let curveRemove = Hash32(
        U256(lo: 0x60756b18_f0d95fd9_f197a66c_c46480ea, hi: 0x347ad828_e58cbe53_4d8f6b67_985d7913))
    /// `RemoveLiquidity(address,uint256[2],uint256[2],uint256)`
    static let curveRemove2 = Hash32(
        U256(lo: 0xeddff18c_927edc6f_5dbbb5e0_5819a82c, hi: 0x7c363854_ccf79623_411f8995_b362bce5))
    /// `RemoveLiquidity(address,uint256[3],uint256[3],uint256)`
    static let curveRemove3 = Hash32(
        U256(lo: 0x2a15ee6c_97cf7205_d4208ed7_c1df252d, hi: 0xa49d4cf0_2656aebf_8c771f5a_8585638a))
    /// `RemoveLiquidity(address,uint256[4],uint256[4],uint256)`
    static let curveRemove4 = Hash32(
        U256(lo: 0x131c4c9a_4ba66a14_56371576_3be9d59d, hi: 0x9878ca37_5e106f2a_43c3b599_fc624568))
    /// `RemoveLiquidity(address,uint256[3],uint256)`
    static let curveRemoveTricrypto = Hash32(
        U256(lo: 0x072e8271_290eef8a_d0886709_304195f5, hi: 0xd6cc314a_0b1e3b25_79f8e642_48e82434))
    /// `RemoveLiquidity(address,uint256[2],uint256)`
    static let curveRemoveTwocrypto = Hash32(
        U256(lo: 0x3c7c76f9_1e8c4aaf_d6aae60d_ce800153, hi: 0xdd3c0336_a16f1b64_f172b7bb_0dad5b2b))
    /// `RemoveLiquidityOne(address,uint256,uint256)`
    static let curveRemoveOne = Hash32(
        U256(lo: 0x6e206df5_f543bd96_3682d143_300be310, hi: 0x9e96dd3b_997a2a25_7eec4df9_bb6eaf62))
    /// `RemoveLiquidityOne(address,int128,uint256,uint256,uint256)`
    static let curveRemoveOneNG = Hash32(
        U256(lo: 0x50cabdf7_5b48375d_730d26ce_3659bbe1, hi: 0x6f48129d_b1f37ccb_9cc5dd7e_119cb327))
    /// `RemoveLiquidityOne(address,uint256,uint256,uint256)`
    static let curveRemoveOneSupply = Hash32(
        U256(lo: 0xc1e36cda_598127ec_3b8c59b8_c72773a0, hi: 0x5ad056f2_e28a8cec_23201540_6b843668))
    /// `RemoveLiquidityOne(address,uint256,uint256,uint256,uint256,uint256)`
    static let curveRemoveOneCrypto = Hash32(
        U256(lo: 0x14e6d58c_88ff5e2f_512d65a9_e0aa9c5c, hi: 0xe200e24d_4a4c7cd3_67dd9bef_e394dc8a))
    /// `RemoveLiquidityImbalance(address,uint256[],uint256[],uint256,uint256)`
    static let curveRemoveImbalance = Hash32(
        U256(lo: 0x6b6c283a_41143eb4_00a0d1ad_b1af1755, hi: 0x3631c28b_1f9dd213_e0319fb1_67b554d7))
    /// `RemoveLiquidityImbalance(address,uint256[2],uint256[2],uint256,uint256)`
    static let curveRemoveImbalance2 = Hash32(
        U256(lo: 0x416c4f5b_219a1037_9956f764_317fd47e, hi: 0x2b550837_8d7e19e0_d5fa3384_19034731))
    /// `RemoveLiquidityImbalance(address,uint256[3],uint256[3],uint256,uint256)`
    static let curveRemoveImbalance3 = Hash32(
        U256(lo: 0x45d74ff5_40655051_41e7de6c_46a624c2, hi: 0x173599db_f9c6ca6f_7c3b590d_f07ae98a))
    /// `RemoveLiquidityImbalance(address,uint256[4],uint256[4],uint256,uint256)`
    static let curveRemoveImbalance4 = Hash32(
        U256(lo: 0xb12a39e4_7817a547_f1f0aee4_7febd602, hi: 0xb964b72f_73f5ef5b_f0fdc559_b2fab9a7))
    /// `RampA(uint256,uint256,uint256,uint256)`
    static let curveRampA = Hash32(
        U256(lo: 0x97b75011_9dd349fc_fa8c0f77_9e83c254, hi: 0xa2b71ec6_df949300_b59aab36_b55e1896))
    /// `StopRampA(uint256,uint256)`
    static let curveStopRampA = Hash32(
        U256(lo: 0x6dbc78d8_2b84a3d7_e74ad606_dc201938, hi: 0x46e22fb3_709ad289_f62ce63d_46924853))
    /// `RampAgamma(uint256,uint256,uint256,uint256,uint256,uint256)`
    static let curveRampAgamma = Hash32(
        U256(lo: 0xa0542661_7a25db75_78fd20ba_39a6cd05, hi: 0xe35f0559_b0642164_e286b30d_f2077ec3))
    /// `StopRampA(uint256,uint256,uint256)`
    static let curveStopRampAgamma = Hash32(
        U256(lo: 0x0a9a22fe_99669360_e4fdd6d3_de2fc284, hi: 0x5f0e7fba_3d100c9e_19446e1c_92fe436f))
    /// `NewFee(uint256,uint256)`
    static let curveNewFee = Hash32(
        U256(lo: 0x8d70e510_60e6cca1_f575ef5d_2fcc95d1, hi: 0xbe12859b_636aed60_7d5230b2_cc2711f6))
    /// `ApplyNewFee(uint256,uint256)`
    static let curveApplyNewFee = Hash32(
        U256(lo: 0x43358db4_2afbcc33_2a3c12a4_9c80bf6d, hi: 0x750d10a7_f37466ce_785ee6bc_b604aac5))
    /// `NewParameters(uint256,uint256,uint256,uint256,uint256,uint256,uint256)`
    static let curveNewParameters = Hash32(
        U256(lo: 0x947438d4_fc7b182c_c59c2f6d_c5504087, hi: 0x1c65bbdc_939f346e_5d6f0bde_1f072819))
    /// `ClaimAdminFee(address,uint256[3])`
    static let curveClaimAdminFee = Hash32(
        U256(lo: 0x5fc8a62b_af286c17_5e254dae_f76f5bcc, hi: 0x5ebe66c6_28d0969a_211b9967_3a322baa))
    /// `ClaimAdminFee(address,uint256[2])`
    static let curveClaimAdminFee2 = Hash32(
        U256(lo: 0x8e9a4c3a_e5e14d2e_1a67bf42_42d008d0, hi: 0x3bbd5f2f_4711532d_6e9ee88d_fdf2f146))

    /// All of them.
    static var curveEvents: [Hash32] {
        [
            curveExchange, curveCryptoExchange, curveNGCryptoExchange, curveExchangeUnderlying, curveAdd, curveAdd2,
            curveAdd3, curveAdd4, curveAddTricrypto, curveAddTwocrypto, curveRemove, curveRemove2, curveRemove3,
            curveRemove4, curveRemoveTricrypto, curveRemoveTwocrypto, curveRemoveOne, curveRemoveOneNG,
            curveRemoveOneSupply, curveRemoveOneCrypto, curveRemoveImbalance, curveRemoveImbalance2,
            curveRemoveImbalance3, curveRemoveImbalance4, curveRampA, curveStopRampA, curveRampAgamma,
            curveStopRampAgamma, curveNewFee, curveApplyNewFee, curveNewParameters, curveClaimAdminFee,
            curveClaimAdminFee2,
        ]
    }

    /// `PoolBalanceChanged(bytes32,address,address[],int256[],uint256[])`
    static let balancerV2BalanceChanged = Hash32(
        U256(lo: 0x97868dba_0e6a4b4c_049abf8a_f80dae78, hi: 0xe5ce2490_87ce04f0_5a957192_435400fd))
    /// `PoolBalanceManaged(bytes32,address,address,int256,int256)`
    static let balancerV2BalanceManaged = Hash32(
        U256(lo: 0x58eb3d07_be3a0e81_d24b13c4_4045fe7a, hi: 0x6edcaf62_41105b4c_94c2efdb_f3a6b124))
    /// `AmpUpdateStarted(uint256,uint256,uint256,uint256)`
    static let balancerV2AmpStarted = Hash32(
        U256(lo: 0x24c82a3b_9d854ab6_c9749525_b714cdf2, hi: 0x1835882e_e7a34ac1_94f717a3_5e09bb1d))
    /// `AmpUpdateStopped(uint256)`
    static let balancerV2AmpStopped = Hash32(
        U256(lo: 0x1e07dd1e_d40ca8f2_e7af2976_542a0233, hi: 0xa0d01593_e47e69d0_7e0ccd87_bece0941))
    /// `TokenRateCacheUpdated(uint256,uint256)`
    static let balancerV2RateUpdated = Hash32(
        U256(lo: 0xa4e6875c_38ef0bf5_bf75e52a_67354fac, hi: 0xb77a8320_4ca282e0_8dc3a65b_0a1ca32e))
    /// `PausedStateChanged(bool)`
    static let balancerV2Paused = Hash32(
        U256(lo: 0x738a228a_6e8a23de_e5469601_80d3be64, hi: 0x9e3a5e37_224532de_a67b89fa_ce185703))

    /// All of them.
    static var balancerV2Events: [Hash32] {
        [
            balancerV2Swap, balancerV2FeeChanged, balancerV2BalanceChanged, balancerV2BalanceManaged,
            balancerV2AmpStarted, balancerV2AmpStopped, balancerV2RateUpdated, balancerV2Paused,
        ]
    }
}
