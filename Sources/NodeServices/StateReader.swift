import EVM
import EVMCodec
import EVMCrypto
import EVMTypes
import NodeClient
import Synchronization

/// State of one block, over the configured endpoints, in batches.
final class StateReader: Sendable {
    struct AccountRead: Sendable {
        var state: AccountState?
        /// Nil where the peer has no proofs.
        var storageRoot: Hash32?
    }

    /// Root of a storage trie with nothing in it. Source: Yellow Paper, TRIE of no entries.
    static let emptyRoot = Hash32(0x56e8_1f17_1bcc_55a6_ff83_45e6_92c0_f86e_5b48_e01b_996c_adc0_0162_2fb5_e363_b421)

    private let peer: any RPCCalling
    private let hasProofs = Mutex(true)

    init(_ peer: any RPCCalling) { self.peer = peer }

    /// Balance, nonce and code hash of each, in order.
    func accounts(_ addresses: [Address], at block: Hash32) async throws -> [AccountRead] {
        if addresses.isEmpty { return [] }
        if hasProofs.withLock({ $0 }) {
            let answers = try await peer.batch(
                addresses.map { RPCRequest("eth_getProof", [.address($0), .array([]), BlockID.hash(block).json]) })
            if case .failure(let error)? = answers.first, case .rpc(.methodNotFound) = error.code {
                hasProofs.withLock { $0 = false }
            } else {
                return try answers.map { try Self.read(proof: try $0.get()) }
            }
        }
        let at = BlockID.hash(block).json
        let answers = try await peer.batch(
            addresses.flatMap {
                [
                    RPCRequest("eth_getBalance", [.address($0), at]),
                    RPCRequest("eth_getTransactionCount", [.address($0), at]),
                    RPCRequest("eth_getCode", [.address($0), at]),
                ]
            })
        guard answers.count == 3 * addresses.count else { throw StateReadError.shape("accounts") }
        return try addresses.indices.map { index in
            guard let balance = try answers[3 * index].get().quantityU256,
                let nonce = try answers[3 * index + 1].get().quantityU64,
                let code = try answers[3 * index + 2].get().hexBytes
            else { throw StateReadError.shape("an account") }
            let state = AccountState(nonce: nonce, balance: balance, codeHash: Keccak256.hash(code))
            return AccountRead(state: state.isEmpty ? nil : state, storageRoot: nil)
        }
    }

    private static func read(proof json: JSON) throws -> AccountRead {
        guard let balance = json["balance"]?.quantityU256, let nonce = json["nonce"]?.quantityU64,
            let codeHash = json["codeHash"]?.hash32, let root = json["storageHash"]?.hash32
        else { throw StateReadError.shape("eth_getProof") }
        // Some clients answer zeros for an account that is not there.
        let hash = codeHash == .zero ? AccountState.emptyCodeHash : codeHash
        var state = AccountState(nonce: nonce, balance: balance, codeHash: hash)
        state.hasStorage = root != emptyRoot && root != .zero
        return AccountRead(state: state.isEmpty ? nil : state, storageRoot: root)
    }

    /// The slots' values, in order.
    func slots(_ keys: [(Address, U256)], at block: Hash32) async throws -> [U256] {
        if keys.isEmpty { return [] }
        let at = BlockID.hash(block).json
        let answers = try await peer.batch(
            keys.map { RPCRequest("eth_getStorageAt", [.address($0.0), .hash(Hash32($0.1)), at]) })
        guard answers.count == keys.count else { throw StateReadError.shape("slots") }
        return try answers.map {
            guard let value = try $0.get().quantityU256 else { throw StateReadError.shape("eth_getStorageAt") }
            return value
        }
    }

    /// The code of an account; refused when it does not hash to `hash`.
    func code(of address: Address, hash: Hash32, at block: Hash32) async throws -> [UInt8] {
        let json = try await peer.call("eth_getCode", [.address(address), BlockID.hash(block).json])
        guard let code = json.hexBytes, Keccak256.hash(code) == hash else { throw StateReadError.shape("eth_getCode") }
        return code
    }

    /// The hash of a canonical block.
    func blockHash(_ number: UInt64) async throws -> Hash32 {
        let json = try await peer.call("eth_getBlockByNumber", [.quantity(number), .bool(false)])
        guard let hash = json["hash"]?.hash32 else { throw StateReadError.shape("eth_getBlockByNumber") }
        return hash
    }
}

/// A peer's answer about state that cannot be read.
enum StateReadError: Error, CustomStringConvertible {
    case shape(String)

    var description: String {
        if case .shape(let what) = self { "the peer's answer for \(what) cannot be read" } else { "" }
    }
}
