/// How a transaction is charged. Closed: a new model is code.
public enum FeeModel: String, CaseIterable, Sendable {
    /// EIP-1559; the next base fee follows from the parent block.
    case ethereum
    /// Constant zero base fee; the whole gas price is the tip.
    case bsc
    /// Base fee chosen by the producer within 5 % of the parent; never computed ahead, only bounded.
    case polygon
    /// EIP-1559 with parameters from the header, plus an L1 data fee and an operator fee.
    case opStack = "op-stack"
    /// One gas price, L1 cost charged as extra gas, tips dropped.
    case arbitrum
}

/// Where pending transactions can be seen. Closed: a new source is code.
public enum MempoolSource: String, CaseIterable, Sendable {
    /// `eth_subscribe newPendingTransactions` on a node of ours.
    case `public`
    /// The feed of a sequencer, which shows transactions as they are ordered.
    case sequencerFeed = "sequencer-feed"
    /// Partial blocks published while the block is built.
    case flashblocks
    /// Nothing is visible before inclusion.
    case none
}

/// How transactions can be handed in. Closed: a new kind is code.
public enum Submission: String, CaseIterable, Sendable {
    /// `eth_sendBundle` with hexadecimal quantities and the signature header.
    case flashbots
    /// `eth_sendBundle` as BSC builders take it, with plain numbers.
    case bscBuilder = "bsc-builder"
    /// `eth_sendRawTransaction` at an endpoint that keeps it private.
    case privateRPC = "private-rpc"
    /// `eth_sendRawTransaction` at the sequencer.
    case sequencer
    /// `eth_sendRawTransaction` at any node; everyone sees it.
    case `public`
}

/// The protocol of a `[[dex]]` row; each names one Swift protocol file in `Pools`.
public enum DexProtocol: String, CaseIterable, Sendable {
    case uniswapV2 = "uniswap-v2"
    case uniswapV3 = "uniswap-v3"
}

/// The calldata dialect of a `[[router]]` row.
public enum RouterKind: String, CaseIterable, Sendable {
    /// UniswapV2Router02 and its forks.
    case uniswapV2 = "uniswap-v2"
    /// Uniswap V3 SwapRouter, the first periphery, with a deadline inside each call.
    case uniswapV3 = "uniswap-v3"
    /// Uniswap SwapRouter02: V2 and V3 calls, multicall.
    case swapRouter02 = "swap-router-02"
    /// Uniswap Universal Router: a string of commands.
    case universal = "universal-router"
}

/// The interface of a `[[flash_lender]]` row.
public enum FlashLenderKind: String, CaseIterable, Sendable {
    case aaveV3 = "aave-v3"
    case balancerV2 = "balancer-v2"
    case balancerV3 = "balancer-v3"
    case morpho
    case skyDssFlash = "sky-dss-flash"
}
