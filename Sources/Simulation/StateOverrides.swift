public import EVM
public import EVMCodec
internal import EVMCrypto
internal import EVMTypes

/// Reads `eth_call`'s third parameter: `{address: {balance, nonce, code, state | stateDiff}}`.
public enum StateOverrides {
    /// Accounts that one request may override.
    public static let accountsMax = 10_000

    /// In the order of the JSON; nothing for null or nothing given. `state` and `stateDiff` together are an error;
    /// `movePrecompileToAddress` is refused by name; other members are passed over, as geth does.
    public static func parse(_ json: JSON?) throws(SimulationError) -> [AccountOverride] {
        guard let json, !json.isNull else { return [] }
        guard let accounts = json.object else { throw .invalid("state overrides: not an object") }
        guard accounts.count <= accountsMax else {
            throw .invalid("state overrides: more than \(accountsMax) accounts")
        }
        var overrides: [AccountOverride] = []
        for (key, value) in zip(accounts.keys, accounts.values) {
            guard let address = JSON.string(key).address else {
                throw .invalid("state overrides: \"\(key.prefix(80))\" is no address")
            }
            guard value.object != nil else { throw .invalid("state overrides: \(key): not an object") }
            let fields = FieldReader(value, of: "OverrideAccount")
            if let moved = value["movePrecompileToAddress"], !moved.isNull {
                throw .refused("state override movePrecompileToAddress is not supported (account \(key))")
            }
            var override = AccountOverride(address: address)
            override.balance = try fields.u256("balance")
            override.nonce = try fields.uint64("nonce")
            override.code = try fields.bytes("code")
            let whole = try slots(value["state"], key), patch = try slots(value["stateDiff"], key)
            if whole != nil, patch != nil {
                throw .refused("account \(address.checksummed) has both 'state' and 'stateDiff'")
            }
            if let whole { override.storage = .replaced(whole) }
            if let patch { override.storage = .patched(patch) }
            overrides.append(override)
        }
        return overrides
    }

    private static func slots(_ json: JSON?, _ account: String) throws(SimulationError) -> [U256: U256]? {
        guard let json, !json.isNull else { return nil }
        guard let members = json.object else { throw .invalid("state overrides: \(account): storage is no object") }
        var slots: [U256: U256] = [:]
        for (key, value) in zip(members.keys, members.values) {
            guard let slot = JSON.string(key).hash32, let word = value.hash32 else {
                throw .invalid("state overrides: \(account): a slot and its value are 32 bytes of hex each")
            }
            slots[slot.word] = word.word
        }
        return slots
    }
}
