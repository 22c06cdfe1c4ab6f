import EVMCodec
public import EVMTypes
public import PoolStore
public import Pools

/// How a token behaves when a pool's share of it moves, as found by simulation.
public enum TokenFinding: Hashable, Sendable, CustomStringConvertible {
    /// What was sent arrived, and balances stay what they are.
    case plain
    /// Less arrived than was sent.
    case takesFee(String)
    /// A balance changed by something else than the transfer, or is less than the pool counts on.
    case rebases(String)
    /// A transfer from or to the pool fails.
    case blocks(String)
    /// Could not be found out; the reason says why. The pool is used: every plan is run before it is sent.
    case unchecked(String)

    /// Why pools of the token are set aside; nil where they are not.
    public var refusal: PoolRefusal? {
        switch self {
        case .plain, .unchecked: nil
        case .takesFee: .tokenTakesFee
        case .rebases: .tokenRebases
        case .blocks: .tokenBlocks
        }
    }

    /// One line.
    public var description: String {
        switch self {
        case .plain: "plain"
        case .takesFee(let why): "takes a fee on transfer: \(why)"
        case .rebases(let why): "changes balances by itself: \(why)"
        case .blocks(let why): "can block transfers: \(why)"
        case .unchecked(let why): "not checked: \(why)"
        }
    }

    private var parts: (kind: String, why: String) {
        switch self {
        case .plain: ("plain", "")
        case .takesFee(let why): ("fee", why)
        case .rebases(let why): ("rebase", why)
        case .blocks(let why): ("block", why)
        case .unchecked(let why): ("unchecked", why)
        }
    }

    // MARK: Stored

    private static func key(_ token: Address) -> String { "token/\(token.hex)" }

    /// The row under which the store keeps what was found of a token.
    public func write(for token: Address) -> MetaWrite {
        let json: JSON = ["kind": .string(parts.kind), "why": .string(parts.why)]
        return MetaWrite(key: Self.key(token), value: Array(json.text.utf8))
    }

    /// What a store keeps of a token; nil when it was never looked at.
    public static func stored(_ token: Address, in store: PoolStore) throws(PoolStoreError) -> TokenFinding? {
        try store.meta(key(token)).flatMap { TokenFinding($0) }
    }

    /// Everything that a store keeps of tokens.
    public static func all(in store: PoolStore) throws(PoolStoreError) -> [Address: TokenFinding] {
        var found: [Address: TokenFinding] = [:]
        for row in try store.metas(prefix: "token/") {
            if let token = Address(hex: row.key.dropFirst("token/".count)), let finding = TokenFinding(row.value) {
                found[token] = finding
            }
        }
        return found
    }

    private init?(_ bytes: [UInt8]) {
        guard let json = try? JSON.parse(bytes), let why = json["why"]?.string else { return nil }
        switch json["kind"]?.string {
        case "plain": self = .plain
        case "fee": self = .takesFee(why)
        case "rebase": self = .rebases(why)
        case "block": self = .blocks(why)
        case "unchecked": self = .unchecked(why)
        default: return nil
        }
    }
}
