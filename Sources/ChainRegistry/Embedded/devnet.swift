// Made by chains/embed.sh from chains/devnet.toml; do not edit.

extension EmbeddedChains {
    static let devnet = #"""
        # A local development chain. Its contracts differ with every deployment: `--deployment FILE` names the JSON that describes them.
        name = "devnet"
        chain_id = 1337
        native_symbol = "ETH"
        rpc_env = ["DEVNET_WS_URL", "DEVNET_HTTP_URL"]
        block_time_ms = 2000
        reorg_depth = 64
        tx_gas_cap = 16777216
        fee_model = "ethereum"
        mempool = "public"
        submission = ["flashbots"]
        settlement_tokens = []

        [[relay]]
        name = "devnet"
        kind = "flashbots"
        url = "http://127.0.0.1:8545/relay"

        """#
}
