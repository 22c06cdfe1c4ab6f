import Glibc

/// What a process that holds keys does at its start.
public enum ProcessHardening {
    /// Forbids core dumps and lets nobody but root attach to or read the memory of this process (`PR_SET_DUMPABLE` 0,
    /// `RLIMIT_CORE` 0). False when the system refused one of them.
    ///
    /// For the signer and every command that opens a key. The secrets' own pages are left out of dumps in any case.
    @discardableResult
    public static func apply() -> Bool {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        let isLimited = setrlimit(__rlimit_resource_t(4), &none) == 0  // RLIMIT_CORE
        // Swift cannot call C's variadic functions; with integers alone their calling convention is the plain one.
        typealias Control = @convention(c) (CInt, UInt, UInt, UInt, UInt) -> CInt
        guard let found = dlsym(nil, "prctl") else { return false }
        let setDumpable: CInt = 4  // PR_SET_DUMPABLE
        return unsafeBitCast(found, to: Control.self)(setDumpable, 0, 0, 0, 0) == 0 && isLimited
    }
}
