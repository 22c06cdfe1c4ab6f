internal import EVM
internal import EVMCodec
internal import EVMTypes

/// Collects the accounts and slots that instructions name, also those that then fail, as geth's access list tracer
/// does. Source: geth `eth/tracers/logger/access_list_tracer.go`.
struct AccessListTracer: StepTracer {
    static var isActive: Bool { true }
    private let excluded: Set<Address>
    private(set) var touched: [Address: Set<U256>] = [:]

    init(_ list: [AccessListEntry], excluding excluded: Set<Address>) {
        self.excluded = excluded
        for entry in list {
            if !excluded.contains(entry.address) { touched[entry.address, default: []].formUnion([]) }
            for key in entry.storageKeys { touched[entry.address, default: []].insert(key.word) }
        }
    }

    mutating func willRun(_ step: TracedStep, stack: Span<U256>, memory: Span<UInt8>) {
        let count = stack.count
        guard count > 0 else { return }
        switch step.opcode {
        case 0x54, 0x55: touched[step.address, default: []].insert(stack[count - 1])
        case 0x31, 0x3b, 0x3c, 0x3f, 0xff: meet(stack[count - 1])
        case 0xf1, 0xf2, 0xf4, 0xfa: if count >= 5 { meet(stack[count - 2]) }
        default: break
        }
    }

    mutating func didRun(gasLeft: Int64, refund: Int64, halt: Halt?) {}

    private mutating func meet(_ word: U256) {
        let address = Address(lowBitsOf: word)
        if !excluded.contains(address), touched[address] == nil { touched[address] = [] }
    }

    /// Addresses and keys in ascending order.
    var list: [AccessListEntry] {
        touched.keys.sorted().map { address in
            AccessListEntry(address: address, storageKeys: touched[address, default: []].sorted().map { Hash32($0) })
        }
    }
}
