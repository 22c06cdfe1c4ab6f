// Made by chains/embed.sh from chains/polygon.toml; do not edit.

extension EmbeddedChains {
    static let polygon = #"""
        # Polygon PoS. Every key is explained in README.md beside this file.
        # QuickSwap V3 (Algebra) is not listed: it is a protocol of its own.
        name = "polygon"
        chain_id = 137
        native_symbol = "POL"
        wrapped_native = "0x0d500B1d8E8eF31E21C99d1Db9A6444d3ADf1270"
        multicall = "0xcA11bde05977b3631167028862bE2a173976CA11"
        rpc_env = ["POLYGON_WS_URL", "POLYGON_HTTP_URL"]
        block_time_ms = 1000 # since Madhugiri; producers may take longer
        reorg_depth = 128 # milestones make blocks final after 2 to 5 s; the rest is margin
        tx_gas_cap = 33554432
        min_priority_fee = "25 gwei" # PIP-35
        fee_model = "polygon"
        mempool = "public"
        submission = ["public"] # no bundles on this chain
        settlement_tokens = ["WPOL", "USDC", "USDC.e", "USDT", "WETH"]

        [[token]]
        symbol = "WPOL"
        address = "0x0d500B1d8E8eF31E21C99d1Db9A6444d3ADf1270"
        decimals = 18

        [[token]]
        symbol = "USDC" # native, Circle
        address = "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"
        decimals = 6

        [[token]]
        symbol = "USDC.e" # bridged
        address = "0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174"
        decimals = 6

        [[token]]
        symbol = "USDT"
        address = "0xc2132D05D31c914a87C6611C10748AEb04B58e8F"
        decimals = 6

        [[token]]
        symbol = "DAI"
        address = "0x8f3Cf7ad23Cd3CaDbD9735AFf958023239c6A063"
        decimals = 18

        [[token]]
        symbol = "WETH" # bridged
        address = "0x7ceB23fD6bC0adD59E62ac25578270cFf1b9f619"
        decimals = 18

        [[token]]
        symbol = "WBTC"
        address = "0x1BFD67037B42Cf73acF2047067bd4F2C47D9BfD6"
        decimals = 8

        # CREATE2 recomputed for one pair.
        [[dex]]
        name = "quickswap-v2"
        protocol = "uniswap-v2"
        factory = "0x5757371414417b8C6CAad45bAeF941aBc7d3Ab32"
        init_code_hash = "0x96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f"
        fee_pips = 3000
        flash_callback = "uniswapV2Call"

        # CREATE2 recomputed over 2,655 pairs.
        [[dex]]
        name = "sushiswap-v2"
        protocol = "uniswap-v2"
        factory = "0xc35DADB65012eC5796536bD9864eD8773aBc74C4"
        init_code_hash = "0xe18a34eb0e04b04f7a0ac29a6e80748dca96319b42c54d679cb821dca90c6303"
        fee_pips = 3000
        flash_callback = "uniswapV2Call"

        # CREATE2 recomputed over 457 pairs. Its callback's name was not checked, so it is no flash source.
        [[dex]]
        name = "apeswap-v2"
        protocol = "uniswap-v2"
        factory = "0xcf083be4164828f00cae704ec15a36d711491284"
        init_code_hash = "0x511f0f358fe530cda0859ec20becf391718fdf5a329be02f4c95361f3d6a42d8"
        fee_pips = 2000

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
        factory = "0x9e5A52f57b3038F1B8EeE45F28b3C1967e22799C"
        init_code_hash = "0x96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f"
        fee_pips = 3000
        flash_callback = "uniswapV2Call"

        # Source only: the hash is that of known pool code, not recomputed on this chain; a wrong one refuses every pool.
        [[dex]]
        name = "sushiswap-v3"
        protocol = "uniswap-v3"
        factory = "0x917933899c6a5F8E37F31E19f92CdBFF7e8FF0e2"
        init_code_hash = "0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54"
        flash_callback = "uniswapV3SwapCallback"

        [[router]]
        name = "sushiswap-v2"
        kind = "uniswap-v2"
        address = "0x1b02dA8Cb0d097eB8D57A175b88c7D8b47997506"
        v2_dex = "sushiswap-v2"

        [[router]]
        name = "uniswap-v2"
        kind = "uniswap-v2"
        address = "0xedf6066a2b290C185783862C7F4776A2C8077AD1"
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
        address = "0xec7BE89e9d109e7e3Fec59c222CF297125FEFda2"
        v2_dex = "uniswap-v2"
        v3_dex = "uniswap-v3"

        [[router]]
        name = "universal-2-0"
        kind = "universal-router"
        address = "0x1095692A6237d83C6a72F3F5eFEdb9A670C49223"
        v2_dex = "uniswap-v2"
        v3_dex = "uniswap-v3"

        [[router]]
        name = "universal-2-1-1"
        kind = "universal-router"
        address = "0x8B844f885672f333Bc0042cB669255f93a4C1E6b"
        v2_dex = "uniswap-v2"
        v3_dex = "uniswap-v3"

        [[flash_lender]]
        name = "balancer-v2"
        kind = "balancer-v2"
        address = "0xBA12222222228d8Ba445958a75a0704d566BF2C8"

        [[flash_lender]]
        name = "aave-v3"
        kind = "aave-v3"
        address = "0x794a61358D6845594F94dc1DB02A252b5b4814aD"

        [[flash_lender]]
        name = "morpho"
        kind = "morpho"
        address = "0x1bF0c2541F820E775182832f06c0B7Fc27A25f67"

        """#
}
