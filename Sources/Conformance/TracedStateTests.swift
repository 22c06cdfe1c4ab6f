internal import EVM
internal import EVMCodec

extension ConformanceReport {
    /// Runs state tests one after another and gives `sink` an EIP-3155 trace of each transition, which ends with a line
    /// `{name, fork, index, pass, stateRoot, output, gasUsed, error?}`.
    public static func tracedStateTests(
        _ files: [String], _ options: ConformanceOptions, withMemory: Bool, sink: @escaping ([UInt8]) -> Void
    ) -> ConformanceReport {
        var runner = StateTestRunner(limits: options.limits)
        var writer = StepTraceWriter(withMemory: withMemory, sink: sink)
        var report = ConformanceReport()
        for file in files {
            if options.skipsSlow, TestPaths.isSlow(file) {
                report.filesSkipped += 1
                continue
            }
            var answer = FileAnswer()
            do throws(TestFileError) {
                for test in try StateTestFile(try TestPaths.read(file)).cases {
                    answer.results += try runner.run(test, options.selection, traceInto: &writer)
                }
            } catch {
                answer.problems.append(TestFileError(file: file, name: error.name, error.problem))
            }
            writer.flush()
            report.add(file, answer, keepsResults: options.keepsResults)
        }
        report.sort()
        return report
    }
}

extension StateTestRunner {
    /// Runs one transition after another, so that each trace has its own last line.
    fileprivate mutating func run(
        _ test: StateTestCase, _ selection: CaseSelection, traceInto writer: inout StepTraceWriter
    ) throws(TestFileError) -> [CaseResult] {
        var results: [CaseResult] = []
        for post in test.posts {
            var one = test
            one.posts = [post]
            let result = try run(one, selection: selection, tracer: &writer)
            guard let result = result.first else { continue }
            writer.end(Self.summary(result, output: result.halt == nil ? [] : lastOutput).text)
            results.append(result)
        }
        return results
    }

    private static func summary(_ result: CaseResult, output: [UInt8]) -> JSON {
        var line: JSONObject = [
            "name": .string(result.name), "fork": .string(result.fork), "index": .integer(result.index),
            "pass": .bool(result.passed), "stateRoot": .hash(result.stateRoot), "output": .hex(output),
            "gasUsed": .quantity(result.gasUsed),
        ]
        if let error = result.halt?.gethText ?? result.refusal { line["error"] = .string(error) }
        return .object(line)
    }
}
