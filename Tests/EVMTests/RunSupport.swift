import EVM
import EVMCodec
import EVMTypes

/// Bytecode by mnemonics: a number is pushed.
enum CodeItem: ExpressibleByIntegerLiteral {
    case push(U256), op(Opcode), raw([UInt8])

    init(integerLiteral value: StaticBigInt) { self = .push(U256(integerLiteral: value)) }

    static func assemble(_ items: [CodeItem]) -> [UInt8] {
        items.flatMap { item in
            switch item {
            case .push(let value):
                let bytes = Array(value.bigEndianBytes.drop { $0 == 0 })
                let shown = bytes.isEmpty ? [0] : bytes
                return [Opcode.push1.rawValue + UInt8(shown.count) - 1] + shown
            case .op(let opcode): return [opcode.rawValue]
            case .raw(let bytes): return bytes
            }
        }
    }
}

func assemble(_ items: CodeItem...) -> [UInt8] { CodeItem.assemble(items) }

/// Init code that deploys `code`.
func deployer(_ code: [UInt8]) -> [UInt8] {
    let head = assemble(
        .push(U256(code.count)), .raw([Opcode.push1.rawValue, 13]), 0, .op(.codecopy), .push(U256(code.count)), 0,
        .op(.return))
    // 13 bytes whatever the length: pushes of one byte.
    precondition(code.count < 256 && head.count <= 13)
    return head + [UInt8](repeating: 0, count: 13 - head.count) + code
}

func address(_ number: UInt64) -> Address { Address(high: 0, low: UInt128(number) << 40) }

/// A transaction without a signature that pays `feeCap`.
func call(
    _ to: Address?, _ data: [UInt8] = [], value: U256 = .zero, nonce: UInt64 = 0, gas: UInt64 = 1_000_000,
    feeCap: U256 = 100, tip: U256 = 10, chainID: UInt64 = 1
) -> Transaction {
    Transaction(
        kind: .dynamicFee, chainID: chainID, nonce: nonce, gasLimit: gas, to: to, value: value, data: data,
        maxFeePerGas: feeCap, maxPriorityFeePerGas: tip)
}

extension PinnedState {
    /// Puts a contract; its slots are those given.
    mutating func put(
        _ address: Address, code: [UInt8] = [], balance: U256 = .zero, nonce: UInt64 = 1, slots: [U256: U256] = [:]
    ) {
        let hash = setCode(code)
        setAccount(
            address, AccountState(nonce: nonce, balance: balance, codeHash: hash, hasStorage: !slots.isEmpty))
        for (key, value) in slots { setStorage(address, key, value) }
        setStorageComplete(address)
    }
}

extension ExecutionResult {
    var outcome: Outcome? { if case .executed(let outcome) = self { outcome } else { nil } }
}

/// Changes in an order that does not depend on what was touched first, without zeros that `clearsStorage` implies.
func sorted(_ changes: [AccountChange]) -> [AccountChange] {
    changes.sorted { $0.address < $1.address }.map { change in
        var change = change
        change.storage.sort { $0.key < $1.key }
        if change.clearsStorage { change.storage.removeAll { $0.after.isZero } }
        return change
    }
}

func word(_ value: U256) -> [UInt8] { Array(value.bigEndianBytes) }
