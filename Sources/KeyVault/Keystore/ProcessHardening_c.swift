import Glibc

/// What a process that holds keys does at its start.
public enum ProcessHardening {
    /// Forbids core dumps and lets nobody but root attach to or read the memory of this process (`PR_SET_DUMPABLE` 0,
    /// `RLIMIT_CORE` 0). False when the system refused one of them.
    ///
    /// For the node, the signer and every command that opens a key. The secrets' own pages are left out of dumps in any
    /// case. Whoever hunts a fault with a debugger sets `MARTLET_ALLOW_DUMPS=1`: then nothing is forbidden, and one
    /// line on stderr says so.
    @discardableResult
    public static func apply() -> Bool {
        if let wish = getenv("MARTLET_ALLOW_DUMPS"), String(cString: wish) == "1" {
            let line = Array("martlet: MARTLET_ALLOW_DUMPS=1: this process may be dumped and attached to\n".utf8)
            _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            return false
        }
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        let isLimited = setrlimit(__rlimit_resource_t(4), &none) == 0  // RLIMIT_CORE
        // Swift cannot call C's variadic functions; with integers alone their calling convention is the plain one.
        typealias Control = @convention(c) (CInt, UInt, UInt, UInt, UInt) -> CInt
        guard let found = dlsym(nil, "prctl") else { return false }
        let setDumpable: CInt = 4  // PR_SET_DUMPABLE
        return unsafeBitCast(found, to: Control.self)(setDumpable, 0, 0, 0, 0) == 0 && isLimited
    }
}
