import EVMCrypto
import Foundation

/// `martlet-bench`: measures the hot path beside its peers.
///
/// A new row is one file with a function like `keccakRows`, and one line in `allRows`.
@main
struct MartletBench {
    static let allRows: [@Sendable () -> [Row]] = [
        keccakRows, wordRows, quoteRows, codecRows, blockRows, scanRows, signatureRows, pipelineRows,
    ]

    static let usage = """
        usage: martlet-bench [--only TEXT] [--quick] [--cpu] [--json FILE] [--compare FILE] [--tolerance FACTOR]
          --only TEXT         rows whose name contains TEXT
          --quick             a tenth of the rounds
          --cpu               processor time instead of wall time
          --json FILE         also write the results (Baseline.json is one)
          --compare FILE      exit 1 when a ratio to a peer or an allocation count got worse than in FILE
          --tolerance FACTOR  how much a ratio may grow before it counts as worse (1.5)
        """

    static func main() {
        do {
            exit(try run(Options(CommandLine.arguments.dropFirst())))
        } catch let error as Options.Fault {
            FileHandle.standardError.write(Data("martlet-bench: \(error.text)\n\(usage)\n".utf8))
            exit(2)
        } catch {
            FileHandle.standardError.write(Data("martlet-bench: \(error)\n".utf8))
            exit(1)
        }
    }

    static func run(_ options: Options) throws -> Int32 {
        let baseline = try options.compare.map(Report.read)
        Secp256k1.prepare()
        var harness = Harness()
        harness.countsProcessorTime = options.countsProcessorTime
        if options.quick { harness.rounds /= 10 }
        let rows = allRows.flatMap { $0() }.filter { options.only.map($0.name.contains) ?? true }
        var report = Report(rows: [])
        for row in rows { report.rows.append(harness.measure(row)) }
        report.printTable()
        print(
            "one operation a line, medians of \(harness.rounds) batches; check value \(String(harness.sink, radix: 16))"
        )
        if let path = options.json { try report.write(path) }
        guard var baseline else { return 0 }
        if let only = options.only { baseline.rows.removeAll { !$0.name.contains(only) } }
        let faults = report.regressions(from: baseline, tolerance: options.tolerance)
        faults.forEach { print("worse: \($0)") }
        print(faults.isEmpty ? "no row is worse than the baseline" : "\(faults.count) rows are worse than the baseline")
        return faults.isEmpty ? 0 : 1
    }
}

/// The command line.
struct Options {
    struct Fault: Error { var text: String }

    var only: String?
    var quick = false
    var countsProcessorTime = false
    var json: String?
    var compare: String?
    var tolerance = 1.5

    init(_ arguments: some Sequence<String>) throws {
        var rest = Array(arguments)[...]
        func value(_ name: String) throws -> String {
            guard let value = rest.popFirst() else { throw Fault(text: "\(name) needs a value") }
            return value
        }
        while let argument = rest.popFirst() {
            switch argument {
            case "--only": only = try value(argument)
            case "--quick": quick = true
            case "--cpu": countsProcessorTime = true
            case "--json": json = try value(argument)
            case "--compare": compare = try value(argument)
            case "--tolerance":
                guard let factor = Double(try value(argument)), factor >= 1 else {
                    throw Fault(text: "--tolerance takes a number of 1 or more")
                }
                tolerance = factor
            default: throw Fault(text: "unknown argument \(argument)")
            }
        }
    }
}
