import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import TestSupport
import Testing

@testable import KeyVault

@Suite struct AuditTests {
    /// A log of twelve entries, eight of them signatures.
    private func made(_ folder: TemporaryFolder) throws -> String {
        let path = folder.path + "/audit.log"
        var policy = matrixPolicy(key(sampleKey).address)
        policy.chains[0].hour = .init()
        policy.chains[0].day = .init()
        let signer = try LocalSigner(key: key(sampleKey), policy: policy, audit: path, clock: TestClock(noon).read)
        for nonce in UInt64(0)..<8 {
            _ = signer.answer(.transaction(allowedTransaction { $0.nonce = nonce }, .bundle))
            if nonce % 2 == 0 { _ = signer.answer(.message(Array("m\(nonce)".utf8))) }
        }
        return path
    }

    private func lines(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    private func write(_ lines: [String], _ path: String) throws {
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data(lines.map { $0 + "\n" }.joined().utf8))
        try handle.close()
    }

    private func fault(_ path: String, keyed: Bool = true) throws -> AuditReport.Fault? {
        let report = try AuditLog.verify(path: path, key: keyed ? LocalSigner.auditKey(of: key(sampleKey)) : nil)
        return report.fault
    }

    @Test func aWholeLogIsInOrderWithAndWithoutItsKey() throws {
        let folder = try TemporaryFolder(), path = try made(folder)
        var decisions: [String] = []
        let report = try AuditLog.verify(path: path) { decisions.append($0.decision) }
        #expect(report.fault == nil && report.count == 12 && !report.isKeyed)
        #expect(decisions.filter { $0 == "signed" }.count == 8 && decisions.filter { $0 == "refused" }.count == 4)
        #expect(try fault(path) == nil)
        let other = try AuditLog.verify(path: path, key: SecretBytes(copying: [UInt8](repeating: 1, count: 32)))
        #expect(other.fault?.entry == 1)
        #expect(try folder.mode(path) == 0o600 && folder.mode(path + ".head") == 0o600)
    }

    @Test func theTextWrittenIsTheJSONRead() throws {
        var random = SeededGenerator(seed: 3)
        func word(_ bits: Int) -> U256 { U256(UInt64.random(in: 0...UInt64.max, using: &random)) << bits }
        for round in 0..<500 {
            var figures: AuditRecord.Figures?
            if round % 4 > 0 {
                figures = AuditRecord.Figures(
                    chainID: UInt64(round), nonce: round % 9 == 0 ? .max : 0, route: round % 2 == 0 ? .bundle : .public,
                    to: round % 5 == 0 ? nil : executorAddress, selector: round % 3 == 0 ? nil : .max - UInt32(round),
                    value: .zero, cost: word(round % 250), fee: 16, tip: .max)
            }
            let reason = ["", "panic-stop", "say \"no\"\n", "signer: ⚠ away", "\u{1}"][round % 5]
            let record = AuditRecord(
                sequence: UInt64(round), time: noon, key: strangerAddress, kind: "typed-data", digest: Hash32(word(0)),
                decision: "signed", reason: reason, transaction: figures, previous: Hash32(word(round % 256)))
            #expect(record.body == record.json.bytes)
            let line = record.line(Hash32(word(192)), mac: round % 2 == 0 ? nil : Hash32(word(3)))
            #expect(AuditRecord.Line(line[...])?.record == record)
        }
    }

    @Test func everyChangedByteIsFoundAtItsEntry() throws {
        let folder = try TemporaryFolder(), path = try made(folder)
        let good = try lines(path)
        for entry in [0, 1, 5, 11] {
            for (index, byte) in good[entry].utf8.enumerated() where index % 7 == entry % 7 {
                var bytes = Array(good[entry].utf8)
                bytes[index] = byte == 0x30 ? 0x31 : 0x30
                if bytes == Array(good[entry].utf8) { continue }
                var changed = good
                changed[entry] = String(decoding: bytes, as: UTF8.self)
                try write(changed, path)
                #expect(try fault(path)?.entry == UInt64(entry + 1), "byte \(index)")
            }
        }
    }

    @Test func removedMovedAddedAndCutEntriesAreFound() throws {
        let folder = try TemporaryFolder(), path = try made(folder)
        let good = try lines(path)
        func check(_ lines: [String], _ entry: UInt64, keyed: Bool = false) throws {
            try write(lines, path)
            #expect(try fault(path, keyed: keyed)?.entry == entry)
            let error = failure { () throws(KeyVaultError) in _ = try AuditLog(path: path) }
            #expect(error?.code == .auditBroken && error?.message.contains("entry \(entry):") == true)
        }
        try check(Array(good.dropLast()), 12)
        try check(Array(good.dropLast(5)), 8)
        try check([], 1)
        try check(Array(good.dropFirst()), 1)
        try check(Array(good[0..<4] + good[5...]), 5)
        try check(Array(good[0..<4] + [good[5], good[4]] + good[6...]), 5)
        try check(good + [good[11]], 13)
        try check(good + ["{}"], 13)
        try write(good, path)
        #expect(try fault(path) == nil)
        try FileManager.default.removeItem(atPath: path + ".head")
        #expect(try fault(path)?.problem.contains("head file is missing") == true)
    }

    @Test func aLogRewrittenWithoutTheKeyIsFoundByTheKey() throws {
        let folder = try TemporaryFolder(), path = try made(folder)
        // Somebody drops entry 3 and chains everything anew, head included, but has no key for the codes.
        var previous = Hash32.zero, rewritten: [String] = [], sequence: UInt64 = 0, hash = Hash32.zero
        for (index, line) in try lines(path).enumerated() where index != 2 {
            var record = try #require(AuditRecord.Line(Array(line.utf8)[...])).record
            sequence += 1
            (record.sequence, record.previous) = (sequence, previous)
            hash = SHA256.hash(record.body)
            rewritten.append(String(decoding: record.line(hash, mac: nil), as: UTF8.self))
            previous = hash
        }
        try write(rewritten, path)
        let head = AuditHead(sequence: sequence, hash: hash, mac: nil).bytes
        try Data(head).write(to: URL(fileURLWithPath: path + ".head"))
        try folder.chmod(path + ".head", 0o600)
        #expect(try fault(path, keyed: false) == nil, "without the key this cannot show")
        #expect(try fault(path, keyed: true)?.entry == 1)
    }

    @Test func whatACrashLeavesIsMended() throws {
        let folder = try TemporaryFolder(), path = try made(folder)
        let good = try Data(contentsOf: URL(fileURLWithPath: path))
        let head = try Data(contentsOf: URL(fileURLWithPath: path + ".head"))
        // A line cut in the middle of its write.
        var torn = good
        torn.append(contentsOf: Array(#"{"n":13,"t":17"#.utf8))
        try torn.write(to: URL(fileURLWithPath: path))
        try folder.chmod(path, 0o600)
        #expect(try AuditLog(path: path).head.count == 12)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == good)
        // A head that did not learn of the last entry.
        let reader = try lines(path)
        let eleven = try #require(AuditRecord.Line(Array(reader[10].utf8)[...]))
        try Data(AuditHead(sequence: 11, hash: eleven.hash, mac: eleven.mac).bytes)
            .write(to: URL(fileURLWithPath: path + ".head"))
        try folder.chmod(path + ".head", 0o600)
        let code = LocalSigner.auditKey(of: key(sampleKey))
        #expect(try AuditLog(path: path, key: code).head.count == 12)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path + ".head")) == head)
    }

    private var code: SecretBytes { LocalSigner.auditKey(of: key(sampleKey)) }
    private var owner: Address { key(sampleKey).address }

    @Test func aRotatedLogGoesOnAndForgetsNoLimit() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/audit.log"
        let clock = TestClock(PolicyGate.systemClock())
        var policy = matrixPolicy(owner)
        policy.chains[0].hours = []
        func open() throws -> LocalSigner {
            try LocalSigner(key: key(sampleKey), policy: policy, audit: path, clock: clock.read)
        }
        func ask(_ nonce: UInt64) throws -> String? {
            try open().answer(.transaction(allowedTransaction { $0.nonce = nonce }, .bundle)).reason
        }
        #expect(try ask(5) == nil)
        let first = try AuditLog.rotate(path: path, address: owner, key: code)
        #expect(first.name == "audit.log.1" && first.count == 1 && !first.hasFault)
        #expect(try AuditLog.origin(of: path) == first)
        #expect(try ask(4) == SigningRefusal.nonceTooLow.rawValue)
        #expect(try ask(6) == nil)
        #expect(try AuditLog.rotate(path: path, address: owner, key: code).name == "audit.log.2")
        #expect(try ask(7) == nil)
        // Three in the hour, over three files.
        #expect(try ask(8) == SigningRefusal.hourCountTooHigh.rawValue)
        #expect(try AuditLog.verifyOrigin(of: path, key: code) == "audit.log.2")
        #expect(try fault(path) == nil)
        #expect(try folder.mode(path) == 0o600)
        #expect(try folder.mode(path + ".2") == 0o600)
        // Held open by a signer: not rotated.
        let holder = try open()
        #expect(
            failure { () throws(KeyVaultError) in _ = try AuditLog.rotate(path: path, address: owner, key: code) }?.code
                == .busy)
        withExtendedLifetime(holder) {}
    }

    @Test func anEarlierLogMustBeThereAndUnchanged() throws {
        let folder = try TemporaryFolder(), path = try made(folder)
        let head = try Data(contentsOf: URL(fileURLWithPath: path + ".head"))
        let origin = try AuditLog.rotate(path: path, address: owner, key: code)
        #expect(origin.count == 12)
        func refusal() -> KeyVaultError? {
            failure { () throws(KeyVaultError) in _ = try AuditLog(path: path, key: code) }
        }
        #expect(refusal() == nil)
        // A crash between the two replacements leaves the old head.
        try head.write(to: URL(fileURLWithPath: path + ".head"))
        try folder.chmod(path + ".head", 0o600)
        #expect(refusal() == nil)
        #expect(try fault(path) == nil)
        let good = try lines(path + ".1")
        try write(Array(good[0..<4] + good[5...]), path + ".1")
        #expect(refusal()?.code == .auditBroken && refusal()?.message.contains("entry 5:") == true)
        try FileManager.default.removeItem(atPath: path + ".1")
        #expect(refusal()?.code == .auditBroken && refusal()?.message.contains("audit.log.1") == true)
    }

    @Test func aLogWithAFaultIsPutAwayOnlyOnPurpose() throws {
        let folder = try TemporaryFolder(), path = try made(folder)
        #expect(
            failure { () throws(KeyVaultError) in
                _ = try AuditLog.rotate(path: path, address: owner, key: code, afterFault: true)
            }?.code == .badInput)
        let good = try lines(path)
        try write(Array(good[0..<7] + good[8...]), path)
        #expect(
            failure { () throws(KeyVaultError) in _ = try AuditLog.rotate(path: path, address: owner, key: code) }?.code
                == .auditBroken)
        let origin = try AuditLog.rotate(path: path, address: owner, key: code, afterFault: true)
        #expect(origin.hasFault && origin.count == 7)
        var seen: [UInt64] = []
        let log = try AuditLog(path: path, key: code) { seen.append($0.sequence) }
        #expect(seen == [1, 2, 3, 4, 5, 6, 7, 1] && log.head.count == 1)
    }

    @Test func aLogThatOthersMayReadIsRefused() throws {
        let folder = try TemporaryFolder(), path = try made(folder)
        try folder.chmod(path, 0o640)
        #expect(failure { () throws(KeyVaultError) in _ = try AuditLog(path: path) }?.code == .looseMode)
    }
}
