/// The instructions' numbers and names. Source: Yellow Paper, appendix H, and the EIPs that added to it.
public enum Opcode: UInt8, CaseIterable, Sendable {
    case stop = 0x00, add, mul, sub, div, sdiv, mod, smod, addmod, mulmod, exp, signextend
    case lt = 0x10, gt, slt, sgt, eq, iszero, and, or, xor, not, byte, shl, shr, sar, clz
    case keccak256 = 0x20
    case address = 0x30, balance, origin, caller, callvalue, calldataload, calldatasize, calldatacopy, codesize
    case codecopy, gasprice, extcodesize, extcodecopy, returndatasize, returndatacopy, extcodehash
    case blockhash = 0x40, coinbase, timestamp, number, prevrandao, gaslimit, chainid, selfbalance, basefee
    case blobhash, blobbasefee
    case pop = 0x50, mload, mstore, mstore8, sload, sstore, jump, jumpi, pc, msize, gas, jumpdest, tload, tstore
    case mcopy, push0
    case push1 = 0x60, push2, push3, push4, push5, push6, push7, push8, push9, push10, push11, push12, push13
    case push14, push15, push16, push17, push18, push19, push20, push21, push22, push23, push24, push25, push26
    case push27, push28, push29, push30, push31, push32
    case dup1 = 0x80, dup2, dup3, dup4, dup5, dup6, dup7, dup8, dup9, dup10, dup11, dup12, dup13, dup14, dup15
    case dup16
    case swap1 = 0x90, swap2, swap3, swap4, swap5, swap6, swap7, swap8, swap9, swap10, swap11, swap12, swap13
    case swap14, swap15, swap16
    case log0 = 0xa0, log1, log2, log3, log4
    case create = 0xf0, call, callcode, `return`, delegatecall, create2
    case staticcall = 0xfa
    case revert = 0xfd, invalid, selfdestruct

    /// The mnemonic, upper case.
    public var name: String { self == .keccak256 ? "KECCAK256" : "\(self)".uppercased() }

    /// Words taken from the stack and words put back. DUPn "takes" n and puts back n + 1, SWAPn n + 1 and n + 1.
    public var stackEffect: (takes: Int, gives: Int) {
        switch self {
        case .stop, .jumpdest, .invalid: (0, 0)
        case .add, .mul, .sub, .div, .sdiv, .mod, .smod, .exp, .signextend, .lt, .gt, .slt, .sgt, .eq, .and, .or, .xor,
            .byte, .shl, .shr, .sar, .keccak256:
            (2, 1)
        case .addmod, .mulmod: (3, 1)
        case .iszero, .not, .clz, .balance, .calldataload, .extcodesize, .extcodehash, .blockhash, .blobhash, .mload,
            .sload, .tload:
            (1, 1)
        case .address, .origin, .caller, .callvalue, .calldatasize, .codesize, .gasprice, .returndatasize, .coinbase,
            .timestamp, .number, .prevrandao, .gaslimit, .chainid, .selfbalance, .basefee, .blobbasefee, .pc, .msize,
            .gas, .push0:
            (0, 1)
        case .pop, .jump, .selfdestruct: (1, 0)
        case .mstore, .mstore8, .sstore, .tstore, .jumpi, .return, .revert: (2, 0)
        case .calldatacopy, .codecopy, .returndatacopy, .mcopy: (3, 0)
        case .extcodecopy: (4, 0)
        case .create: (3, 1)
        case .create2: (4, 1)
        case .call, .callcode: (7, 1)
        case .delegatecall, .staticcall: (6, 1)
        case .log0, .log1, .log2, .log3, .log4: (2 + Int(rawValue - Self.log0.rawValue), 0)
        default: repeated
        }
    }

    private var repeated: (takes: Int, gives: Int) {
        if rawValue < Self.dup1.rawValue { return (0, 1) }
        if rawValue < Self.swap1.rawValue {
            let depth = Int(rawValue - Self.dup1.rawValue) + 1
            return (depth, depth + 1)
        }
        let depth = Int(rawValue - Self.swap1.rawValue) + 2
        return (depth, depth)
    }
}
