public import EVM

/// What a run over test files is to do.
public struct ConformanceOptions: Sendable {
    /// Threads; each has its own machine.
    public var jobs = 1
    /// Which cases.
    public var selection = CaseSelection()
    /// Leave out the files of the slow group.
    public var skipsSlow = false
    /// Bounds of the machines, and whether they translate code.
    public var limits = MachineLimits()
    /// Keep every result and not only failures.
    public var keepsResults = false

    public init() {}
}

/// How one set of files did at one fork.
public struct ConformanceCount: Hashable, Sendable {
    /// The set, for example `state/eest`.
    public var set: String
    /// The fork's name in the files.
    public var fork: String
    /// Cases or transitions that passed.
    public var passed: Int
    /// Cases or transitions that did not.
    public var failed: Int
}

/// One result and the file it is of.
public struct ConformanceResult: Hashable, Sendable {
    /// Path as given.
    public var file: String
    /// What came of it.
    public var result: CaseResult
}

/// What a run over test files came to; in the files' order, whatever the number of threads.
public struct ConformanceReport: Sendable {
    /// Files that were read.
    public var files = 0
    /// Files of the slow group that were left out.
    public var filesSkipped = 0
    /// By set in order of appearance, then by fork, oldest first.
    public var counts: [ConformanceCount] = []
    /// The failures, or every result when they were to be kept.
    public var results: [ConformanceResult] = []
    /// Files, or cases of them, that could not be used.
    public var unusable: [TestFileError] = []

    /// Cases or transitions that passed.
    public var passed: Int { counts.reduce(0) { $0 + $1.passed } }
    /// Cases or transitions that did not.
    public var failed: Int { counts.reduce(0) { $0 + $1.failed } }

    /// Adds one file's results.
    mutating func add(_ file: String, _ answer: FileAnswer, keepsResults: Bool) {
        files += 1
        let set = TestPaths.set(of: file)
        for result in answer.results {
            let passed = result.passed
            if let at = counts.firstIndex(where: { $0.set == set && $0.fork == result.fork }) {
                if passed { counts[at].passed += 1 } else { counts[at].failed += 1 }
            } else {
                counts.append(
                    ConformanceCount(set: set, fork: result.fork, passed: passed ? 1 : 0, failed: passed ? 0 : 1))
            }
            if keepsResults || !passed { results.append(ConformanceResult(file: file, result: result)) }
        }
        unusable += answer.problems
    }

    /// Brings the counts into order.
    mutating func sort() {
        var sets: [String] = []
        for count in counts where !sets.contains(count.set) { sets.append(count.set) }
        func key(_ count: ConformanceCount) -> (Int, Int, String) {
            let fork = TestFork.names.firstIndex { $0.name == count.fork } ?? TestFork.names.count
            return (sets.firstIndex(of: count.set) ?? 0, fork, count.fork)
        }
        counts.sort { key($0) < key($1) }
    }
}

extension ConformanceReport {
    /// Runs the state tests of these files.
    public static func stateTests(_ files: [String], _ options: ConformanceOptions) -> ConformanceReport {
        run(files, options, StateTestRunner.self)
    }

    /// Runs the block tests of these files.
    public static func blockTests(_ files: [String], _ options: ConformanceOptions) -> ConformanceReport {
        run(files, options, BlockTestRunner.self)
    }

    /// Runs the single-frame tests of these files.
    public static func vmTests(_ files: [String], _ options: ConformanceOptions) -> ConformanceReport {
        run(files, options, VMTestRunner.self)
    }

    private static func run<Runner: FileRunner & ~Copyable>(
        _ files: [String], _ options: ConformanceOptions, _ runner: Runner.Type
    ) -> ConformanceReport {
        let chosen = options.skipsSlow ? files.filter { !TestPaths.isSlow($0) } : files
        let answers = ParallelRun.map(chosen, runner, options)
        var report = ConformanceReport()
        report.filesSkipped = files.count - chosen.count
        for (file, answer) in zip(chosen, answers) { report.add(file, answer, keepsResults: options.keepsResults) }
        report.sort()
        return report
    }
}
