import Conformance
import EVM
import Foundation
import TestSupport
import Testing

/// The official archive, all of it but the slow group and what is no EVM test. The counts are the MANIFEST's.
@Suite(.serialized) struct ArchiveTests {
    /// Cases by set and fork as the archive's MANIFEST counts them, from the lines of one folder tree.
    private func manifest(_ set: String) throws -> [String: Int]? {
        guard let file = try VectorArchive.stateTests.file("MANIFEST") else { return nil }
        var counts: [String: Int] = [:]
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        where line.hasPrefix("## \(set)\t") {
            for field in line.split(separator: "\t").last?.split(separator: " ") ?? [] {
                let parts = field.split(separator: "=")
                if parts.count == 2, let count = Int(parts[1]) { counts[String(parts[0])] = count }
            }
        }
        return counts
    }

    private func options(translates: Bool = true) -> ConformanceOptions {
        var options = ConformanceOptions()
        options.jobs = max(1, min(4, ProcessInfo.processInfo.activeProcessorCount))
        options.skipsSlow = true
        options.limits.translates = translates
        return options
    }

    private func report(_ report: ConformanceReport, _ name: String, started: ContinuousClock.Instant) {
        for line in report.failureLines.prefix(10) { Issue.record("\(line)") }
        for problem in report.unusable.prefix(10) { Issue.record("\(problem)") }
        #expect(report.failed == 0 && report.unusable.isEmpty)
        let seconds = started.duration(to: .now).components.seconds
        print(
            "vectors \(name): \(report.passed) pass, \(report.failed) fail, \(report.files) files, "
                + "\(report.filesSkipped) slow files left out, \(seconds) s")
    }

    @Test(arguments: [
        ("state/eest", 1_887, 23_013, 4), ("state/ethtests", 1_891, 14_863, 8),
        ("state/legacy-cancun", 1_957, 66_013, 8), ("state/legacy-constantinople", 1_683, 14_658, 3),
    ])
    func `the official state tests pass`(set: String, files: Int, transitions: Int, slow: Int) throws {
        guard let folder = try VectorArchive.stateTests.folder(), let counts = try manifest(set) else { return }
        let paths = try TestPaths.files([folder.appendingPathComponent(set).path])
        #expect(paths.count == files)
        #expect(counts.values.reduce(0, +) == transitions)
        let started = ContinuousClock.now
        let done = ConformanceReport.stateTests(paths, options())
        #expect(done.filesSkipped == slow && done.files == files - slow)
        report(done, set, started: started)
        // What the slow files hold is known by reading them, without running.
        var left: [String: Int] = [:]
        for path in paths where TestPaths.isSlow(path) {
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
            for test in try StateTestFile(bytes).cases { for post in test.posts { left[post.fork, default: 0] += 1 } }
        }
        for count in done.counts {
            #expect(count.passed + count.failed + (left[count.fork] ?? 0) == counts[count.fork], "\(count.fork)")
        }
    }

    @Test(arguments: ["state/eest/cancun", "state/ethtests/VMTests", "state/legacy-constantinople/stMemoryTest"])
    func `codes that are never translated give the same`(folder: String) throws {
        guard let top = try VectorArchive.stateTests.folder() else { return }
        let started = ContinuousClock.now
        let paths = try TestPaths.files([top.appendingPathComponent(folder).path])
        report(.stateTests(paths, options(translates: false)), "\(folder) as bytes", started: started)
    }

    @Test(arguments: [("block/eest", 2_227), ("block/ethtests", 332)])
    func `the official block tests pass`(set: String, cases: Int) throws {
        guard let folder = try VectorArchive.stateTests.folder(), let counts = try manifest(set) else { return }
        let started = ContinuousClock.now
        var everything = options()
        everything.skipsSlow = false
        let done = ConformanceReport.blockTests(
            try TestPaths.files([folder.appendingPathComponent(set).path]), everything)
        report(done, set, started: started)
        #expect(done.passed + done.failed == cases)
        for count in done.counts { #expect(count.passed + count.failed == counts[count.fork], "\(count.fork)") }
    }

    @Test func `the official single-frame tests pass`() throws {
        guard let folder = try VectorArchive.stateTests.file("vm-legacy") else { return }
        let started = ContinuousClock.now
        let done = ConformanceReport.vmTests(try TestPaths.files([folder.path]), options())
        report(done, "vm-legacy", started: started)
        #expect(done.passed == 427)
    }
}
