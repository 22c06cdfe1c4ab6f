import EVM
import EVMCodec
import EVMTypes
import Foundation
import Simulation

// Reading what the command is given.
extension SimulateCommand {
    static func range(_ text: String) throws(CLIFailure) -> ClosedRange<UInt64> {
        let parts = text.components(separatedBy: "..")
        guard parts.count == 2, let first = UInt64(parts[0]), let last = UInt64(parts[1]), first <= last, first > 0,
            last - first < 1_000_000
        else { throw usage("--blocks takes A..B with 1 <= A <= B, not \"\(text.prefix(80))\"") }
        return first...last
    }

    static func signed(_ text: String) throws(CLIFailure) -> Source {
        guard let bytes = Hex.decode(text) else { throw usage("--raw is no hex of whole bytes") }
        let transaction: Transaction
        do { transaction = try Transaction(decoding: bytes) } catch { throw usage("--raw: \(error)") }
        guard let sender = transaction.sender() else { throw usage("--raw: the signature recovers no sender") }
        return .raw(transaction, sender)
    }

    /// `to,data,value,from`.
    static func request(_ text: String) throws(CLIFailure) -> Simulation.CallRequest {
        let parts = text.components(separatedBy: ",")
        guard parts.count <= 4 else { throw usage("--call takes to,data,value,from") }
        func part(_ index: Int) -> String? { index < parts.count && !parts[index].isEmpty ? parts[index] : nil }
        func address(_ index: Int) throws(CLIFailure) -> Address? {
            guard let text = part(index) else { return nil }
            guard let address = Address(hex: text) else { throw usage("--call: \"\(text.prefix(80))\" is no address") }
            return address
        }
        var request = Simulation.CallRequest()
        request.to = try address(0)
        request.from = try address(3) ?? .zero
        if let data = part(1) {
            guard let bytes = Hex.decode(data) else { throw usage("--call: data is no hex of whole bytes") }
            request.data = bytes
        }
        if let value = part(2) {
            guard let wei = value.hasPrefix("0x") ? U256(hex: value) : U256(decimal: value) else {
                throw usage("--call: \"\(value.prefix(80))\" is no amount of wei")
            }
            request.value = wei
        }
        return request
    }

    /// A JSON file of at most 16 MiB.
    static func file(_ path: String) throws(CLIFailure) -> JSON {
        guard let data = FileManager.default.contents(atPath: path) else { throw usage("\(path): cannot be read") }
        guard data.count <= 16 << 20 else { throw usage("\(path): longer than 16 MiB") }
        do { return try JSON.parse(Array(data)) } catch { throw usage("\(path): \(error)") }
    }

    /// Overrides of both files.
    func overrides() throws(CLIFailure) -> (state: [EVM.AccountOverride], block: BlockOverrides) {
        let state = try stateOverrides.map { path throws(CLIFailure) in try Self.file(path) }
        let block = try blockOverrides.map { path throws(CLIFailure) in try Self.file(path) }
        do throws(SimulationError) {
            return (try StateOverrides.parse(state), try BlockOverrides(block))
        } catch { throw usage(error.message) }
    }
}
