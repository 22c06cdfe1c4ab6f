public import EVMCodec

/// Gas prices of instructions, as data: what one fork of one chain charges.
///
/// `constant` holds each opcode's fixed part; the rest are the numbers that depend on operands or on state. A chain
/// that departs from Ethereum (Polygon's PIP-88) is a value with other numbers, not other code.
/// Source: Yellow Paper, appendix G, and the EIPs named below.
public struct GasSchedule: Hashable, Sendable {
    /// The fixed part of each opcode's price, 256 numbers; -1 where the opcode does not exist. From Berlin on the
    /// price of touching an account or slot that is warm.
    public var constant: [Int16]
    /// Added when an account is touched for the first time in a transaction (EIP-2929: 2,600 - 100).
    public var coldAccountExtra: Int64 = 0
    /// What a cold account costs a SELFDESTRUCT's heir or a delegation's target on top (EIP-2929: 2,600).
    public var coldAccount: Int64 = 0
    /// A delegation's target that is warm (EIP-7702: 100).
    public var warmAccount: Int64 = 0
    /// Added when SLOAD touches a slot for the first time (EIP-2929: 2,100 - 100).
    public var coldSloadExtra: Int64 = 0
    /// SSTORE's prices.
    public var sstore = StorePrices()
    /// EXP, for each byte of the exponent (EIP-160).
    public var expByte: Int64 = 10
    /// SELFDESTRUCT's refund (EIP-3529 ends it).
    public var selfdestructRefund: Int64 = 24_000
    /// SELFDESTRUCT that brings its heir into being (EIP-150).
    public var selfdestructNewAccount: Int64 = 0
    /// CREATE2 and, from Shanghai, CREATE: a word of init code (EIP-3860).
    public var initCodeWord: Int64 = 0
    /// The refund is at most gas used divided by this (EIP-3529).
    public var refundQuotient: Int64 = 2

    /// SSTORE: the old rule, or net metering by EIP-1283, 2200, 2929 and 3529.
    public struct StorePrices: Hashable, Sendable {
        /// Whether the slot's value at the transaction's start counts.
        public var netMetering = false
        /// Zero to another value.
        public var set: Int64 = 20_000
        /// Any other change.
        public var reset: Int64 = 5_000
        /// No change, or a slot that this transaction changed before.
        public var dirty: Int64 = 0
        /// A slot not touched before in this transaction, on top.
        public var coldExtra: Int64 = 0
        /// Given back for a slot that becomes zero.
        public var clearRefund: Int64 = 15_000
        /// With no more gas than this left SSTORE fails (EIP-2200).
        public var sentry: Int64 = -1
    }

    /// Ethereum's prices.
    public static func ethereum(_ fork: Hardfork) -> GasSchedule {
        var schedule = GasSchedule(constant: OpcodeTable.constants(fork))
        if fork >= .tangerineWhistle { schedule.selfdestructNewAccount = 25_000 }
        if fork >= .spuriousDragon { schedule.expByte = 50 }
        if fork == .constantinople {
            schedule.sstore.netMetering = true
            schedule.sstore.dirty = 200
        }
        if fork >= .istanbul {
            schedule.sstore.netMetering = true
            schedule.sstore.dirty = 800
            schedule.sstore.sentry = 2_300
        }
        if fork >= .berlin {
            schedule.coldAccountExtra = 2_500
            schedule.coldAccount = 2_600
            schedule.warmAccount = 100
            schedule.coldSloadExtra = 2_000
            schedule.sstore.dirty = 100
            schedule.sstore.reset = 2_900
            schedule.sstore.coldExtra = 2_100
        }
        if fork >= .london {
            schedule.sstore.clearRefund = 4_800
            schedule.selfdestructRefund = 0
            schedule.refundQuotient = 5
        }
        if fork >= .shanghai { schedule.initCodeWord = 2 }
        return schedule
    }

    /// Polygon's prices from the Chicago fork on. Source: PIP-88.
    public static func polygonChicago(_ fork: Hardfork) -> GasSchedule {
        var schedule = ethereum(fork)
        schedule.coldSloadExtra = 5_460 - 100
        schedule.sstore.coldExtra = 2_940
        schedule.sstore.reset = 2_060
        schedule.sstore.clearRefund = 3_960
        return schedule
    }
}

/// Each opcode's fixed price by fork.
enum OpcodeTable {
    private static let base: [(Int16, [Opcode])] = [
        (0, [.stop, .return]),
        (1, [.jumpdest]),
        (
            2,
            [
                .address, .origin, .caller, .callvalue, .calldatasize, .codesize, .gasprice, .coinbase, .timestamp,
                .number, .prevrandao, .gaslimit, .pop, .pc, .msize, .gas,
            ]
        ),
        (
            3,
            [
                .add, .sub, .not, .lt, .gt, .slt, .sgt, .eq, .iszero, .and, .or, .xor, .byte, .calldataload, .mload,
                .mstore, .mstore8, .calldatacopy, .codecopy,
            ]
        ),
        (5, [.mul, .div, .sdiv, .mod, .smod, .signextend]),
        (8, [.addmod, .mulmod, .jump]),
        (10, [.exp, .jumpi]),
        (20, [.balance, .extcodesize, .extcodecopy, .blockhash]),
        (30, [.keccak256]),
        (40, [.call, .callcode]),
        (50, [.sload]),
        (375, [.log0]), (750, [.log1]), (1_125, [.log2]), (1_500, [.log3]), (1_875, [.log4]),
        (32_000, [.create]),
        (0, [.sstore, .selfdestruct]),
    ]

    /// What each fork adds or reprices.
    private static let changes: [(Hardfork, Int16, [Opcode])] = [
        (.homestead, 40, [.delegatecall]),
        (.tangerineWhistle, 700, [.extcodesize, .extcodecopy, .call, .callcode, .delegatecall]),
        (.tangerineWhistle, 400, [.balance]), (.tangerineWhistle, 200, [.sload]),
        (.tangerineWhistle, 5_000, [.selfdestruct]),
        (.byzantium, 2, [.returndatasize]), (.byzantium, 3, [.returndatacopy]), (.byzantium, 700, [.staticcall]),
        (.byzantium, 0, [.revert]),
        (.constantinople, 3, [.shl, .shr, .sar]), (.constantinople, 400, [.extcodehash]),
        (.constantinople, 32_000, [.create2]),
        (.istanbul, 2, [.chainid]), (.istanbul, 5, [.selfbalance]), (.istanbul, 700, [.balance, .extcodehash]),
        (.istanbul, 800, [.sload]),
        (
            .berlin, 100,
            [
                .balance, .extcodesize, .extcodecopy, .extcodehash, .call, .callcode, .delegatecall, .staticcall,
                .sload,
            ]
        ),
        (.london, 2, [.basefee]),
        (.shanghai, 2, [.push0]),
        (.cancun, 100, [.tload, .tstore]), (.cancun, 3, [.mcopy, .blobhash]), (.cancun, 2, [.blobbasefee]),
        (.osaka, 5, [.clz]),
    ]

    static func constants(_ fork: Hardfork) -> [Int16] {
        var table = [Int16](repeating: -1, count: 256)
        for opcode in Opcode.push1.rawValue...Opcode.swap16.rawValue { table[Int(opcode)] = 3 }
        for (price, opcodes) in base { for opcode in opcodes { table[Int(opcode.rawValue)] = price } }
        for (since, price, opcodes) in changes where fork >= since {
            for opcode in opcodes { table[Int(opcode.rawValue)] = price }
        }
        return table
    }
}
