internal import Foundation

/// Where RocksDB writes its own log: a folder in memory, away from the database's disk, for one open database.
///
/// On a full disk the library's logger ends the process (an assertion that Debian's build has on) instead of failing;
/// nothing in that log is needed, since every call returns its error. The folder goes when the database is closed; one
/// of a killed process stays, with at most two files of 256 KiB, until the machine starts again.
struct LibraryLog: Sendable {
    /// The folder; nil where memory files are not to be had, and the library then logs beside its data.
    let folder: String?

    static let fileBytesMax = 256 << 10

    init() {
        let root = "/dev/shm"
        let folder = root + "/martlet-log-" + UUID().uuidString
        let isMade =
            (try? FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])) != nil
        self.folder = isMade ? folder : nil
    }

    /// Removes the folder.
    func remove() {
        guard let folder else { return }
        // What cannot be removed is a few kilobytes of memory.
        try? FileManager.default.removeItem(atPath: folder)
    }
}
