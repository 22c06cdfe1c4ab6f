// Made by chains/embed.sh from chains/arbitrum.toml; do not edit.

extension EmbeddedChains {
    static let arbitrum = #"""
        # Arbitrum One. Every key is explained in README.md beside this file.
        # Camelot is not listed: its V2 pairs carry their own fees and its V3 is Algebra, each a protocol of its own.
        name = "arbitrum"
        chain_id = 42161
        native_symbol = "ETH"
        wrapped_native = "0x82aF49447D8a07e3bd95BD0d56f35241523fBab1"
        multicall = "0xcA11bde05977b3631167028862bE2a173976CA11"
        rpc_env = ["ARBITRUM_WS_URL", "ARBITRUM_HTTP_URL"]
        block_time_ms = 250 # on demand, at most one block per 250 ms
        reorg_depth = 256 # sequencer order is final unless L1 reorganises
        tx_gas_cap = 32000000 # L2 gas; the L1 part of a fee does not count
        fee_model = "arbitrum"
        mempool = "sequencer-feed"
        submission = ["sequencer"]
        settlement_tokens = ["WETH", "USDC", "USDC.e", "USDT"]

        [[token]]
        symbol = "WETH"
        address = "0x82aF49447D8a07e3bd95BD0d56f35241523fBab1"
        decimals = 18

        [[token]]
        symbol = "USDC" # native, Circle
        address = "0xaf88d065e77c8cC2239327C5EDb3A432268e5831"
        decimals = 6

        [[token]]
        symbol = "USDC.e" # bridged
        address = "0xFF970A61A04b1cA14834A43f5dE4533eBDDB5CC8"
        decimals = 6

        [[token]]
        symbol = "USDT"
        address = "0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9"
        decimals = 6

        [[token]]
        symbol = "DAI"
        address = "0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1"
        decimals = 18

        [[token]]
        symbol = "WBTC"
        address = "0x2f2a2543B76A4166549F7aaB2e75Bef0aefC5B0f"
        decimals = 8

        # CREATE2 recomputed over 6,896 pools.
        [[dex]]
        name = "uniswap-v3"
        protocol = "uniswap-v3"
        factory = "0x1F98431c8aD98523631AE4a59f267346ea31F984"
        init_code_hash = "0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54"
        flash_callback = "uniswapV3SwapCallback"

        # CREATE2 recomputed over 621 pairs.
        [[dex]]
        name = "sushiswap-v2"
        protocol = "uniswap-v2"
        factory = "0xc35DADB65012eC5796536bD9864eD8773aBc74C4"
        init_code_hash = "0xe18a34eb0e04b04f7a0ac29a6e80748dca96319b42c54d679cb821dca90c6303"
        fee_pips = 3000
        flash_callback = "uniswapV2Call"

        # Source only: the hash is that of known pool code, not recomputed on this chain; a wrong one refuses every pool.
        [[dex]]
        name = "uniswap-v2"
        protocol = "uniswap-v2"
        factory = "0xf1D7CC64Fb4452F05c498126312eBE29f30Fbcf9"
        init_code_hash = "0x96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f"
        fee_pips = 3000
        flash_callback = "uniswapV2Call"

        # Source only: the hash is that of known pool code, not recomputed on this chain; a wrong one refuses every pool.
        [[dex]]
        name = "sushiswap-v3"
        protocol = "uniswap-v3"
        factory = "0x1af415a1EbA07a4986a52B6f2e7dE7003D82231e"
        init_code_hash = "0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54"
        flash_callback = "uniswapV3SwapCallback"

        # Source only: the hash is that of known pool code, not recomputed on this chain; a wrong one refuses every pool.
        [[dex]]
        name = "pancakeswap-v2"
        protocol = "uniswap-v2"
        factory = "0x02a84c1b3BBD7401a5f7fa98a384EBC70bB5749E"
        init_code_hash = "0x57224589c67f3f30a6b0d7a1b54cf3153ab84563bc609ef41dfb34f8b2974d2d"
        fee_pips = 2500
        flash_callback = "pancakeCall"

        [[router]]
        name = "sushiswap-v2"
        kind = "uniswap-v2"
        address = "0x1b02dA8Cb0d097eB8D57A175b88c7D8b47997506"
        v2_dex = "sushiswap-v2"

        [[router]]
        name = "uniswap-v2"
        kind = "uniswap-v2"
        address = "0x4752ba5DBc23f44D87826276BF6Fd6b1C372aD24"
        v2_dex = "uniswap-v2"

        [[router]]
        name = "pancakeswap-v2"
        kind = "uniswap-v2"
        address = "0x8cFe327CEc66d1C090Dd72bd0FF11d690C33a2Eb"
        v2_dex = "pancakeswap-v2"

        [[router]]
        name = "uniswap-router-02"
        kind = "swap-router-02"
        address = "0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45"
        v2_dex = "uniswap-v2"
        v3_dex = "uniswap-v3"

        [[router]]
        name = "universal-1-2"
        kind = "universal-router"
        address = "0x5E325eDA8064b456f4781070C0738d849c824258"
        v2_dex = "uniswap-v2"
        v3_dex = "uniswap-v3"

        [[router]]
        name = "universal-2-0"
        kind = "universal-router"
        address = "0xA51afAFe0263b40EdaEf0Df8781eA9aa03E381a3"
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
        url = "https://arb1-sequencer.arbitrum.io/rpc"

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
        address = "0x6c247b1F6182318877311737BaC0844bAa518F5e"

        """#
}
