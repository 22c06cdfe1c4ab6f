// Made by chains/embed.sh from chains/base.toml; do not edit.

extension EmbeddedChains {
    static let base = #"""
        # Base. Every key is explained in README.md beside this file.
        # Aerodrome and Slipstream are not listed: each is a protocol of its own.
        name = "base"
        chain_id = 8453
        native_symbol = "ETH"
        wrapped_native = "0x4200000000000000000000000000000000000006"
        multicall = "0xcA11bde05977b3631167028862bE2a173976CA11"
        rpc_env = ["BASE_WS_URL", "BASE_HTTP_URL"]
        block_time_ms = 2000
        reorg_depth = 512 # blocks are safe after 5 to 10 minutes
        tx_gas_cap = 16777216
        fee_model = "op-stack"
        mempool = "flashblocks"
        submission = ["sequencer"]
        settlement_tokens = ["WETH", "USDC"]

        [[token]]
        symbol = "WETH"
        address = "0x4200000000000000000000000000000000000006"
        decimals = 18

        [[token]]
        symbol = "USDC" # native, Circle
        address = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
        decimals = 6

        [[token]]
        symbol = "USDbC" # bridged
        address = "0xd9aAEc86B65D86f6A7B5B1b0c42FFA531710b6CA"
        decimals = 6

        [[token]]
        symbol = "DAI"
        address = "0x50c5725949A6F0c72E6C4a641F24049A917DB0Cb"
        decimals = 18

        [[token]]
        symbol = "cbBTC"
        address = "0xcbB7C0000aB88B473b1f5aFd9ef808440eed33Bf"
        decimals = 8

        # Source only: the hash is that of known pool code, not recomputed on this chain; a wrong one refuses every pool.
        [[dex]]
        name = "uniswap-v3"
        protocol = "uniswap-v3"
        factory = "0x33128a8fC17869897dcE68Ed026d694621f6FDfD"
        init_code_hash = "0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54"
        flash_callback = "uniswapV3SwapCallback"

        # Source only: the hash is that of known pool code, not recomputed on this chain; a wrong one refuses every pool.
        [[dex]]
        name = "uniswap-v2"
        protocol = "uniswap-v2"
        factory = "0x8909Dc15e40173Ff4699343b6eB8132c65e18eC6"
        init_code_hash = "0x96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f"
        fee_pips = 3000
        flash_callback = "uniswapV2Call"

        # Source only: the hash is that of known pool code, not recomputed on this chain; a wrong one refuses every pool.
        [[dex]]
        name = "pancakeswap-v2"
        protocol = "uniswap-v2"
        factory = "0x02a84c1b3BBD7401a5f7fa98a384EBC70bB5749E"
        init_code_hash = "0x57224589c67f3f30a6b0d7a1b54cf3153ab84563bc609ef41dfb34f8b2974d2d"
        fee_pips = 2500
        flash_callback = "pancakeCall"

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
        address = "0x2626664c2603336E57B271c5C0b26F421741e481"
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
        address = "0x6fF5693b99212Da76ad316178A184AB56D299b43"
        v2_dex = "uniswap-v2"
        v3_dex = "uniswap-v3"

        [[router]]
        name = "universal-2-1-1"
        kind = "universal-router"
        address = "0xFdf682F51FE81Aa4898F0AE2163d8A55c127fbC7"
        v2_dex = "uniswap-v2"
        v3_dex = "uniswap-v3"

        [[relay]]
        name = "sequencer"
        kind = "sequencer"
        url = "https://mainnet-sequencer.base.org"

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
        address = "0xA238Dd80C259a72e81d7e4664a9801593F98d1c5"

        [[flash_lender]]
        name = "morpho"
        kind = "morpho"
        address = "0xBBBBBbbBBb9cC5e90e3b3Af64bdAF62C37EEFFCb"

        """#
}
