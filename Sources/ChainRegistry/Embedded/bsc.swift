// Made by chains/embed.sh from chains/bsc.toml; do not edit.

extension EmbeddedChains {
    static let bsc = #"""
        # BNB Smart Chain. Every key is explained in README.md beside this file.
        # Pancake V3 is not listed: its Swap event has two more fields than Uniswap's, which is a protocol of its own.
        name = "bsc"
        chain_id = 56
        native_symbol = "BNB"
        wrapped_native = "0xbb4CdB9CBd36B01bD1cBaEBF2De08d9173bc095c"
        multicall = "0xcA11bde05977b3631167028862bE2a173976CA11"
        rpc_env = ["BSC_WS_URL", "BSC_HTTP_URL"]
        block_time_ms = 450 # since Fermi
        reorg_depth = 240 # without finality votes, 240 blocks hold more than two thirds of the validators
        tx_gas_cap = 16777216
        min_priority_fee = "0.05 gwei" # agreed by validators, not consensus; eth_gasPrice tells the present floor
        fee_model = "bsc"
        mempool = "public"
        submission = ["bsc-builder"]
        settlement_tokens = ["WBNB", "USDT", "USDC"]

        # Every Binance-Peg token has 18 decimals.
        [[token]]
        symbol = "WBNB"
        address = "0xbb4CdB9CBd36B01bD1cBaEBF2De08d9173bc095c"
        decimals = 18

        [[token]]
        symbol = "USDT"
        address = "0x55d398326f99059fF775485246999027B3197955"
        decimals = 18

        [[token]]
        symbol = "USDC"
        address = "0x8AC76a51cc950d9822D68b83fE1Ad97B32Cd580d"
        decimals = 18

        [[token]]
        symbol = "DAI"
        address = "0x1AF3F329e8BE154074D8769D1FFa4eE058B1DBc3"
        decimals = 18

        [[token]]
        symbol = "ETH"
        address = "0x2170Ed0880ac9A755fd29B2688956BD959F933F8"
        decimals = 18

        [[token]]
        symbol = "BTCB"
        address = "0x7130d2A12B9BCbFAe4f2634d864A1Ee1Ce3Ead9c"
        decimals = 18

        # The hash is the one that derives the real WBNB/BUSD pair; another one in circulation (a0e5696e…) does not.
        [[dex]]
        name = "pancakeswap-v2"
        protocol = "uniswap-v2"
        factory = "0xcA143Ce32Fe78f1f7019d7d551a6402fC5350c73"
        init_code_hash = "0x00fb7f630766e6a796048ea87d01acd3068e8ff67d078148a3fa3f4a84f69bd5"
        fee_pips = 2500
        flash_callback = "pancakeCall"

        # CREATE2 recomputed over 618 pairs.
        [[dex]]
        name = "sushiswap-v2"
        protocol = "uniswap-v2"
        factory = "0xc35DADB65012eC5796536bD9864eD8773aBc74C4"
        init_code_hash = "0xe18a34eb0e04b04f7a0ac29a6e80748dca96319b42c54d679cb821dca90c6303"
        fee_pips = 3000
        flash_callback = "uniswapV2Call"

        # CREATE2 recomputed over 1,766 pairs. Its callback's name was not checked, so it is no flash source.
        [[dex]]
        name = "apeswap-v2"
        protocol = "uniswap-v2"
        factory = "0x0841BD0B734E4F5853f0dD8d7Ea041c241fb0Da6"
        init_code_hash = "0xf4ccce374816856d11f00e4069e7cada164065686fbef53c6167a63ec2fd8c5b"
        fee_pips = 2000

        # CREATE2 recomputed over 40 pools; the first known pool was made in block 26340146, earlier ones may exist.
        [[dex]]
        name = "uniswap-v3"
        protocol = "uniswap-v3"
        factory = "0xdB1d10011AD0Ff90774D0C6Bb92e5C5c8b4461F7"
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

        [[router]]
        name = "pancakeswap-v2"
        kind = "uniswap-v2"
        address = "0x10ED43C718714eb63d5aA57B78B54704E256024E"
        v2_dex = "pancakeswap-v2"

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
        name = "uniswap-router-02"
        kind = "swap-router-02"
        address = "0xB971eF87ede563556b2ED4b1C0b0019111Dd85d2"
        v2_dex = "uniswap-v2"
        v3_dex = "uniswap-v3"

        [[router]]
        name = "universal-2-0"
        kind = "universal-router"
        address = "0x1906c1d672b88cD1B9aC7593301cA990F94Eae07"
        v2_dex = "uniswap-v2"
        v3_dex = "uniswap-v3"

        [[router]]
        name = "universal-2-1-1"
        kind = "universal-router"
        address = "0x8B844f885672f333Bc0042cB669255f93a4C1E6b"
        v2_dex = "uniswap-v2"
        v3_dex = "uniswap-v3"

        [[relay]]
        name = "club48"
        kind = "bsc-builder"
        url = "https://puissant-builder.48.club"
        payment_address = "0x4848489f0b2BEdd788c696e2D79b6b69D7484848"

        [[relay]]
        name = "blockrazor"
        kind = "bsc-builder"
        url = "https://rpc.blockrazor.builders"
        payment_address = "0x1266C6bE60392A8Ff346E8d5ECCd3E69dD9c5F20"

        [[flash_lender]]
        name = "aave-v3"
        kind = "aave-v3"
        address = "0x6807dc923806fE8Fd134338EABCA509979a7e0cB"

        [[flash_lender]]
        name = "balancer-v2"
        kind = "balancer-v2"
        address = "0xBA12222222228d8Ba445958a75a0704d566BF2C8"

        [[flash_lender]]
        name = "morpho"
        kind = "morpho"
        address = "0x01b0Bd309AA75547f7a37Ad7B1219A898E67a83a"

        """#
}
