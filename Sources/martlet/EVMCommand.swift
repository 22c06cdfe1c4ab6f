import ArgumentParser
import Conformance
import EVM
import EVMCodec
import Foundation

/// `martlet evm`: the EVM by itself, for tests, fuzzers and people who debug code.
struct EVMCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evm",
        abstract: "Runs EVM code and the official Ethereum tests.",
        subcommands: [
            EVMStateTestCommand.self, EVMBlockTestCommand.self, EVMVMTestCommand.self, EVMRunCommand.self,
            EVMBenchCommand.self,
        ])
}

/// What every verb that runs test files takes.
struct EVMTestOptions: ParsableArguments {
    @Argument(help: "JSON files, or folders whose .json files at any depth are run.")
    var paths: [String]

    @Option(help: "Run this fork only, by its name in the tests (Cancun, EIP158, PragueToOsakaAtTime15k).")
    var fork: String?

    @Option(help: "Run only cases whose name contains this text.")
    var only: String?

    @Option(help: "Threads, 1 to 256. [default: one a core]")
    var jobs: Int?

    @Flag(help: "Leave out the files that take far longer than others.")
    var skipSlow = false

    @Flag(help: "Print a JSON list of every result: name, fork, pass, stateRoot, error, gasUsed and more.")
    var json = false

    @Flag(help: "Run codes as bytes only and never translated; results must be the same.")
    var bytesOnly = false

    /// The files and what to do with them; refuses what cannot be meant.
    func checked() throws(CLIFailure) -> (files: [String], options: ConformanceOptions) {
        var options = ConformanceOptions()
        if let fork {
            guard let name = TestFork.canonical(fork) else {
                throw CLIFailure(
                    code: .badUsage,
                    message:
                        "--fork \(fork): no such fork; known are \(TestFork.names.map(\.name).joined(separator: ", "))"
                        + ", BPO1 to BPO4, and XToYAtTime15k")
            }
            options.selection.fork = name
        }
        let jobs = jobs ?? ProcessInfo.processInfo.activeProcessorCount
        guard (1...256).contains(jobs) else {
            throw CLIFailure(code: .badUsage, message: "--jobs must be 1 to 256, not \(jobs)")
        }
        options.jobs = jobs
        options.selection.nameContains = only
        options.skipsSlow = skipSlow
        options.keepsResults = json
        options.limits.translates = !bytesOnly
        do {
            let files = try TestPaths.files(paths)
            guard !files.isEmpty else {
                throw TestFileError(file: paths.joined(separator: " "), "there is no .json file")
            }
            return (files, options)
        } catch { throw CLIFailure(code: .badUsage, message: "\(error)") }
    }

    /// Prints the report and ends with the documented exit code.
    func finish(_ report: ConformanceReport) throws {
        for problem in report.unusable { Terminal.error("martlet: \(problem)") }
        if json {
            Terminal.out(report.json.text)
            for line in report.countLines { Terminal.error(line) }
        } else {
            for line in report.failureLines + report.countLines { Terminal.out(line) }
        }
        if !report.unusable.isEmpty { throw ExitCode(ExitStatus.badUsage.rawValue) }
        if report.passed + report.failed == 0 {
            throw CLIFailure(code: .failed, message: "no case was run; see --fork, --only and --skip-slow")
        }
        if report.failed > 0 { throw ExitCode(ExitStatus.failed.rawValue) }
    }

    static let exitCodes = "Exit codes: 0 all passed, 1 one failed or none was run, 2 a file or option that is no use."
}

/// `martlet evm statetest`.
struct EVMStateTestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "statetest", abstract: "Runs official state tests.",
        discussion: """
            Prints the first wrong field of each case that fails, then the counts by set and fork. \
            \(EVMTestOptions.exitCodes)
            """)
    @OptionGroup var tests: EVMTestOptions
    @Flag(help: "Write EIP-3155 traces to stderr; one thread.") var trace = false
    @Flag(help: "With --trace: the whole memory in every line.") var memory = false

    func run() throws {
        let (files, options) = try tests.checked()
        guard trace else { return try tests.finish(.stateTests(files, options)) }
        try tests.finish(
            .tracedStateTests(files, options, withMemory: memory) { FileHandle.standardError.write(Data($0)) })
    }
}

/// `martlet evm blocktest`.
struct EVMBlockTestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "blocktest", abstract: "Runs official block tests.",
        discussion: """
            Every block is imported from its RLP; invalid ones must be refused. Prints what is wrong with each case \
            that fails, then the counts by set and network. \(EVMTestOptions.exitCodes)
            """)
    @OptionGroup var tests: EVMTestOptions

    func run() throws {
        let (files, options) = try tests.checked()
        try tests.finish(.blockTests(files, options))
    }
}

/// `martlet evm vmtest`.
struct EVMVMTestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vmtest", abstract: "Runs the oldest official tests: single frames at Frontier's prices.",
        discussion: EVMTestOptions.exitCodes)
    @OptionGroup var tests: EVMTestOptions

    func run() throws {
        let (files, options) = try tests.checked()
        try tests.finish(.vmTests(files, options))
    }
}
