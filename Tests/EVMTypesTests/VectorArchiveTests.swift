import Foundation
import TestSupport
import Testing

@Suite struct VectorArchiveTests {
    /// Counts files against the archive's own manifest, so that a broken unpack is seen here and not as a missing test
    /// elsewhere.
    @Test func theUnpackedVectorsMatchTheirManifest() throws {
        guard let top = try VectorArchive.stateTests.folder() else { return }
        let manifest = try String(contentsOf: top.appendingPathComponent("MANIFEST"), encoding: .utf8)
        var folders = 0, files = 0
        for line in manifest.split(separator: "\n") where !line.hasPrefix("#") {
            let fields = line.split(separator: "\t").map(String.init)
            let count = try #require(
                fields.first { $0.hasPrefix("files=") }.flatMap { Int($0.dropFirst(6)) }, "\(line)")
            let folder = top.appendingPathComponent(fields[0])
            let found = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
                $0.hasSuffix(".json")
            }.count
            #expect(found == count, "\(fields[0])")
            folders += 1
            files += count
        }
        #expect(folders == 382)
        #expect(files == 8361)
    }

    @Test func threadsThatAskAtOnceGetTheSameFolder() async throws {
        let folders = try await withThrowingTaskGroup(of: URL?.self) { group in
            for _ in 0..<4 { group.addTask { try VectorArchive.worstBlocks.folder() } }
            return try await group.reduce(into: [URL?]()) { $0.append($1) }
        }
        #expect(Set(folders).count == 1)
    }
}
