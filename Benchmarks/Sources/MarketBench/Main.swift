import Foundation

/// `martlet-market-bench`: how much memory a market of a chain's size takes, how soon it is ready after a restart, what
/// a log costs, and what a block costs to keep.
///
/// `run [--strict]` does all of it; each market is built by one child process (`build FOLDER V2 V3`) and measured in
/// another (`measure FOLDER`), so that memory is that of a node that starts, not of the one that built the store.
@main
struct MarketBench {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            switch arguments.first {
            case "build":
                guard arguments.count == 4, let pairs = Int(arguments[2]), let pools = Int(arguments[3]) else {
                    throw BenchFault(description: "usage: build FOLDER V2 V3")
                }
                try BuiltMarket.build(folder: arguments[1], pairs: pairs, pools: pools)
            case "measure":
                guard arguments.count == 2 else { throw BenchFault(description: "usage: measure FOLDER") }
                try MeasuredMarket.measure(folder: arguments[1])
            case nil, "--strict": try run(isStrict: arguments.first == "--strict")
            default: throw BenchFault(description: "usage: martlet-market-bench [--strict]")
            }
        } catch {
            FileHandle.standardError.write(Data("martlet-market-bench: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run(isStrict: Bool) throws {
        var missed = 0
        for (pairs, pools, bars) in [(100_000, 5_000, Bars.node), (440_000, 10_000, Bars.chain)] {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-market-\(getpid())")
                .path
            defer { try? FileManager.default.removeItem(atPath: folder) }
            _ = try child(["build", folder, "\(pairs)", "\(pools)"])
            let figures = try child(["measure", folder])
            print("\(pairs) V2 pairs and \(pools) V3 pools")
            for line in figures.split(separator: "\n") {
                let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
                guard parts.count == 3, let value = Double(parts[1]) else {
                    throw BenchFault(description: "the measuring child said: \(line)")
                }
                var verdict = ""
                if let bar = bars[parts[0]] {
                    verdict = value < bar ? "pass (below \(short(bar)))" : "FAIL (not below \(short(bar)))"
                    if value >= bar { missed += 1 }
                }
                let name = parts[0].padding(toLength: 40, withPad: " ", startingAt: 0)
                print("  \(name) \(short(value)) \(parts[2])  \(verdict)")
            }
        }
        if missed > 0, isStrict { exit(1) }
    }

    private static func short(_ value: Double) -> String {
        value == value.rounded() ? String(Int(value)) : String(format: "%.2f", value)
    }

    private static func child(_ arguments: [String]) throws -> String {
        let process = Process(), output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        process.standardOutput = output
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchFault(description: "\(arguments[0]) ended with status \(process.terminationStatus)")
        }
        return String(decoding: said, as: UTF8.self)
    }
}

struct BenchFault: Error, CustomStringConvertible {
    var description: String
}

/// The targets, by the name of the figure.
enum Bars {
    static let node: [String: Double] = [
        Figure.memory: 150, Figure.restart: 2, Figure.logMedian: 300, Figure.logAllocations: 0.000_001,
        Figure.block: 5,
    ]
    static let chain: [String: Double] = [Figure.memory: 500]
}

/// The names of the figures.
enum Figure {
    static let memory = "memory, resident"
    static let peak = "memory, peak"
    static let restart = "restart to ready"
    static let restartProcessor = "the same, processor time"
    static let logMedian = "apply a log, p50"
    static let logLast = "apply a log, p99"
    static let logAllocations = "allocations a log"
    static let block = "keep a block of 400 logs, p50"
    static let blockLast = "keep a block of 400 logs, p99"
    static let blockUnsynced = "the same without fsync, p50"
}
