import ChainCosts
import EVM
import EVMCodec
import EVMTypes
import ForkState
import Foundation
import Simulation

/// A simulated transaction with its trace, if one was wanted.
struct Simulated: Sendable {
    var report: TransactionReport
    /// The tracer's result; of `steps` the lines.
    var trace: JSON?
    var lines: [UInt8] = []
}

/// Prints results, counts differences.
final class SimulateOutput {
    private let isJSON: Bool
    private(set) var differences = 0

    init(isJSON: Bool) { self.isJSON = isJSON }

    /// One transaction. `differences` is nil where nothing was compared.
    func print(_ simulated: Simulated, place: JSONObject, differences found: [String]?) {
        if let found, !found.isEmpty { differences += 1 }
        if !simulated.lines.isEmpty { FileHandle.standardOutput.write(Data(simulated.lines)) }
        var members = place
        if let object = simulated.report.json.object {
            for (key, value) in zip(object.keys, object.values) { members[key] = value }
        }
        if let trace = simulated.trace { members["trace"] = trace }
        if let found { members["differences"] = .array(found.map { .string($0) }) }
        if isJSON { return Terminal.out(JSON.object(members).text) }
        var lines = zip(place.keys, place.values).map { Self.row($0, $1.string ?? $1.text) }
        lines += Self.text(simulated.report)
        if let trace = simulated.trace { lines.append(Self.row("trace", trace.text)) }
        if let found {
            lines.append(Self.row("compared", found.isEmpty ? "the node says the same" : found.joined(separator: "; ")))
        }
        Terminal.out(lines.joined(separator: "\n") + "\n")
    }

    /// A JSON result, as it is or with a heading.
    func print(_ json: JSON, named name: String, differences found: [String]?) {
        if let found, !found.isEmpty { differences += 1 }
        if isJSON {
            var members: JSONObject = [:]
            members[name] = json
            if let found { members["differences"] = .array(found.map { .string($0) }) }
            return Terminal.out(JSON.object(members).text)
        }
        if let object = json.object {
            for (key, value) in zip(object.keys, object.values) where value.array == nil {
                Terminal.out(Self.row(key, value.string ?? value.text))
            }
        }
        if let found {
            Terminal.out(
                Self.row("compared", found.isEmpty ? "the node says the same" : found.joined(separator: "; ")))
        }
    }

    /// What the fork has cost, to stderr.
    func report(_ session: ForkSession) { Terminal.error("fork: \(session.source.report)") }

    private static func row(_ name: String, _ value: String) -> String {
        name.padding(toLength: 18, withPad: " ", startingAt: 0) + value
    }

    private static func text(_ report: TransactionReport) -> [String] {
        let outcome = report.call.outcome
        var lines = [
            row("status", outcome.isSuccess ? "success" : "failed: \(outcome.halt.gethText ?? "")"),
            row("from", report.sender.hex), row("to", report.transaction.to?.hex ?? "creation"),
        ]
        if let created = outcome.created { lines.append(row("contract", created.hex)) }
        if let reason = report.call.revertReason { lines.append(row("revert reason", reason.description)) }
        lines.append(row("gas used", "\(outcome.gasUsed) (refunded \(outcome.gasRefunded))"))
        lines.append(row("fee base", "\(report.fees.base) wei"))
        lines.append(row("fee tip", "\(report.fees.priority) wei"))
        if !report.fees.blob.isZero { lines.append(row("fee blobs", "\(report.fees.blob) wei")) }
        if !report.fees.l1Data.isZero {
            let note = report.fees.l1Certainty == .exact ? "" : " (\(report.fees.l1Certainty.rawValue))"
            lines.append(row("fee layer 1", "\(report.fees.l1Data) wei\(note)"))
        }
        if !report.fees.operatorFee.isZero { lines.append(row("fee operator", "\(report.fees.operatorFee) wei")) }
        lines.append(
            row("coinbase payment", "\(outcome.tips) wei of tips, \(report.coinbaseTransfers) wei of transfers"))
        if !report.call.output.isEmpty { lines.append(row("output", Hex.encode(report.call.output))) }
        for log in report.call.logs { lines.append(row("log", DecodedLog(log).line)) }
        for change in report.effects.balances {
            lines.append(row("balance", "\(change.account.hex) \(change.difference) wei"))
        }
        for change in report.effects.tokens {
            lines.append(row("token", "\(change.token.hex) \(change.account.hex) \(change.difference)"))
        }
        return lines
    }
}
