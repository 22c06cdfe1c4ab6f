internal import Foundation
internal import Synchronization

/// Runs test files on several threads, and gives the answers in the files' order.
enum ParallelRun {
    /// Hands out positions.
    private final class Counter: Sendable {
        private let next = Atomic<Int>(0)
        func take() -> Int { next.add(1, ordering: .relaxed).oldValue }
    }

    /// Collects answers by position.
    private final class Answers<Answer: Sendable>: Sendable {
        private let all: Mutex<[Answer?]>
        init(count: Int) { all = Mutex(Array(repeating: nil, count: count)) }
        func set(_ answer: Answer, at position: Int) { all.withLock { $0[position] = answer } }
        func list() -> [Answer] { all.withLock { $0.compactMap(\.self) } }
    }

    /// Makes one runner a thread, which runs one file after another.
    static func map<Runner: FileRunner & ~Copyable>(
        _ files: [String], _ runner: Runner.Type, _ options: ConformanceOptions
    ) -> [FileAnswer] {
        let counter = Counter(), answers = Answers<FileAnswer>(count: files.count)
        let group = DispatchGroup()
        for _ in 0..<max(1, min(options.jobs, files.count)) {
            group.enter()
            let thread = Thread {
                var runner = Runner(limits: options.limits)
                while true {
                    let position = counter.take()
                    guard position < files.count else { break }
                    answers.set(answer(&runner, files[position], options), at: position)
                }
                group.leave()
            }
            thread.stackSize = 4 << 20
            thread.start()
        }
        group.wait()
        return answers.list()
    }

    private static func answer<Runner: FileRunner & ~Copyable>(
        _ runner: inout Runner, _ file: String, _ options: ConformanceOptions
    ) -> FileAnswer {
        do throws(TestFileError) { return try runner.run(file: file, options) } catch {
            return FileAnswer(problems: [TestFileError(file: file, name: error.name, error.problem)])
        }
    }
}
