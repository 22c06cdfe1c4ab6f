import Database
import EVM
import EVMCodec
import EVMTypes
import Foundation
import NodeClient
import Synchronization
import TestSupport
import Testing

@testable import ForkState

@Suite struct CacheTests {
    private func world(_ seed: UInt64 = 41) -> FakeNode.World {
        var random = SeededGenerator(seed: seed)
        return FakeNode.World.random(&random)
    }

    private func root(_ answers: StateAnswers) -> Hash32 {
        var state = PinnedState(unknown: .asked)
        answers.fill(&state)
        return state.stateRoot()
    }

    @Test(arguments: [BlockID.latest, .number(12)]) func aRunIsRepeatedWithTheNodeGone(block: BlockID) async throws {
        let world = world()
        let node = FakeNode(world)
        let folder = CacheFolder()
        let cache = StateCache(folder: folder.path)
        #expect(cache.problem == nil)
        let fork = try await ForkSource(node, label: "fake", cache: cache).pin(block)
        _ = try await fork.answers(for: world.allNeeds)
        cache.close()
        // Another process, the node away.
        node.behave { $0.isDead = true }
        var options = ForkOptions()
        options.retriesMax = 0
        for peer in [node, nil] {
            let again = StateCache(folder: folder.path)
            let source = ForkSource(peer, label: "fake", options: options, cache: again)
            for id in [block, .hash(fork.hash)] {
                let pinned = try await source.pin(id)
                #expect(pinned.block == fork.block)
                #expect(root(try await pinned.answers(for: world.allNeeds)) == fork.header.stateRoot)
                #expect(root(pinned.held(world.allNeeds)) == fork.header.stateRoot)
                let stranger = await forkError {
                    _ = try await pinned.answers(for: [.account(Address(high: 7, low: 7))])
                }
                #expect(stranger?.code == (peer == nil ? .offline : .peerFailed))
            }
            let unknown = await forkError { _ = try await source.pin(.number(3)) }
            #expect(unknown?.code == (peer == nil ? .offline : .peerFailed))
            // Another node's numbers are not this one's.
            let other = await forkError {
                _ = try await ForkSource(nil, label: "other", cache: again).pin(block)
            }
            #expect(other?.code == .offline)
            #expect(source.report.isOffline && source.report.calls < 10 && source.report.cacheHits > 0)
            again.close()
        }
    }

    @Test func oldBlocksMakeRoomAndCodesStay() async throws {
        var world = world()
        let node = FakeNode(world)
        let folder = CacheFolder()
        var options = StateCacheOptions()
        options.blocksMax = 3
        let cache = StateCache(folder: folder.path, options: options)
        var hashes: [Hash32] = []
        for number in UInt64(13)...20 {
            let fork = try await ForkSource(node, label: "fake", cache: cache).pin(.latest)
            _ = try await fork.answers(for: world.allNeeds)
            hashes.append(fork.hash)
            world.seal(number, true)
            let next = world
            node.world.withLock { $0 = next }
        }
        #expect(cache.blockCount == 3)
        cache.close()
        let database = try RocksDatabase(path: folder.path, columns: RocksDatabase.Column.ofCache, sync: false)
        var blocks: Set<[UInt8]> = []
        try database.scan(.state) { key, _ in
            blocks.insert(Array(key.prefix(32)))
            return true
        }
        #expect(blocks == Set(hashes.suffix(3).map(\.bytes)))
        for code in world.codes { #expect(try database.get(.codes, code.key.bytes) == code.value) }
    }

    /// Every record with a flipped bit is dropped and fetched again; none is believed.
    @Test func damagedRecordsAreFetchedAnew() async throws {
        let world = world()
        let node = FakeNode(world)
        let folder = CacheFolder()
        var cache = StateCache(folder: folder.path)
        _ = try await ForkSource(node, label: "fake", cache: cache).pin(.latest).answers(for: world.allNeeds)
        cache.close()
        var damaged = 0
        var database: RocksDatabase? = try RocksDatabase(
            path: folder.path, columns: RocksDatabase.Column.ofCache, sync: false)
        var random = SeededGenerator(seed: 42)
        for column in [RocksDatabase.Column.state, .codes] {
            var rows: [RocksDatabase.Write] = []
            try database?.scan(column) { key, value in
                var value = value
                if Bool.random(using: &random), !value.isEmpty {
                    value[Int.random(in: 0..<value.count, using: &random)] ^=
                        1 << UInt8.random(in: 0..<8, using: &random)
                } else {
                    value.removeLast()
                }
                rows.append(.init(column: column, key: key, value: value))
                return true
            }
            damaged += rows.count
            try database?.write(rows)
        }
        database = nil
        cache = StateCache(folder: folder.path)
        let source = ForkSource(node, label: "fake", cache: cache)
        let fork = try await source.pin(.latest)
        #expect(root(try await fork.answers(for: world.allNeeds)) == fork.header.stateRoot)
        #expect(source.report.corruptRecords >= UInt64(world.accounts.count + world.slots.count))
        print("damaged \(damaged) records: \(source.report)")
        cache.close()
        // They were written again.
        cache = StateCache(folder: folder.path)
        let again = ForkSource(nil, label: "fake", cache: cache)
        let held = try await again.pin(.latest)
        #expect(root(held.held(world.allNeeds)) == fork.header.stateRoot && again.report.corruptRecords == 0)
        cache.close()
    }

    /// A file system of 3 MB that runs full: said once, the run goes on, and what was there is intact.
    @Test func aFullDiskIsSaidOnceAndTheRunGoesOn() async throws {
        let folder = CacheFolder()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        guard Self.run("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", folder.path]) else {
            return print("skipped: a full disk needs the right to mount")
        }
        defer { _ = Self.run("umount", ["-l", folder.path]) }
        let world = world()
        let node = FakeNode(world)
        var cache = StateCache(folder: folder.path + "/cache")
        #expect(cache.problem == nil)
        let source = ForkSource(node, label: "fake", cache: cache)
        let fork = try await source.pin(.latest)
        _ = try await fork.answers(for: world.allNeeds)
        #expect(source.report.cacheProblem == nil)
        try? Data(count: 8 << 20).write(to: URL(fileURLWithPath: folder.path + "/ballast"))
        let filler = FileHandle(forWritingAtPath: folder.path + "/ballast") ?? FileHandle.nullDevice
        for _ in 0..<4_096 { if (try? filler.write(contentsOf: Data(count: 1_024))) == nil { break } }
        // What is new does not fit any more, and the answers come all the same.
        for index in 0..<200 {
            let address = Address(high: 3, low: UInt128(index))
            #expect(try await fork.answers(for: [.account(address)]).accounts[address]?.state == nil)
        }
        print("full disk: \(source.report)")
        #expect(source.report.cacheProblem?.contains("the disk is full") == true)
        cache.close()
        try filler.close()
        try? FileManager.default.removeItem(atPath: folder.path + "/ballast")
        cache = StateCache(folder: folder.path + "/cache")
        #expect(cache.problem == nil)
        let held = try await ForkSource(nil, label: "fake", cache: cache).pin(.latest)
        #expect(root(held.held(world.allNeeds)) == fork.header.stateRoot)
        cache.close()
    }

    @Test func aFolderThatCannotBeUsedIsSaidAndTheRunGoesOn() async throws {
        let world = world()
        let folder = CacheFolder()
        let first = StateCache(folder: folder.path)
        let second = StateCache(folder: folder.path)
        #expect(second.problem?.contains("in use by another process") == true)
        let third = StateCache(folder: "/proc/nothing/here")
        #expect(third.problem?.contains("check its path") == true)
        for cache in [second, third] {
            let source = ForkSource(FakeNode(world), label: "fake", cache: cache)
            #expect(root(try await source.pin(.latest).answers(for: world.allNeeds)) == world.headers.last!.stateRoot)
        }
        first.close()
    }

    private static func run(_ tool: String, _ arguments: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [tool] + arguments
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
