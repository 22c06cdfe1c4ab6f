// Made by chains/embed.sh from chains/ethereum.toml; do not edit.

extension EmbeddedChains {
    static let ethereum = #"""
        # Ethereum mainnet. Every key is explained in README.md beside this file.
        name = "ethereum"
        chain_id = 1
        native_symbol = "ETH"
        wrapped_native = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"
        multicall = "0xcA11bde05977b3631167028862bE2a173976CA11"
        rpc_env = ["ETHEREUM_WS_URL", "ETHEREUM_HTTP_URL"]
        block_time_ms = 12000
        reorg_depth = 64 # geth's engine reorganises 32 blocks at most; two epochs are final
        tx_gas_cap = 16777216 # EIP-7825
        fee_model = "ethereum"
        mempool = "public"
        submission = ["flashbots"]
        settlement_tokens = ["WETH", "USDC", "USDT", "DAI"]

        [[token]]
        symbol = "WETH"
        address = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"
        decimals = 18

        [[token]]
        symbol = "USDC"
        address = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
        decimals = 6

        [[token]]
        symbol = "USDT" # transfer and approve return no bool
        address = "0xdAC17F958D2ee523a2206206994597C13D831ec7"
        decimals = 6

        [[token]]
        symbol = "DAI"
        address = "0x6B175474E89094C44Da98b954EedeAC495271d0F"
        decimals = 18

        [[token]]
        symbol = "WBTC"
        address = "0x2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599"
        decimals = 8

        # CREATE2 recomputed over 64,884 pairs; the first known pair was made in block 10008355.
        [[dex]]
        name = "uniswap-v2"
        protocol = "uniswap-v2"
        factory = "0x5C69bEe701ef814a2B6a3EDD4B1652CB9cc5aA6f"
        init_code_hash = "0x96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f"
        fee_pips = 3000
        start_block = 10000000
        flash_callback = "uniswapV2Call"

        # CREATE2 recomputed over 6,020 pools; the first known pool was made in block 12369739.
        [[dex]]
        name = "uniswap-v3"
        protocol = "uniswap-v3"
        factory = "0x1F98431c8aD98523631AE4a59f267346ea31F984"
        init_code_hash = "0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54"
        start_block = 12369000
        flash_callback = "uniswapV3SwapCallback"

        # CREATE2 recomputed over 2,107 pairs.
        [[dex]]
        name = "sushiswap-v2"
        protocol = "uniswap-v2"
        factory = "0xC0AEe478e3658e2610c5F7A4A2E1777cE9e4f2Ac"
        init_code_hash = "0xe18a34eb0e04b04f7a0ac29a6e80748dca96319b42c54d679cb821dca90c6303"
        fee_pips = 3000
        start_block = 10000000
        flash_callback = "uniswapV2Call"

        # CREATE2 recomputed over 324 pairs. Its callback's name was not checked, so it is no flash source.
        [[dex]]
        name = "shibaswap-v2"
        protocol = "uniswap-v2"
        factory = "0x115934131916C8b277DD010Ee02de363c09d037c"
        init_code_hash = "0x65d1a3b1e46c6e4f1be1ad5f99ef14dc488ae0549dc97db9b30afe2241ce1c7a"
        fee_pips = 3000
        start_block = 10000000

        # CREATE2 recomputed over 94 pairs. Its callback's name was not checked, so it is no flash source.
        [[dex]]
        name = "defiswap-v2"
        protocol = "uniswap-v2"
        factory = "0x9DEB29c9a4c7A88a3C0257393b7f3335338D9A9D"
        init_code_hash = "0x69d637e77615df9f235f642acebbdad8963ef35c5523142078c9b8f9d0ceba7e"
        fee_pips = 3000
        start_block = 10000000

        # Source only: the hash is that of known pool code, not recomputed on this chain; a wrong one refuses every pool.
        [[dex]]
        name = "sushiswap-v3"
        protocol = "uniswap-v3"
        factory = "0xbACEB8eC6b9355Dfc0269C18bac9d6E2Bdc29C4F"
        init_code_hash = "0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54"
        start_block = 12369000
        flash_callback = "uniswapV3SwapCallback"

        # Source only: the hash is that of known pool code, not recomputed on this chain; a wrong one refuses every pool.
        [[dex]]
        name = "pancakeswap-v2"
        protocol = "uniswap-v2"
        factory = "0x1097053Fd2ea711dad45caCcc45EfF7548fCB362"
        init_code_hash = "0x57224589c67f3f30a6b0d7a1b54cf3153ab84563bc609ef41dfb34f8b2974d2d"
        fee_pips = 2500
        start_block = 10000000
        flash_callback = "pancakeCall"

        [[router]]
        name = "uniswap-v2"
        kind = "uniswap-v2"
        address = "0x7a250d5630B4cF539739dF2C5dAcb4c659F2488D"
        v2_dex = "uniswap-v2"

        [[router]]
        name = "sushiswap-v2"
        kind = "uniswap-v2"
        address = "0xd9e1cE17f2641f24aE83637ab66a2cca9C378B9F"
        v2_dex = "sushiswap-v2"

        [[router]]
        name = "pancakeswap-v2"
        kind = "uniswap-v2"
        address = "0xEfF92A263d31888d860bD50809A8D171709b7b1c"
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
        address = "0x3fC91A3afd70395Cd496C647d5a6CC9D4B2b7FAD"
        v2_dex = "uniswap-v2"
        v3_dex = "uniswap-v3"

        [[router]]
        name = "universal-2-0"
        kind = "universal-router"
        address = "0x66a9893cC07D91D95644AEDD05D03f95e1dBA8Af"
        v2_dex = "uniswap-v2"
        v3_dex = "uniswap-v3"

        [[router]]
        name = "universal-2-1-1"
        kind = "universal-router"
        address = "0x4C82D1fBFe28C977cBB58D8C7FF8FCF9F70a2cCA"
        v2_dex = "uniswap-v2"
        v3_dex = "uniswap-v3"

        [[relay]]
        name = "flashbots"
        kind = "flashbots"
        url = "https://relay.flashbots.net"

        [[relay]]
        name = "titan"
        kind = "flashbots"
        url = "https://rpc.titanbuilder.xyz"

        [[relay]]
        name = "beaverbuild"
        kind = "flashbots"
        url = "https://rpc.beaverbuild.org/"
        signed = false # unsigned requests are accepted

        [[relay]]
        name = "rsync"
        kind = "flashbots"
        url = "https://rsync-builder.xyz"

        [[flash_lender]]
        name = "balancer-v2"
        kind = "balancer-v2"
        address = "0xBA12222222228d8Ba445958a75a0704d566BF2C8"

        [[flash_lender]]
        name = "balancer-v3"
        kind = "balancer-v3"
        address = "0xbA1333333333a1BA1108E8412f11850A5C319bA9"

        [[flash_lender]]
        name = "morpho"
        kind = "morpho"
        address = "0xBBBBBbbBBb9cC5e90e3b3Af64bdAF62C37EEFFCb"

        [[flash_lender]]
        name = "aave-v3"
        kind = "aave-v3"
        address = "0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2"

        [[flash_lender]]
        name = "sky-dss-flash"
        kind = "sky-dss-flash"
        address = "0x60744434d6339a6B27d73d9Eda62b6F66a0a04FA"

        """#
}
