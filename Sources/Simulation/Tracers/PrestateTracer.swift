public import EVM
internal import EVMCodec
public import EVMTypes

/// Notes which accounts and slots a transaction looks at, for geth's `prestateTracer`. The values are read from the
/// machine afterwards. Source: geth `eth/tracers/native/prestate.go`.
public struct PrestateTracer: StepTracer {
    public static var isActive: Bool { true }
    /// Accounts in the order in which they were met, each once.
    private(set) var accounts: [Address] = []
    /// Slots of each, in the order in which they were met.
    private(set) var slots: [Address: [U256]] = [:]
    private(set) var created: Set<Address> = []
    private(set) var destroyed: Set<Address> = []
    private var met: Set<Address> = []
    private var metSlots: Set<SlotName> = []
    private var pending: Pending?

    private struct SlotName: Hashable {
        var address: Address
        var key: U256
    }

    /// What the running instruction looks at; counts unless it runs out of gas or stack.
    private enum Pending {
        case slot(Address, U256)
        case account(Address)
        case destruction(of: Address, heir: Address)
    }

    public init() {}

    mutating func meet(_ address: Address) {
        if met.insert(address).inserted { accounts.append(address) }
    }

    public mutating func willRun(_ step: TracedStep, stack: Span<U256>, memory: Span<UInt8>) {
        pending = nil
        guard stack.count > 0 else { return }
        let top = stack[stack.count - 1]
        switch step.opcode {
        case 0x54, 0x55: pending = .slot(step.address, top)
        case 0x31, 0x3b, 0x3c, 0x3f: pending = .account(Address(lowBitsOf: top))
        case 0xff: pending = .destruction(of: step.address, heir: Address(lowBitsOf: top))
        case 0xf1, 0xf2, 0xf4, 0xfa:
            if stack.count >= 5 { pending = .account(Address(lowBitsOf: stack[stack.count - 2])) }
        default: break
        }
    }

    public mutating func didRun(gasLeft: Int64, halt: Halt?) {
        guard let pending else { return }
        self.pending = nil
        if halt == .outOfGas || halt == .stackUnderflow || halt == .stackOverflow { return }
        switch pending {
        case .slot(let address, let key):
            meet(address)
            if metSlots.insert(SlotName(address: address, key: key)).inserted {
                slots[address, default: []].append(key)
            }
        case .account(let address): meet(address)
        case .destruction(let address, let heir):
            meet(heir)
            destroyed.insert(address)
        }
    }

    public mutating func willEnter(_ call: TracedCall, input: Span<UInt8>) {
        guard call.kind == .create || call.kind == .create2 else { return }
        meet(call.to)
        created.insert(call.to)
    }

    public mutating func didExit(output: Span<UInt8>, gasUsed: Int64, halt: Halt) {}
}

extension Address {
    /// The low 160 bits of a word, as instructions take an address from the stack.
    init(lowBitsOf word: U256) {
        self.init(high: UInt32(truncatingIfNeeded: word.w2), low: word.lo)
    }
}
