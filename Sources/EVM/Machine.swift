public import EVMCodec
internal import EVMTypes

/// Bounds of a machine that say nothing about the chain.
public struct MachineLimits: Hashable, Sendable {
    /// Most bytes of memory that all frames of a run may have together.
    public var memoryMax = 1 << 30
    /// Bytes of code that the cache may hold before it is emptied (between runs).
    public var codeCacheMax = 256 << 20
    /// Whether code that runs often is translated to a register form; results are the same.
    public var translates = true
    /// How often a code is entered as bytes before it is translated; 0 translates at once (for tests).
    public var runsBeforeTranslation: UInt32 = 2

    public init() {}
}

/// An EVM: stack, memory, frames and code cache, reused from run to run, over an overlay of a pinned state.
///
/// A run never calls out. What it needs and the pinned state does not know ends the run with `Halt.missingState` and a
/// list of needs; run it again when the state has them. Once warm, a run allocates nothing per instruction or call.
/// Not thread-safe: one machine a thread.
public struct Machine: ~Copyable {
    /// The changes of the runs so far, which the next one builds on. Exchange it to work on another candidate.
    public var overlay = Overlay()
    /// Bounds of the machine.
    public let limits: MachineLimits

    /// What the chain's rules are; set by `adopt`.
    var rules: ExecutionRules
    var block = BlockEnvironment()
    var base: BaseView
    /// What the rules say of each opcode.
    let instructions: UnsafeMutablePointer<InstructionInfo>
    var prices: GasSchedule
    var fork: Hardfork

    // The transaction that runs.
    var origin = Address.zero
    var gasPrice = U256.zero
    var blobHashes: [Hash32] = []
    var ripemdTouched = false
    /// The running frame, and how many called it; -1 when none runs.
    var frame: UnsafeMutablePointer<Frame>
    var depth = -1
    /// The account that `access` touched last.
    var touched = 0

    // Scratch.
    let stack: UnsafeMutablePointer<U256>
    var frames = Slab<Frame>(capacity: 1026)
    var memory = Slab<UInt8>(capacity: 1 << 16)
    var returnData = Slab<UInt8>(capacity: 1 << 12)
    var precompileOutput: [UInt8] = []
    var keccaks = KeccakMemo()
    var recoveries = RecoveryMemo()
    var codes = CodeCache()
    /// Whether this run may translate codes: not while it is traced.
    var translates = true
    /// Whether this run is traced: then calls that push no frame are noted.
    var isTraced = false
    /// The call or creation of the running instruction, if it pushed no frame.
    var note = CallNote()
    /// What the transaction's creation made.
    var createdAddress: Address?
    /// The gas left when a frame ended well.
    var endGas: Int64 = 0
    /// The output of the frame that just ended, in `memory`.
    var outputBase = 0
    var outputCount = 0
    /// The precompiled contract that ended the run, which Martlet does not have.
    var unsupportedPrecompile: Address?

    /// Words of the shared stack: 1,025 frames of 1,024 words, and room for a translated block's temporaries.
    private static let stackWords = 1_025 * 1_024 + 2_048

    /// A machine for these rules; `adopt` changes them later. Reserves 34 MB of address space, of which it touches what
    /// runs touch.
    public init(rules: ExecutionRules = .ethereum(.osaka), limits: MachineLimits = MachineLimits()) {
        self.rules = rules
        self.limits = limits
        prices = rules.gas
        fork = rules.fork
        instructions = .allocate(capacity: 256)
        stack = .allocate(capacity: Self.stackWords)
        base = BaseView(store: UnsafeMutablePointer(bitPattern: 8)!, asks: false)
        frame = frames.base - 1
        loadPrices()
    }

    deinit {
        instructions.deallocate()
        stack.deallocate()
    }

    private func loadPrices() {
        InstructionInfo.table(rules.gas, into: instructions)
    }

    /// Changes the chain's rules. Cheap when they are the same; else translations of code are dropped.
    public mutating func adopt(_ rules: ExecutionRules) {
        if rules == self.rules { return }
        self.rules = rules
        prices = rules.gas
        fork = rules.fork
        loadPrices()
        codes.removeAll()
    }

    /// Puts `other` in place of the overlay and gives back the one that was there. Constant time.
    public mutating func exchange(_ other: inout Overlay) { swap(&overlay, &other) }

    // MARK: Codes

    /// The cache's index of an account's code; -1, and a need noted, when the code is not known.
    @inline(__always) mutating func code(of account: Int) -> Int32 {
        let index = overlay.accounts[account].codeIndex
        return _fastPath(index >= 0) ? index : loadCode(account)
    }

    @inline(never) private mutating func loadCode(_ account: Int) -> Int32 {
        let hash = overlay.accounts[account].codeHash
        var index = codes.index(of: hash) ?? -1
        if index < 0 {
            if let code = overlay.newCodes[hash] ?? baseCode(hash) {
                index = codes.add(code, hash: hash)
            } else {
                overlay.need(.code(overlay.accounts[account].address, hash))
                return -1
            }
        }
        overlay.accounts[account].codeIndex = index
        return index
    }

    private func baseCode(_ hash: Hash32) -> [UInt8]? { base.store.pointee.codes[hash] ?? (base.asks ? nil : []) }

    /// Adds the frame's analysis of jump targets, from the cache when it has it.
    mutating func analyseJumps(_ frame: inout Frame) {
        if frame.codeIndex >= 0 {
            let index = Int(frame.codeIndex)
            if codes.records[index].jumpdests == nil { codes.records[index].analyse() }
            frame.jumpdests = codes.records[index].jumpdests
        } else {
            frame.jumpdests = CodeRecord.jumpdests(frame.code, frame.codeCount)
        }
    }
}
