internal import Foundation

/// Where RocksDB writes its own log: a folder in memory, away from the database's disk, for one open database.
///
/// On a full disk the library's logger ends the process (an assertion that Debian's build has on) instead of failing;
/// nothing in that log is needed, since every call returns its error. The folder goes when the database is closed; one
/// of a killed process goes when the next database is opened: its lock is free then.
struct LibraryLog: Sendable {
    /// The folder; nil where memory files are not to be had, and the library then logs beside its data.
    let folder: String?
    /// Holds the folder's lock while the database is open.
    private let lock: Int32

    static let fileBytesMax = 256 << 10
    private static let root = "/dev/shm", prefix = "martlet-log-"

    init() {
        Self.sweep()
        // Again where another process swept the folder between its making and its lock.
        for _ in 0..<3 {
            let folder = "\(Self.root)/\(Self.prefix)\(UUID().uuidString)"
            guard mkdir(folder, 0o700) == 0 else { break }
            guard let lock = Self.lock(folder) else { continue }
            self.folder = folder
            self.lock = lock
            return
        }
        folder = nil
        lock = -1
    }

    /// Removes the folder.
    func remove() {
        guard let folder else { return }
        Self.erase(folder)
        close(lock)
    }

    /// The locked folder's descriptor; nil where another process, or another database of this one, has it.
    private static func lock(_ folder: String) -> Int32? {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
        close(descriptor)
        return nil
    }

    /// Removes what killed processes of this user left.
    private static func sweep() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        for name in names where name.hasPrefix(prefix) {
            guard let descriptor = lock("\(root)/\(name)") else { continue }
            erase("\(root)/\(name)")
            close(descriptor)
        }
    }

    /// What cannot be removed is a few kilobytes of memory.
    private static func erase(_ folder: String) { try? FileManager.default.removeItem(atPath: folder) }
}
