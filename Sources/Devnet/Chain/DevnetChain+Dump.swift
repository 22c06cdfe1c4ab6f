import EVM
public import EVMCodec
import EVMTypes

extension DevnetChain {
    private static let format = "martlet-devnet-state-1"

    /// The head's whole state as JSON: accounts with codes and slots, sorted, and the head's number and timestamp.
    /// Over a fork only what is known of it, which would be a wrong state: refused.
    public func dump() throws(DevnetError) -> JSON {
        guard world.head.unknown == .absent else { throw DevnetError("the state of a fork cannot be dumped") }
        var found: [(Address, AccountState)] = []
        world.head.forEachAccount { found.append(($0, $1)) }
        var accounts = JSONObject()
        for (address, account) in found.sorted(by: { $0.0 < $1.0 }) {
            var slots: [(U256, U256)] = []
            world.head.forEachSlot(of: address) { slots.append(($0, $1)) }
            var storage = JSONObject()
            for (key, value) in slots.sorted(by: { $0.0 < $1.0 }) { storage[key.paddedHex] = .quantity(value) }
            accounts[address.hex] = .object([
                "nonce": .quantity(account.nonce), "balance": .quantity(account.balance),
                "code": .hex(world.head.code(account.codeHash) ?? []), "storage": .object(storage),
            ])
        }
        return .object([
            "format": .string(Self.format), "number": .quantity(head.number),
            "timestamp": .quantity(head.header.timestamp), "accounts": .object(accounts),
        ])
    }

    /// Puts the accounts of a dump into the head's state; the next block's root covers them. Nothing is changed when
    /// the dump cannot be read whole. Accounts that the dump does not name stay.
    public func load(_ json: JSON) throws(DevnetError) {
        guard json["format"]?.string == Self.format, let accounts = json["accounts"]?.object else {
            throw .params("not a state of this format (\(Self.format))")
        }
        var read: [DumpedAccount] = []
        for (name, value) in zip(accounts.keys, accounts.values) {
            guard let account = DumpedAccount(name, value) else {
                throw .params("the dumped account \(name.prefix(80)) cannot be read")
            }
            read.append(account)
        }
        for account in read {
            let hash = world.setCode(account.code)
            let state = AccountState(nonce: account.nonce, balance: account.balance, codeHash: hash)
            world.setAccount(account.address, state)
            var old: [U256] = []
            world.head.forEachSlot(of: account.address) { key, _ in old.append(key) }
            let named = Set(account.slots.map(\.0))
            for key in old where !named.contains(key) { world.setSlot(account.address, key, .zero) }
            for (key, value) in account.slots { world.setSlot(account.address, key, value) }
        }
    }
}

private struct DumpedAccount {
    var address: Address
    var nonce: UInt64
    var balance: U256
    var code: [UInt8]
    var slots: [(U256, U256)] = []

    init?(_ name: String, _ json: JSON) {
        guard let address = JSON.string(name).address, let nonce = json["nonce"]?.quantityU64,
            let balance = json["balance"]?.quantityU256, let code = json["code"]?.hexBytes,
            let storage = json["storage"]?.object
        else { return nil }
        self.address = address
        self.nonce = nonce
        self.balance = balance
        self.code = code
        for (key, value) in zip(storage.keys, storage.values) {
            guard let slot = JSON.string(key).quantityU256, let held = value.quantityU256 else { return nil }
            slots.append((slot, held))
        }
    }
}
