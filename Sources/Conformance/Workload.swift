public import EVM
public import EVMCodec
public import EVMTypes

/// One benchmark case: a state, one call on it, and the gas and logs that every EVM must report for it.
///
/// The file's shape is that of `shared/evm-baseline/workloads.json`: `{caller, fork, block, cases[]}`.
public struct Workload: Sendable {
    /// What the case measures, which decides how it is timed.
    public enum Kind: String, Sendable {
        /// A loop over one opcode or precompiled contract.
        case micro
        /// A loop over compiled contracts.
        case contract
        /// One cold transaction.
        case call
    }

    /// Unique in its file.
    public var name: String
    /// What it measures.
    public var kind: Kind
    /// How often the measured body runs in one transaction.
    public var iterations: Int
    /// Every account of the state.
    public var accounts: [TestAccount]
    /// The call, unsigned.
    public var transaction: Transaction
    /// Who sends it.
    public var caller: Address
    /// The rules it runs under.
    public var fork: Hardfork
    /// The block it runs in.
    public var block: BlockEnvironment
    /// Gas that the transaction pays, the refund taken off.
    public var expectedGas: UInt64
    /// How many logs it makes.
    public var expectedLogs: Int

    /// The state before the call, given whole.
    public func state() -> PinnedState {
        var state = PinnedState(unknown: .absent)
        state.set(accounts)
        return state
    }
}

/// Why a workload file cannot be used, in one line.
public struct WorkloadError: Error, CustomStringConvertible, Sendable {
    /// The line.
    public let description: String
}

// MARK: Reading

extension Workload {
    /// Every case of a workload file, in its order. Refuses a file in which anything is missing or of another shape.
    public static func read(_ bytes: [UInt8]) throws(WorkloadError) -> [Workload] {
        let file: JSON
        do { file = try JSON.parse(bytes) } catch { throw WorkloadError(description: "workloads: \(error)") }
        guard let caller = file["caller"]?.address, let forkName = file["fork"]?.string,
            let fork = forkNames[forkName], let environment = file["block"], let cases = file["cases"]?.array,
            let number = environment["number"]?.uint64, let time = environment["timestamp"]?.uint64,
            let gasLimit = environment["gas_limit"]?.uint64, let coinbase = environment["coinbase"]?.address,
            let baseFee = environment["basefee"]?.uint64
        else { throw WorkloadError(description: "workloads: caller, fork, block or cases are missing or malformed") }
        let block = BlockEnvironment(
            number: number, timestamp: time, coinbase: coinbase, gasLimit: gasLimit, baseFee: U256(baseFee))
        var workloads: [Workload] = []
        for (position, one) in cases.enumerated() {
            let label = one["name"]?.string ?? "number \(position)"
            guard let workload = read(one, caller, fork, block) else {
                throw WorkloadError(description: "workloads: case \(label) is malformed")
            }
            workloads.append(workload)
        }
        return workloads
    }

    private static let forkNames: [String: Hardfork] = [
        "Berlin": .berlin, "London": .london, "Paris": .paris, "Shanghai": .shanghai, "Cancun": .cancun,
        "Prague": .prague, "Osaka": .osaka,
    ]

    private static func read(_ one: JSON, _ caller: Address, _ fork: Hardfork, _ block: BlockEnvironment) -> Workload? {
        guard let name = one["name"]?.string, let kind = one["kind"]?.string.flatMap(Kind.init(rawValue:)),
            let iterations = one["iterations"]?.int, iterations > 0, let to = one["to"]?.address,
            let data = one["data"]?.hexBytes, let gas = one["gas"]?.uint64, let pre = one["pre"],
            let expectedGas = one["expect"]?["gas"]?.uint64, let expectedLogs = one["expect"]?["logs"]?.int
        else { return nil }
        guard let accounts = try? TestAccount.all(pre, in: "pre") else { return nil }
        guard let nonce = accounts.first(where: { $0.address == caller })?.nonce else { return nil }
        let transaction = Transaction(kind: .legacy, chainID: 1, nonce: nonce, gasLimit: gas, to: to, data: data)
        return Workload(
            name: name, kind: kind, iterations: iterations, accounts: accounts, transaction: transaction,
            caller: caller, fork: fork, block: block, expectedGas: expectedGas, expectedLogs: expectedLogs)
    }
}
