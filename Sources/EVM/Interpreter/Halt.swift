/// How a frame, and with it a transaction, ended.
public enum Halt: UInt8, Hashable, Sendable, BitwiseCopyable {
    /// STOP, or the end of the code.
    case stop
    /// RETURN.
    case `return`
    /// SELFDESTRUCT.
    case selfdestruct
    /// REVERT: changes taken back, the gas left over kept.
    case revert
    // Exceptional halts: changes taken back, all gas taken.
    case outOfGas, stackUnderflow, stackOverflow, invalidJump
    /// INVALID (0xfe).
    case invalidOpcode
    /// A byte that is no instruction at this fork.
    case undefinedOpcode
    /// A change of state inside a STATICCALL (EIP-214).
    case staticViolation
    /// RETURNDATACOPY beyond the data (EIP-211).
    case returnDataOutOfBounds
    /// CREATE at an address that has a nonce, code or storage (EIP-684, EIP-7610).
    case createCollision
    /// Init code longer than allowed (EIP-3860).
    case initCodeTooLong
    /// Deployed code longer than allowed (EIP-170).
    case codeTooLong
    /// Deployed code that starts with 0xef (EIP-3541).
    case codeStartsWithEF
    /// A precompiled contract refused its input.
    case precompileFailed
    // The caller of a frame that never ran; it keeps the frame's gas.
    /// More than 1,024 frames.
    case callTooDeep
    /// The value is more than the caller has.
    case insufficientBalance
    /// The creator's nonce is 2^64-1 (EIP-2681).
    case nonceOverflow
    // Ends of the whole run that say nothing about the chain.
    /// Something of the state is not known: see the list of needs.
    case missingState
    /// The run needs more memory than the machine's limit allows.
    case memoryLimit
    /// A precompiled contract of the chain, or a program for another machine, that Martlet does not have.
    case unsupportedPrecompile

    /// Whether changes are kept.
    public var isSuccess: Bool { rawValue <= Halt.selfdestruct.rawValue }
    /// Whether the run ended without an answer: the chain's own outcome is not known.
    public var isUnanswered: Bool { rawValue >= Halt.missingState.rawValue }
    /// Whether the frame takes all its gas.
    var takesAllGas: Bool { rawValue >= Halt.outOfGas.rawValue && rawValue <= Halt.precompileFailed.rawValue }
}

/// What an instruction's handler answers besides the gas left, in one number: gas when not negative, else a `Halt`.
@inline(__always) func failed(_ halt: Halt) -> Int64 { -1 &- Int64(halt.rawValue) }
@inline(__always) func haltOf(_ gas: Int64) -> Halt { Halt(rawValue: UInt8(truncatingIfNeeded: -1 &- gas))! }
/// A handler's answer that a new frame was pushed and is to run next.
let enterFrame = Int64.min

extension Halt {
    /// Why a frame ended, in geth's words, which wallets and libraries look for; nil when it ended well.
    /// Source: geth `core/vm/errors.go`.
    public var gethText: String? {
        switch self {
        case .stop, .return, .selfdestruct: nil
        case .revert: "execution reverted"
        case .outOfGas: "out of gas"
        case .stackUnderflow: "stack underflow"
        case .stackOverflow: "stack limit reached 1024"
        case .invalidJump: "invalid jump destination"
        case .invalidOpcode: "invalid opcode: INVALID"
        case .undefinedOpcode: "invalid opcode"
        case .staticViolation: "write protection"
        case .returnDataOutOfBounds: "return data out of bounds"
        case .createCollision: "contract address collision"
        case .initCodeTooLong: "max initcode size exceeded"
        case .codeTooLong: "max code size exceeded"
        case .codeStartsWithEF: "invalid code: must not begin with 0xef"
        case .precompileFailed: "precompiled contract failed"
        case .callTooDeep: "max call depth exceeded"
        case .insufficientBalance: "insufficient balance for transfer"
        case .nonceOverflow: "nonce uint64 overflow"
        case .missingState: "state is missing"
        case .memoryLimit: "memory limit of the machine reached"
        case .unsupportedPrecompile: "precompiled contract is not supported"
        }
    }
}
