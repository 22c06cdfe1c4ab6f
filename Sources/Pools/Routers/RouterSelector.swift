/// First four bytes of router calldata. Source: v2-periphery `UniswapV2Router02`, v3-periphery `SwapRouter`,
/// swap-router-contracts `SwapRouter02`, universal-router `UniversalRouter`. A test recomputes them all.
enum RouterSelector {
    // V2Router02
    static let swapExactTokensForTokens: UInt32 = 0x38ed_1739
    static let swapTokensForExactTokens: UInt32 = 0x8803_dbee
    static let swapExactETHForTokens: UInt32 = 0x7ff3_6ab5
    static let swapTokensForExactETH: UInt32 = 0x4a25_d94a
    static let swapExactTokensForETH: UInt32 = 0x18cb_afe5
    static let swapETHForExactTokens: UInt32 = 0xfb3b_db41
    static let swapExactTokensForTokensWithTransferFee: UInt32 = 0x5c11_d795
    static let swapExactETHForTokensWithTransferFee: UInt32 = 0xb6f9_de95
    static let swapExactTokensForETHWithTransferFee: UInt32 = 0x791a_c947

    // V3SwapRouter
    static let exactInputSingle: UInt32 = 0x414b_f389
    static let exactInput: UInt32 = 0xc04b_8d59
    static let exactOutputSingle: UInt32 = 0xdb3e_2198
    static let exactOutput: UInt32 = 0xf28c_0498

    // SwapRouter02
    static let exactInputSingle02: UInt32 = 0x04e4_5aaf
    static let exactInput02: UInt32 = 0xb858_183f
    static let exactOutputSingle02: UInt32 = 0x5023_b4df
    static let exactOutput02: UInt32 = 0x09b8_1346
    static let swapExactTokensForTokens02: UInt32 = 0x472b_43f3
    static let swapTokensForExactTokens02: UInt32 = 0x4271_2a67
    static let multicallWithDeadline: UInt32 = 0x5ae4_01dc
    static let multicallWithBlockHash: UInt32 = 0x1f04_64d1
    static let wrapETH: UInt32 = 0x1c58_db4f
    static let pull: UInt32 = 0xf2d5_d56b
    static let unwrapWETH9ToSender: UInt32 = 0x4961_6997
    static let sweepTokenToSender: UInt32 = 0xe90a_182f

    // Both V3 routers
    static let multicall: UInt32 = 0xac96_50d8
    static let unwrapWETH9: UInt32 = 0x4940_4b7c
    static let refundETH: UInt32 = 0x1221_0e8a
    static let sweepToken: UInt32 = 0xdf2a_b5bb
    static let unwrapWETH9WithFee: UInt32 = 0x9b2c_0a37
    static let sweepTokenWithFee: UInt32 = 0xe0e1_89a0
    static let selfPermit: UInt32 = 0xf399_5c67
    static let selfPermitIfNecessary: UInt32 = 0xc2e3_140a
    static let selfPermitAllowed: UInt32 = 0x4659_a494
    static let selfPermitAllowedIfNecessary: UInt32 = 0xa4a7_8f0c

    // UniversalRouter
    static let execute: UInt32 = 0x2485_6bc3
    static let executeWithDeadline: UInt32 = 0x3593_564c

    /// Every selector with its signature, for the test that recomputes them.
    static let signatures: [(UInt32, String)] = [
        (swapExactTokensForTokens, "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)"),
        (swapTokensForExactTokens, "swapTokensForExactTokens(uint256,uint256,address[],address,uint256)"),
        (swapExactETHForTokens, "swapExactETHForTokens(uint256,address[],address,uint256)"),
        (swapTokensForExactETH, "swapTokensForExactETH(uint256,uint256,address[],address,uint256)"),
        (swapExactTokensForETH, "swapExactTokensForETH(uint256,uint256,address[],address,uint256)"),
        (swapETHForExactTokens, "swapETHForExactTokens(uint256,address[],address,uint256)"),
        (
            swapExactTokensForTokensWithTransferFee,
            "swapExactTokensForTokensSupportingFeeOnTransferTokens(uint256,uint256,address[],address,uint256)"
        ),
        (
            swapExactETHForTokensWithTransferFee,
            "swapExactETHForTokensSupportingFeeOnTransferTokens(uint256,address[],address,uint256)"
        ),
        (
            swapExactTokensForETHWithTransferFee,
            "swapExactTokensForETHSupportingFeeOnTransferTokens(uint256,uint256,address[],address,uint256)"
        ),
        (exactInputSingle, "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))"),
        (exactInput, "exactInput((bytes,address,uint256,uint256,uint256))"),
        (exactOutputSingle, "exactOutputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))"),
        (exactOutput, "exactOutput((bytes,address,uint256,uint256,uint256))"),
        (exactInputSingle02, "exactInputSingle((address,address,uint24,address,uint256,uint256,uint160))"),
        (exactInput02, "exactInput((bytes,address,uint256,uint256))"),
        (exactOutputSingle02, "exactOutputSingle((address,address,uint24,address,uint256,uint256,uint160))"),
        (exactOutput02, "exactOutput((bytes,address,uint256,uint256))"),
        (swapExactTokensForTokens02, "swapExactTokensForTokens(uint256,uint256,address[],address)"),
        (swapTokensForExactTokens02, "swapTokensForExactTokens(uint256,uint256,address[],address)"),
        (multicallWithDeadline, "multicall(uint256,bytes[])"),
        (multicallWithBlockHash, "multicall(bytes32,bytes[])"),
        (wrapETH, "wrapETH(uint256)"),
        (pull, "pull(address,uint256)"),
        (unwrapWETH9ToSender, "unwrapWETH9(uint256)"),
        (sweepTokenToSender, "sweepToken(address,uint256)"),
        (multicall, "multicall(bytes[])"),
        (unwrapWETH9, "unwrapWETH9(uint256,address)"),
        (refundETH, "refundETH()"),
        (sweepToken, "sweepToken(address,uint256,address)"),
        (unwrapWETH9WithFee, "unwrapWETH9WithFee(uint256,address,uint256,address)"),
        (sweepTokenWithFee, "sweepTokenWithFee(address,uint256,address,uint256,address)"),
        (selfPermit, "selfPermit(address,uint256,uint256,uint8,bytes32,bytes32)"),
        (selfPermitIfNecessary, "selfPermitIfNecessary(address,uint256,uint256,uint8,bytes32,bytes32)"),
        (selfPermitAllowed, "selfPermitAllowed(address,uint256,uint256,uint8,bytes32,bytes32)"),
        (selfPermitAllowedIfNecessary, "selfPermitAllowedIfNecessary(address,uint256,uint256,uint8,bytes32,bytes32)"),
        (execute, "execute(bytes,bytes[])"),
        (executeWithDeadline, "execute(bytes,bytes[],uint256)"),
    ]
}
