import EVMCodec

/// One method that answers at once. Run again when it lacks state.
typealias Method = @Sendable (isolated DevnetChain, RPCParams) throws(DevnetError) -> JSON
/// One method of several steps.
typealias LongMethod = @Sendable (isolated DevnetChain, RPCParams) async throws(DevnetError) -> JSON

/// Every method by name.
enum MethodTable {
    static let short: [String: Method] = merge([
        BlockMethods.table, StateMethods.table, FeeMethods.table, PoolMethods.table, LogMethods.table,
        MiscMethods.table, ControlMethods.table, HarnessMethods.table, CallMethods.table, RawMethods.table,
    ])
    static let long: [String: LongMethod] = merge([SendMethods.table, MiningMethods.table, RelayMethods.table])

    /// The methods of the relay's own path.
    static let relayNames = Set(RelayMethods.table.keys)

    /// Hardhat's names of anvil's methods.
    static func canonical(_ name: String) -> String {
        name.hasPrefix("hardhat_") ? "anvil_" + name.dropFirst("hardhat_".count) : name
    }

    private static func merge<Value>(_ tables: [[String: Value]]) -> [String: Value] {
        tables.reduce(into: [:]) { all, table in all.merge(table) { first, _ in first } }
    }
}
