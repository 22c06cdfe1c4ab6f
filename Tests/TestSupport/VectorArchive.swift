public import Foundation

/// The official Ethereum test vectors of `shared/vectors`, unpacked once into a cache folder outside the checkout.
///
/// The folder is `${XDG_CACHE_HOME:-~/.cache}/martlet/vectors/<first 16 hex digits of the archive's SHA-256>`. It
/// appears in one rename, under an advisory lock, so parallel test processes share one copy and a killed run leaves
/// nothing half done.
/// A test that needs the vectors returns early when `folder` or `file` gives nil: one line saying why was printed.
public enum VectorArchive: String, Sendable, CaseIterable {
    /// State, block, transaction, RLP, key and ABI tests (287 MiB unpacked).
    case stateTests = "evm-state-tests"
    /// The "worst block" cases (41 MiB unpacked).
    case worstBlocks = "evm-worst-blocks"

    /// What went wrong while unpacking.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// The archive's one top folder (`evm-tests` or `evm-bench`), unpacked on first use; nil where `shared/vectors` is
    /// absent.
    public func folder(for test: String = #function) throws -> URL? {
        guard let archive = SharedData.path("vectors/\(rawValue).tar.xz", for: test) else { return nil }
        switch self {
        case .stateTests: return try Self.stateTestsFolder(archive)
        case .worstBlocks: return try Self.worstBlocksFolder(archive)
        }
    }

    /// One file or folder of the archive, named relative to its top folder, for example `small/RLPTests/rlptest.json`.
    /// Nil where the archive is absent; throws when the archive is there and does not hold the file.
    public func file(_ relative: String, for test: String = #function) throws -> URL? {
        guard let url = try folder(for: test)?.appendingPathComponent(relative) else { return nil }
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw Failure(description: "\(rawValue) holds no \(relative)")
        }
        return url
    }

    /// Every `.json` file at or below `relative`, sorted by path; nil where the archive is absent.
    public func jsonFiles(under relative: String, for test: String = #function) throws -> [URL]? {
        guard let top = try file(relative, for: test) else { return nil }
        guard let walk = FileManager.default.enumerator(at: top, includingPropertiesForKeys: nil) else {
            throw Failure(description: "cannot list \(top.path)")
        }
        let found = walk.compactMap { $0 as? URL }.filter { $0.pathExtension == "json" }
        return found.sorted { $0.path < $1.path }
    }

    // Swift initialises each of these once a process, whatever thread asks first.
    private static let stateTestsResult = Memo()
    private static let worstBlocksResult = Memo()

    private static func stateTestsFolder(_ archive: URL) throws -> URL {
        try stateTestsResult.value { try unpack(archive, top: "evm-tests") }
    }

    private static func worstBlocksFolder(_ archive: URL) throws -> URL {
        try worstBlocksResult.value { try unpack(archive, top: "evm-bench") }
    }

    /// Remembers the first success and serialises the threads of this process.
    private final class Memo: @unchecked Sendable {
        private let lock = NSLock()
        private var found: URL?

        func value(_ make: () throws -> URL) throws -> URL {
            try lock.withLock {
                if let found { return found }
                let made = try make()
                found = made
                return made
            }
        }
    }

    private static func unpack(_ archive: URL, top: String) throws -> URL {
        let environment = ProcessInfo.processInfo.environment
        let named = environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : URL(fileURLWithPath: $0) }
        let cache = named ?? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache")
        let root = cache.appendingPathComponent("martlet/vectors")
        let digest = try run("sha256sum", [archive.path]).prefix(16)
        let place = root.appendingPathComponent(String(digest))
        let wanted = place.appendingPathComponent(top)
        if FileManager.default.fileExists(atPath: wanted.path) { return wanted }

        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        let lockPath = root.appendingPathComponent(".lock").path
        let descriptor = open(lockPath, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else {
            throw Failure(description: "cannot lock \(lockPath)")
        }
        defer { close(descriptor) }  // closing releases the lock
        if FileManager.default.fileExists(atPath: wanted.path) { return wanted }

        // We hold the lock, so any scratch folder here was left by a killed run.
        let scratch = root.appendingPathComponent(".unpack.\(digest)")
        if FileManager.default.fileExists(atPath: scratch.path) { try FileManager.default.removeItem(at: scratch) }
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        _ = try run("tar", ["-xJf", archive.path, "-C", scratch.path])
        try FileManager.default.moveItem(at: scratch, to: place)
        guard FileManager.default.fileExists(atPath: wanted.path) else {
            throw Failure(description: "\(archive.lastPathComponent) holds no folder \(top)")
        }
        return wanted
    }

    private static func run(_ tool: String, _ arguments: [String]) throws -> String {
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [tool] + arguments
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(tool) failed with status \(process.terminationStatus)")
        }
        return String(decoding: output, as: UTF8.self)
    }
}
