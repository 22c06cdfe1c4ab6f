internal import EVMTypes

/// One running call or creation. Frames lie in a row that the machine owns; none is on the native stack.
struct Frame: BitwiseCopyable {
    /// The code and its padding.
    var code: UnsafeMutablePointer<UInt8>
    var codeCount: Int
    /// The code's record in the cache; -1 for init code, whose buffer is freed with the frame.
    var codeIndex: Int32
    /// The account whose storage and balance the code works on, in the overlay.
    var account: Int32
    var address: Address
    var caller: Address
    var value: U256
    var isStatic: Bool
    /// Whether this is a creation, whose output becomes code.
    var isCreate: Bool
    /// Whether the translated form runs; else the bytes are interpreted.
    var isTranslated = false
    /// The next byte, or for a translated program the next instruction.
    var pc = 0
    /// The gas left when the frame is not running.
    var gas: Int64
    /// First word of its stack, and one past its last, in the machine's stack.
    var stackBase: UnsafeMutablePointer<U256>
    var sp: UnsafeMutablePointer<U256>
    /// Its memory in the machine's memory.
    var memoryBase: Int
    var memorySize = 0
    /// Its calldata in the machine's memory.
    var inputBase: Int
    var inputCount: Int
    /// Where its output goes in the caller's memory.
    var outputBase: Int
    var outputCount: Int
    /// Valid jump targets, nil until the first jump.
    var jumpdests: UnsafeMutablePointer<UInt64>?
    var checkpoint: OverlayCheckpoint
    /// Jumps taken while its bytes are interpreted: a loop makes the code worth translating.
    var jumps: Int32 = 0
}
