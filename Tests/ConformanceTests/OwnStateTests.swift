import Conformance
import EVM
import EVMCodec
import EVMTypes
import Foundation
import TestSupport
import Testing

/// The harness itself, on vectors that are part of the checkout: what is right passes, what is wrong is named.
@Suite struct OwnStateTests {
    private static let sender = Address(hex: "0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b")
    private static let contract = Address(hex: "0x00000000000000000000000000000000c0de0001")
    private static let coinbase = Address(hex: "0x2adc25665018aa1fe0e6bc666dac8fc2697ff9ba")

    private static func path(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Vectors/statetest/\(name)").path
    }

    private func run(_ name: String, _ change: (inout ConformanceOptions) -> Void = { _ in }) -> ConformanceReport {
        var options = ConformanceOptions()
        options.keepsResults = true
        change(&options)
        return .stateTests([Self.path(name)], options)
    }

    @Test func `what the executable specification says passes`() throws {
        let report = run("good.json")
        #expect(report.unusable.isEmpty)
        #expect(report.failureLines.isEmpty)
        #expect(report.passed == 20)
        let counts = report.counts.map { "\($0.fork) \($0.passed)" }
        #expect(
            counts == [
                "Frontier 2", "Homestead 2", "EIP158 2", "Byzantium 2", "Istanbul 2", "Berlin 2", "London 2",
                "Shanghai 1", "Cancun 2", "Prague 2", "Osaka 2",
            ])
        print("vectors statetest/good.json: \(report.passed) transitions pass")
    }

    @Test func `what is wrong is named with account and slot`() throws {
        let report = run("wrong.json")
        #expect(report.passed == 0 && report.unusable.isEmpty)
        var found: [String: StateMismatch] = [:]
        for entry in report.results { found[entry.result.name] = entry.result.mismatch }
        func expect(
            _ name: String, _ field: StateMismatch.Field, _ address: Address? = nil, slot: U256? = nil,
            expected: String? = nil, got: String? = nil
        ) {
            let mismatch = found.removeValue(forKey: name)
            #expect(mismatch?.field == field && mismatch?.address == address && mismatch?.slot == slot, "\(name)")
            if let expected { #expect(mismatch?.expected == expected, "\(name)") }
            if let got { #expect(mismatch?.got == got, "\(name)") }
        }
        let ones = "0x" + String(repeating: "11", count: 32)
        expect("state root", .stateRoot, expected: ones)
        expect("state root described", .stateRoot, expected: ones)
        expect("slot value", .slot, Self.contract, slot: .one, expected: "0x2b", got: "0x2a")
        expect("slot extra", .slot, Self.contract, slot: U256(3 as UInt64), expected: "0x0", got: "0x11")
        expect("slot missing", .slot, Self.contract, slot: U256(12 as UInt64), expected: "0x1", got: "0x0")
        expect("balance", .balance, Self.coinbase, expected: "0x1")
        expect("nonce", .nonce, Self.sender, expected: "9", got: "1")
        expect("code", .code, Self.contract, expected: "0x6001")
        expect("account missing", .account, Address(high: 0, low: 0x77), expected: "an account", got: "none")
        expect("account extra", .account, Self.contract, expected: "none", got: "an account")
        expect("logs", .logs, expected: "0x" + String(repeating: "22", count: 32))
        expect("exception", .exception, expected: "TransactionException.X", got: "the transaction ran")
        expect("rejection", .rejection)
        #expect(found.isEmpty, "\(found.keys)")
        let line = try #require(report.failureLines.first { $0.contains("slot value") })
        #expect(line.contains("account \(Self.contract?.hex ?? "") slot 0x1: expected 0x2b, got 0x2a"))
        print("vectors statetest/wrong.json: \(report.failed) mistakes named")
    }

    @Test func `fork and name select, and threads change nothing`() throws {
        #expect(run("good.json") { $0.selection.fork = TestFork.canonical("osaka") }.passed == 2)
        #expect(run("good.json") { $0.selection.nameContains = "counter_" }.passed == 12)
        let paths = ["good.json", "wrong.json", "good.json"].map(Self.path)
        var options = ConformanceOptions()
        options.keepsResults = true
        let one = ConformanceReport.stateTests(paths, options)
        options.jobs = 3
        let three = ConformanceReport.stateTests(paths, options)
        #expect(one.results == three.results && one.counts == three.counts && one.files == 3)
        options.limits.translates = false
        #expect(ConformanceReport.stateTests(paths, options).results == one.results)
    }

    @Test func `fork names are exact in files and lenient on command lines`() {
        #expect(TestFork.named("Cancun") == .cancun && TestFork.named("cancun") == nil)
        #expect(
            TestFork.canonical("SPURIOUSDRAGON") == "EIP158" && TestFork.canonical("petersburg") == "ConstantinopleFix")
        #expect(TestFork.canonical("PragueToOsakaAtTime15k") != nil && TestFork.canonical("BPO4") == "BPO4")
        for name in ["", "Cancun2", "ToAtTime15k", "CancunToAtTime15k", "AToBAtTime15k", "BPO5"] {
            #expect(TestFork.canonical(name) == nil, "\(name)")
        }
    }

    @Test func `bad files are refused with file, case and what`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-conformance-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let good = try String(contentsOfFile: Self.path("good.json"), encoding: .utf8)
        let cases: [(text: String, says: String)] = [
            ("", "JSON: unexpectedEnd"), ("[]", "a JSON object of cases"), ("{\"a\":1}", "a: an object with pre"),
            ("{\"a\":{\"pre\":{\"0x12\":{}}}}", "a: pre: \"0x12\" is no address"),
            (good.replacing("\"London\"", with: "\"Londres\""), "fork \"Londres\" is not known"),
            (good.replacing("\"hash\": \"0x", with: "\"hash\": \"0y"), "hash is no 32-byte hash"),
            (good.replacing("\"balance\": \"0x5\"", with: "\"balance\": 5"), "balance is no quantity"),
            (good.replacing("\"gas\": 0", with: "\"gas\": 4"), "transaction: gasLimit[4] is missing"),
            (good.replacing("\"secretKey\": \"0x45", with: "\"secretKey\": \"0x"), "secretKey is no key"),
        ]
        for (index, test) in cases.enumerated() {
            let file = folder.appendingPathComponent("\(index).json")
            try test.text.write(to: file, atomically: true, encoding: .utf8)
            for kind in [ConformanceReport.stateTests, ConformanceReport.blockTests, ConformanceReport.vmTests] {
                let report = kind([file.path], ConformanceOptions())
                #expect(!report.unusable.isEmpty, "\(test.says)")
                #expect(report.unusable.allSatisfy { $0.file == file.path })
            }
            let report = ConformanceReport.stateTests([file.path], ConformanceOptions())
            #expect(report.unusable.contains { $0.description.contains(test.says) }, "\(report.unusable)")
        }
        let missing = folder.appendingPathComponent("none").path
        #expect(throws: TestFileError.self) { try TestPaths.files([missing]) }
        let unread = ConformanceReport.stateTests([missing], ConformanceOptions()).unusable
        #expect(unread.first?.description == "\(missing): the file cannot be read")
    }
}
