public import EVMTypes

/// Calldata of the executor's functions and of the token view that its status needs. One allocation each.
///
/// Source: contracts/artifacts/Executor.json (`methods`); the tests compare selectors with Keccak of the signatures.
public enum ExecutorCalls {
    /// `run(uint256,bytes)`.
    public static func run(_ program: ExecutorProgram, limits: ExecutorLimits) -> [UInt8] {
        let size = program.bytes.count
        let padded = (size + 31) / 32 * 32
        var data: [UInt8] = []
        data.reserveCapacity(4 + 96 + padded)
        data += [0x22, 0x0e, 0xb9, 0xb6]
        data += limits.word.bigEndianBytes
        data += U256(64 as UInt64).bigEndianBytes
        data += U256(UInt64(size)).bigEndianBytes
        data += program.bytes
        data += [UInt8](repeating: 0, count: padded - size)
        return data
    }

    /// `withdraw(address,uint256,address)`: `token` zero means native money; `amount` in the smallest unit, exactly.
    public static func withdraw(token: Address, amount: U256, to receiver: Address) -> [UInt8] {
        [0x69, 0x32, 0x8d, 0xec] + token.word.bigEndianBytes + amount.bigEndianBytes + receiver.word.bigEndianBytes
    }

    /// `owner()`.
    public static var owner: [UInt8] { [0x8d, 0xa5, 0xcb, 0x5b] }

    /// `wrapped_native()`.
    public static var wrappedNative: [UInt8] { [0x9f, 0x83, 0xf8, 0xf4] }

    /// ERC-20 `balanceOf(address)`.
    public static func balance(of holder: Address) -> [UInt8] { [0x70, 0xa0, 0x82, 0x31] + holder.word.bigEndianBytes }
}
