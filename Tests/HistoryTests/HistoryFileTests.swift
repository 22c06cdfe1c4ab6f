import EVMTypes
import Foundation
import GRDB
import Glibc
import TestSupport
import Testing

@testable import History

/// Runs only in a child process: records until it is killed.
@Suite struct HistoryChildTests {
    @Test func childWork() throws {
        guard let path = ProcessInfo.processInfo.environment["MARTLET_HISTORY_CHILD"],
            let said = FileHandle(forWritingAtPath: path + ".said")
        else { return }
        let store = try HistoryStore(file: path, chainID: 1337)
        for number in UInt64(1)... {
            let opportunity = try store.record(Sample.opportunity(number), decision: Sample.decision())
            let bundle = try store.record(Sample.bundle(number, opportunity: opportunity))
            try store.book(Sample.profit(bundle, block: number))
            said.write(Data("\(number)\n".utf8))
        }
    }
}

@Suite(.serialized) struct HistoryFileTests {
    /// Keeps every file of a test until the test ends.
    private let kept = Kept()

    private func open(_ file: TemporaryFile, chain: UInt64 = 1337) throws -> HistoryStore {
        kept.files.append(file)
        return try HistoryStore(file: file.path, chainID: chain)
    }

    private func said(_ file: TemporaryFile) -> UInt64 {
        let text = (try? String(contentsOfFile: file.path + ".said", encoding: .utf8)) ?? ""
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().last.flatMap { UInt64($0) } ?? 0
    }

    @Test func killedInTheMiddleEverythingAcknowledgedIsThere() throws {
        var generator = SeededGenerator()
        for _ in 0..<3 {
            let file = try TemporaryFile()
            try Data().write(to: URL(fileURLWithPath: file.path + ".said"))
            let child = Process()
            child.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            child.arguments = ["--filter", "HistoryChildTests", "--testing-library", "swift-testing"]
            child.environment = ProcessInfo.processInfo.environment.merging(["MARTLET_HISTORY_CHILD": file.path]) { $1 }
            child.standardOutput = FileHandle.nullDevice
            child.standardError = FileHandle.nullDevice
            try child.run()
            let target = UInt64.random(in: 5...40, using: &generator)
            for _ in 0..<6000 where said(file) < target { usleep(10_000) }
            usleep(UInt32.random(in: 0...3000, using: &generator))
            kill(child.processIdentifier, SIGKILL)
            child.waitUntilExit()
            let acknowledged = said(file)
            #expect(acknowledged >= target)
            let store = try open(file)
            let count = try UInt64(store.profits(limit: 1_000).count)
            #expect(count == acknowledged || count == acknowledged + 1)
            let totals = try store.totals()
            #expect(totals.tokens[0].gross == U256(count * 10) && totals.bundles[.landed] == Int(count))
        }
    }

    private func code(_ body: () throws -> HistoryStore) -> HistoryError.Code? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? HistoryError)?.code
        }
    }

    private func filled() throws -> TemporaryFile {
        let file = try TemporaryFile()
        let store = try open(file)
        _ = try store.record((1...300).map { (Sample.opportunity($0), Sample.decision()) })
        try store.close()
        return file
    }

    @Test func aDamagedFileIsRefusedByNameAndLeftAlone() throws {
        let file = try filled()
        let url = URL(fileURLWithPath: file.path)
        let whole = try Data(contentsOf: url)
        var generator = SeededGenerator()
        var refused = 0
        for round in 0..<30 {
            var bytes = whole
            switch round {
            case 0: bytes = Data("not a database at all, only some text of more than sixteen bytes".utf8)
            case 1: bytes = whole.prefix(whole.count / 2)
            default:
                let place = Int.random(in: 0..<(bytes.count - 600), using: &generator)
                for offset in 0..<600 { bytes[place + offset] = UInt8.random(in: 0...255, using: &generator) }
            }
            for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file.path + suffix) }
            try bytes.write(to: url)
            do {
                // Damage that SQLite's own check does not see must show as a typed error or a readable row.
                _ = try open(file).opportunities(limit: 1_000)
            } catch let error as HistoryError {
                #expect([.corrupt, .otherOwner, .newerFormat, .io, .unusableFile].contains(error.code), "\(error)")
                #expect(error.description.hasPrefix(file.path))
                if error.code == .corrupt { refused += 1 }
                if round < 2 { #expect(try error.code == .corrupt && Data(contentsOf: url) == bytes) }
            }
        }
        #expect(refused > 15)
    }

    @Test func aRowThatDoesNotReadIsNamed() throws {
        let file = try filled()
        let store = try open(file)
        try store.pool.write { try $0.execute(sql: "UPDATE opportunity SET amount_in = 'lots' WHERE id = 300") }
        let error = #expect(throws: HistoryError.self) { try store.opportunities(limit: 1) }
        #expect(error?.code == .corrupt && error?.message.contains("opportunity 300, amount_in does not read") == true)
    }

    @Test func anotherChainAnotherProgramAndANewerMartletAreRefused() throws {
        let file = try filled()
        #expect(code { try open(file, chain: 1) } == .otherOwner)
        let store = try open(file)
        try store.pool.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99: of the future')") }
        try store.close()
        #expect(code { try open(file) } == .newerFormat)
        let foreign = try TemporaryFile()
        try DatabaseQueue(path: foreign.path).write { try $0.execute(sql: "CREATE TABLE a (b)") }
        #expect(code { try open(foreign) } == .otherOwner)
    }

    @Test func aPlaceThatCannotHoldAFileIsNamed() throws {
        #expect(code { try HistoryStore(file: "/proc/nothing/history.sqlite", chainID: 1) } == .unusableFile)
        let folder = try TemporaryFile()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        #expect(code { try open(folder) } == .unusableFile)
    }

    @Test func aClosedStoreThrows() throws {
        let store = try open(TemporaryFile())
        try store.close()
        #expect(throws: HistoryError.self) { try store.opportunities(limit: 1) }
    }
}
