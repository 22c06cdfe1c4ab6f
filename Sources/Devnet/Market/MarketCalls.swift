import EVMCodec
import EVMTypes

/// Calldata of the market's contracts. Signatures: contracts/artifacts, and the routers' are Uniswap's.
enum MarketCalls {
    static func words(_ signature: String, _ words: [U256]) -> [UInt8] {
        ABI.selector(signature) + words.flatMap(\.bigEndianBytes)
    }

    static func deposit() -> [UInt8] { words("deposit()", []) }
    static func transfer(_ to: Address, _ amount: U256) -> [UInt8] {
        words("transfer(address,uint256)", [to.word, amount])
    }
    static func approve(_ spender: Address, _ amount: U256) -> [UInt8] {
        words("approve(address,uint256)", [spender.word, amount])
    }
    static func createPair(_ a: Address, _ b: Address) -> [UInt8] {
        words("createPair(address,address)", [a.word, b.word])
    }
    static func mintPair(_ to: Address) -> [UInt8] { words("mint(address)", [to.word]) }
    static func enableFee(_ fee: UInt32, spacing: Int32) -> [UInt8] {
        words("enableFeeAmount(uint24,int24)", [U256(UInt64(fee)), signed(spacing)])
    }
    static func createPool(_ token0: Address, _ token1: Address, _ fee: UInt32, _ price: U256) -> [UInt8] {
        words(
            "createAndInitializePoolIfNecessary(address,address,uint24,uint160)",
            [token0.word, token1.word, U256(UInt64(fee)), price])
    }

    /// A position to be made.
    struct Position: Sendable {
        var token0, token1: Address
        var fee: UInt32
        var lower, upper: Int32
        var amount0, amount1: U256
        var owner: Address
        var deadline: U256
    }

    /// All members are static, so the tuple is its words.
    static func mint(_ p: Position) -> [UInt8] {
        words(
            "mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))",
            [
                p.token0.word, p.token1.word, U256(UInt64(p.fee)), signed(p.lower), signed(p.upper), p.amount0,
                p.amount1, .zero, .zero, p.owner.word, p.deadline,
            ])
    }

    private static func signed(_ tick: Int32) -> U256 { I256(Int(tick)).bits }

    // MARK: Routers

    /// A swap along V2 pairs.
    static func swapV2(_ amountIn: U256, least: U256, path: [Address], to: Address, deadline: U256) -> [UInt8] {
        var encoder = ABIEncoder(
            selector: ABI.selector("swapExactTokensForTokens(uint256,uint256,address[],address,uint256)"))
        encoder.append(amountIn)
        encoder.append(least)
        encoder.append(addresses: path)
        encoder.append(to)
        encoder.append(deadline)
        return encoder.encoded()
    }

    /// The same of ether.
    static func swapV2Native(least: U256, path: [Address], to: Address, deadline: U256) -> [UInt8] {
        var encoder = ABIEncoder(
            selector: ABI.selector("swapExactETHForTokens(uint256,address[],address,uint256)"))
        encoder.append(least)
        encoder.append(addresses: path)
        encoder.append(to)
        encoder.append(deadline)
        return encoder.encoded()
    }

    /// A swap in one V3 pool: the SwapRouter's function with a deadline, SwapRouter02's without.
    static func swapV3(
        _ tokenIn: Address, _ tokenOut: Address, fee: UInt32, to: Address, _ amountIn: U256, least: U256,
        deadline: U256?
    ) -> [UInt8] {
        var row = [tokenIn.word, tokenOut.word, U256(UInt64(fee)), to.word]
        if let deadline { row.append(deadline) }
        row += [amountIn, least, .zero]
        return words(
            deadline == nil
                ? "exactInputSingle((address,address,uint24,address,uint256,uint256,uint160))"
                : "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))", row)
    }

    /// A swap along V3 pools.
    static func swapV3Path(
        _ tokens: [Address], fees: [UInt32], to: Address, _ amountIn: U256, least: U256, deadline: U256
    ) throws(ABIError) -> [UInt8] {
        var path = tokens[0].bytes
        for (token, fee) in zip(tokens.dropFirst(), fees) {
            path += [UInt8(fee >> 16 & 0xff), UInt8(fee >> 8 & 0xff), UInt8(fee & 0xff)] + token.bytes
        }
        var encoder = ABIEncoder(selector: ABI.selector("exactInput((bytes,address,uint256,uint256,uint256))"))
        try encoder.appendTuple { tuple throws(ABIError) in
            tuple.append(bytes: path)
            tuple.append(to)
            tuple.append(deadline)
            tuple.append(amountIn)
            tuple.append(least)
        }
        return encoder.encoded()
    }

    /// SwapRouter02's multicall with a deadline.
    static func multicall(_ calls: [[UInt8]], deadline: U256) throws(ABIError) -> [UInt8] {
        var encoder = ABIEncoder(selector: ABI.selector("multicall(uint256,bytes[])"))
        encoder.append(deadline)
        try encoder.appendArray(calls) { element, call throws(ABIError) in element.append(bytes: call) }
        return encoder.encoded()
    }
}
