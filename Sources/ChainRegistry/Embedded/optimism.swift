// Made by chains/embed.sh from chains/optimism.toml; do not edit.

extension EmbeddedChains {
    static let optimism = #"""
        # OP Mainnet. Every key is explained in README.md beside this file.
        # Velodrome and Slipstream are not listed: each is a protocol of its own.
        name = "optimism"
        chain_id = 10
        native_symbol = "ETH"
        wrapped_native = "0x4200000000000000000000000000000000000006"
        multicall = "0xcA11bde05977b3631167028862bE2a173976CA11"
        rpc_env = ["OPTIMISM_WS_URL", "OPTIMISM_HTTP_URL"]
        block_time_ms = 2000
        reorg_depth = 512 # blocks are safe after 5 to 10 minutes
        tx_gas_cap = 16777216
        fee_model = "op-stack"
        mempool = "flashblocks"
        submission = ["sequencer"]
        settlement_tokens = ["WETH", "USDC", "USDC.e", "USDT"]

        [[token]]
        symbol = "WETH"
        address = "0x4200000000000000000000000000000000000006"
        decimals = 18

        [[token]]
        symbol = "USDC" # native, Circle
        address = "0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85"
        decimals = 6

        [[token]]
        symbol = "USDC.e" # bridged
        address = "0x7F5c764cBc14f9669B88837ca1490cCa17c31607"
        decimals = 6

        [[token]]
        symbol = "USDT"
        address = "0x94b008aA00579c1307B0EF2c499aD98a8ce58e58"
        decimals = 6

        [[token]]
        symbol = "DAI"
        address = "0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1"
        decimals = 18

        [[token]]
        symbol = "WBTC"
        address = "0x68f180fcCe6836688e9084f035309E29Bf0A2095"
        decimals = 8

        # Source only: the hash is that of known pool code, not recomputed on this chain; a wrong one refuses every pool.
        [[dex]]
        name = "uniswap-v3"
        protocol = "uniswap-v3"
        factory = "0x1F98431c8aD98523631AE4a59f267346ea31F984"
        init_code_hash = "0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54"
        flash_callback = "uniswapV3SwapCallback"

        # Source only: the hash is that of known pool code, not recomputed on this chain; a wrong one refuses every pool.
        [[dex]]
        name = "uniswap-v2"
        protocol = "uniswap-v2"
        factory = "0x0c3c1c532F1e39EdF36BE9Fe0bE1410313E074Bf"
        init_code_hash = "0x96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f"
        fee_pips = 3000
        flash_callback = "uniswapV2Call"

        # Source only: the hash is that of known pool code, not recomputed on this chain; a wrong one refuses every pool.
        [[dex]]
        name = "sushiswap-v3"
        protocol = "uniswap-v3"
        factory = "0x9c6522117e2ed1fE5bdb72bb0eD5E3f2bdE7DBe0"
        init_code_hash = "0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54"
        flash_callback = "uniswapV3SwapCallback"

        [[router]]
        name = "uniswap-v2"
        kind = "uniswap-v2"
        address = "0x4A7b5Da61326A6379179b40d00F57E5bbDC962c2"
        v2_dex = "uniswap-v2"

        [[router]]
        name = "uniswap-router-02"
        kind = "swap-router-02"
        address = "0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45"
        v2_dex = "uniswap-v2"
        v3_dex = "uniswap-v3"

        [[router]]
        name = "universal-1-2"
        kind = "universal-router"
        address = "0xCb1355ff08Ab38bBCE60111F1bb2B784bE25D7e8"
        v2_dex = "uniswap-v2"
        v3_dex = "uniswap-v3"

        [[router]]
        name = "universal-2-0"
        kind = "universal-router"
        address = "0x851116D9223fabED8E56C0E6b8Ad0c31d98B3507"
        v2_dex = "uniswap-v2"
        v3_dex = "uniswap-v3"

        [[router]]
        name = "universal-2-1-1"
        kind = "universal-router"
        address = "0x8B844f885672f333Bc0042cB669255f93a4C1E6b"
        v2_dex = "uniswap-v2"
        v3_dex = "uniswap-v3"

        [[relay]]
        name = "sequencer"
        kind = "sequencer"
        url = "https://mainnet-sequencer.optimism.io"

        [[flash_lender]]
        name = "balancer-v2"
        kind = "balancer-v2"
        address = "0xBA12222222228d8Ba445958a75a0704d566BF2C8"

        [[flash_lender]]
        name = "balancer-v3"
        kind = "balancer-v3"
        address = "0xbA1333333333a1BA1108E8412f11850A5C319bA9"

        [[flash_lender]]
        name = "aave-v3"
        kind = "aave-v3"
        address = "0x794a61358D6845594F94dc1DB02A252b5b4814aD"

        [[flash_lender]]
        name = "morpho"
        kind = "morpho"
        address = "0xce95AfbB8EA029495c66020883F87aaE8864AF92"

        """#
}
