import ArgumentParser
import Conformance
import EVM
import EVMCodec
import Foundation

/// `martlet evm bench`: how fast the EVM of this build is, on workloads whose gas and logs are known.
struct EVMBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Times the EVM on workloads whose gas and logs are known.",
        discussion: """
            A loop is one transaction a sample, its time divided by the iterations; a single transaction \
            (`empty-frame`, \
            `one-*`) is timed in samples of 100 fresh ones on one pinned state, the overlay emptied before each inside \
            the \
            measured time. One run warms up; the best sample counts. Exit code 1 when gas, logs or success of a case \
            are wrong.
            """)

    @Option(
        help: "A workload file of the shape of shared/evm-baseline/workloads.json. [default: the program's own set]")
    var file: String?

    @Option(help: "Only cases whose name contains this text.")
    var only: String?

    @Option(help: "Samples of a case, 1 to 1000.")
    var samples = 5

    @Option(help: "Time whole blocks instead: block tests (JSON files, or folders of them), once each.")
    var blocks: [String] = []

    @Flag(help: "Print one JSON list: name, ns, gas, logs, problem; of blocks: file, cases, gas, seconds.")
    var json = false

    @Flag(help: "Run codes as bytes only and never translated.")
    var bytesOnly = false

    func run() throws {
        guard (1...1000).contains(samples) else {
            throw CLIFailure(code: .badUsage, message: "--samples must be 1 to 1000, not \(samples)")
        }
        if !blocks.isEmpty { return try runBlocks() }
        let workloads = try workloads().filter { workload in only.map { workload.name.contains($0) } ?? true }
        guard !workloads.isEmpty else {
            throw CLIFailure(code: .failed, message: "no case's name contains \"\(only ?? "")\"")
        }
        var runner = WorkloadRunner(limits: limits)
        var results: [JSON] = []
        var wrong: [String] = []
        if !json { Terminal.out(WorkloadReport.head) }
        for workload in workloads {
            let result = runner.measure(workload, samples: samples)
            if result.problem != nil { wrong.append(result.name) }
            results.append(result.json)
            if !json { Terminal.out(WorkloadReport.line(result, iterations: workload.iterations)) }
        }
        if json { Terminal.out(JSON.array(results).text) }
        guard wrong.isEmpty else {
            throw CLIFailure(code: .failed, message: "wrong: \(wrong.joined(separator: ", "))")
        }
    }

    private var limits: MachineLimits {
        var limits = MachineLimits()
        limits.translates = !bytesOnly
        return limits
    }

    private func runBlocks() throws {
        var bench = BlockBench(limits: limits)
        var figures: [BlockBench.Figure] = []
        do {
            let files = try TestPaths.files(blocks).filter { file in only.map { file.contains($0) } ?? true }
            if !json { Terminal.out(BlockBench.Figure.head) }
            for file in files {
                let figure = try bench.measure(file: file)
                figures.append(figure)
                if !json { Terminal.out(figure.line) }
            }
        } catch { throw CLIFailure(code: .badUsage, message: "\(error)") }
        if json {
            Terminal.out(JSON.array(figures.map(\.json)).text)
        } else if let slowest = figures.filter({ $0.megagasPerSecond != nil }).min(by: isSlower) {
            Terminal.out("slowest: \(Int(slowest.megagasPerSecond ?? 0)) Mgas/s, \(slowest.file)")
        }
        let wrong = figures.filter { $0.problem != nil }.map(\.file)
        guard wrong.isEmpty else {
            throw CLIFailure(code: .failed, message: "wrong: \(wrong.joined(separator: ", "))")
        }
    }

    private func isSlower(_ a: BlockBench.Figure, _ b: BlockBench.Figure) -> Bool {
        (a.megagasPerSecond ?? 0) < (b.megagasPerSecond ?? 0)
    }

    private func workloads() throws -> [Workload] {
        guard let file else { return try Workload.own() }
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: file))
        } catch {
            throw CLIFailure(code: .badUsage, message: "--file \(file): cannot be read: \(error.localizedDescription)")
        }
        do {
            return try Workload.read([UInt8](data))
        } catch {
            throw CLIFailure(code: .badUsage, message: "--file \(file): \(error)")
        }
    }
}
