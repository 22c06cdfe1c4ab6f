import EVMTypes
import Foundation
import Glibc
import Pools
import TestSupport
import Testing

@testable import PoolStore

/// What a child process (this same test program, started with `MARTLET_STORE_CHILD`) does with a store.
enum Child {
    static let variable = "MARTLET_STORE_CHILD"
    static let folderVariable = "MARTLET_STORE_FOLDER"

    enum Mode: String {
        case commitForever, commitForeverSynced, commitUntilFull, openOnce, followForever
    }

    /// Starts a child; its words for us go to the file `said`.
    static func start(_ mode: Mode, _ folder: TemporaryFolder, said: URL) throws -> Process {
        try Data().write(to: said)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["--filter", "ChildTests", "--testing-library", "swift-testing"]
        process.environment = ProcessInfo.processInfo.environment.merging([
            variable: mode.rawValue, folderVariable: folder.path, "MARTLET_STORE_SAID": said.path,
        ]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Lines the child has written, only whole ones.
    static func lines(_ said: URL) -> [String] {
        let text = (try? String(contentsOf: said, encoding: .utf8)) ?? ""
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// The last block the child said was committed.
    static func lastAcknowledged(_ said: URL) -> UInt64 { lines(said).compactMap { UInt64($0) }.last ?? 0 }
}

/// Runs only in a child process.
@Suite struct ChildTests {
    @Test func childWork() throws {
        let environment = ProcessInfo.processInfo.environment
        guard let mode = environment[Child.variable].flatMap({ Child.Mode(rawValue: $0) }),
            let folder = environment[Child.folderVariable], let said = environment["MARTLET_STORE_SAID"],
            let output = FileHandle(forWritingAtPath: said)
        else { return }
        func say(_ text: String) { output.write(Data((text + "\n").utf8)) }
        if mode == .commitUntilFull {
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 300_000, rlim_max: rlim_t.max)
            getrlimit(__rlimit_resource_t(1), &limit)
            limit.rlim_cur = 300_000
            setrlimit(__rlimit_resource_t(1), &limit)
        }
        do {
            let store = try PoolStore(
                folder: folder, chainID: 1337, reorgDepth: 8, syncCommits: mode == .commitForeverSynced)
            if mode == .openOnce { return say("opened") }
            if mode == .followForever { return try MarketScript.follow(store, say) }
            for number in ((store.head?.number ?? 0) + 1)... {
                try store.commit(
                    Script.block(number), writes: Script.writes(number),
                    meta: [MetaWrite(key: "last", value: Array(String(number).utf8))])
                say(String(number))
            }
        } catch let error as PoolStoreError {
            say(error.code.rawValue)
        }
    }
}

@Suite(.serialized) struct CrashTests {
    /// Keeps every folder of a test until the test ends.
    private let kept = Kept()

    private func open(_ folder: TemporaryFolder) throws -> PoolStore {
        kept.folders.append(folder)
        return try PoolStore(folder: folder.path, chainID: 1337, reorgDepth: 8, syncCommits: false)
    }

    /// Waits until `condition` holds; false when it does not within a minute.
    private func wait(_ condition: () -> Bool) -> Bool {
        for _ in 0..<6000 {
            if condition() { return true }
            usleep(10_000)
        }
        return false
    }

    @Test(arguments: [Child.Mode.commitForever, .commitForeverSynced])
    func killedInTheMiddleTheStoreHoldsTheLastAcknowledgedBlock(_ mode: Child.Mode) throws {
        var generator = SeededGenerator()
        let folder = TemporaryFolder()
        var before: UInt64 = 0
        for _ in 0..<4 {
            let said = FileManager.default.temporaryDirectory.appendingPathComponent(
                "martlet-said-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: said) }
            let child = try Child.start(mode, folder, said: said)
            let target = before + UInt64.random(in: 20...150, using: &generator)
            #expect(wait { Child.lastAcknowledged(said) >= target })
            usleep(UInt32.random(in: 0...3000, using: &generator))
            kill(child.processIdentifier, SIGKILL)
            child.waitUntilExit()
            let acknowledged = Child.lastAcknowledged(said)
            let store = try open(folder)
            let head = try #require(store.head)
            #expect(head.number == acknowledged || head.number == acknowledged + 1)
            #expect(head == Script.block(head.number))
            #expect(try store.allRows(portion: 100) == Script.rows(upTo: head.number))
            #expect(try store.meta("last") == Array(String(head.number).utf8))
            // The undo records survived as well.
            let undone = try store.undo(to: Script.block(head.number - 3))
            #expect(undone.blocks.count == 3)
            #expect(try store.allRows(portion: 100) == Script.rows(upTo: head.number - 3))
            try store.close()
            before = head.number - 3
        }
    }

    @Test func anotherProcessFindsTheFolderLocked() throws {
        let folder = TemporaryFolder()
        let store = try open(folder)
        let said = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-said-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: said) }
        try Child.start(.openOnce, folder, said: said).waitUntilExit()
        #expect(Child.lines(said) == ["locked"])
        try store.close()
        try Child.start(.openOnce, folder, said: said).waitUntilExit()
        #expect(Child.lines(said) == ["opened"])
    }

    @Test func aFullDiskIsToldAndLosesNothing() throws {
        let folder = TemporaryFolder()
        let said = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-said-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: said) }
        try Child.start(.commitUntilFull, folder, said: said).waitUntilExit()
        let lines = Child.lines(said)
        #expect(lines.last == "diskFull")
        let acknowledged = Child.lastAcknowledged(said)
        #expect(acknowledged > 3)
        let store = try open(folder)
        let head = try #require(store.head)
        #expect(head.number == acknowledged || head.number == acknowledged + 1)
        #expect(try store.allRows() == Script.rows(upTo: head.number))
        try store.commit(Script.block(head.number + 1), writes: Script.writes(head.number + 1))
    }

    /// A store whose rows are still in the log, and the log's name.
    private func storeWithLog() throws -> (folder: TemporaryFolder, log: String) {
        let folder = TemporaryFolder()
        var store: PoolStore? = try open(folder)
        for number in UInt64(1)...30 { try store?.commit(Script.block(number), writes: Script.writes(number)) }
        #expect(store?.head?.number == 30)
        store = nil
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".log") }
        let log = try #require(
            names.max {
                (try? Data(contentsOf: folder.file($0)).count) ?? 0 < (try? Data(contentsOf: folder.file($1)).count)
                    ?? 0
            })
        return (folder, log)
    }

    /// Either the folder is refused as damaged, or it holds the state of some earlier block, whole. Returns that block.
    private func headAfterDamage(_ folder: TemporaryFolder) throws -> UInt64? {
        do {
            let store = try open(folder)
            let number = store.head?.number ?? 0
            let same = try store.allRows(portion: 100) == Script.rows(upTo: number)
            #expect(same)
            return number
        } catch let error as PoolStoreError {
            #expect(error.code == .corrupt, "\(error)")
            return nil
        }
    }

    @Test func aTornLogGivesTheLastWholeBlock() throws {
        let (folder, log) = try storeWithLog()
        let size = try Data(contentsOf: folder.file(log)).count
        var generator = SeededGenerator()
        var heads: [UInt64] = []
        for _ in 0..<25 {
            let copy = try folder.copy()
            let cut = Int.random(in: (size / 2)..<size, using: &generator)
            try Data(contentsOf: copy.file(log)).prefix(cut).write(to: copy.file(log))
            let head = try headAfterDamage(copy)
            #expect(head != nil, "a torn tail is no damage (cut at \(cut) of \(size))")
            heads.append(head ?? 0)
        }
        #expect(heads.contains { $0 > 5 && $0 < 30 })
    }

    @Test func damageIsRefusedOrGivesAWholeBlockNeverAMixture() throws {
        let (folder, log) = try storeWithLog()
        var generator = SeededGenerator()
        var refused = 0
        for _ in 0..<40 {
            let copy = try folder.copy()
            var bytes = try Data(contentsOf: copy.file(log))
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= UInt8.random(
                    in: 1...255, using: &generator)
            }
            try bytes.write(to: copy.file(log))
            if try headAfterDamage(copy) == nil { refused += 1 }
        }
        #expect(refused > 10)
    }

    @Test func damagedTablesAndManifestsAreRefused() throws {
        let folder = TemporaryFolder()
        let store = try open(folder)
        for number in UInt64(1)...30 { try store.commit(Script.block(number), writes: Script.writes(number)) }
        try store.close()
        var generator = SeededGenerator()
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        for name in names where name.hasSuffix(".sst") || name.hasPrefix("MANIFEST") || name == "CURRENT" {
            let copy = try folder.copy()
            var bytes = try Data(contentsOf: copy.file(name))
            let place = Int.random(in: 0..<max(1, bytes.count / 2), using: &generator)
            bytes[place] ^= 0x55
            try bytes.write(to: copy.file(name))
            if let head = try headAfterDamage(copy) { #expect(head == 30) }
            try FileManager.default.removeItem(at: copy.file(name))
            let without = try headAfterDamage(copy)
            #expect(without == nil, "\(name) is missing")
        }
    }
}
