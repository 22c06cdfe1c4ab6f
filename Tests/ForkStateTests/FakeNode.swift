import EVM
import EVMCodec
import EVMCrypto
import EVMTypes
import ForkState
import Foundation
import NodeClient
import Synchronization
import TestSupport

/// A node in the process: a random state with true roots and proofs, a short row of headers, and every way to lie,
/// lack a method or be away that the tests need.
final class FakeNode: RPCCalling {
    struct Behaviour {
        var hasProofs = true
        var readsByHash = true
        var hasAccessLists = false
        var hasTracer = false
        var isDead = false
        /// The state reads fail with this text.
        var refusal: String?
        /// Each of these many next requests is turned away for its rate.
        var rateLimits = 0
        var delay: Duration = .zero
        /// Changes an answer on its way out: method, parameters, answer.
        var tamper: (@Sendable (String, [JSON], JSON) -> JSON)?
    }

    struct Log {
        var methods: [String] = []
        var batches: [Int] = []
    }

    struct World {
        var accounts: [Address: AccountState] = [:]
        var slots: [SlotKey: U256] = [:]
        var codes: [Hash32: [UInt8]] = [:]
        var headers: [ConsensusHeader] = []
        var trie = StateTrie(PinnedState(unknown: .absent))
    }

    let behaviour = Mutex(Behaviour())
    let log = Mutex(Log())
    let world: Mutex<World>

    init(_ world: World) { self.world = Mutex(world) }

    var head: ConsensusHeader { world.withLock { $0.headers.last! } }
    var calls: Int { log.withLock { $0.methods.count } }

    func count(_ method: String) -> Int { log.withLock { $0.methods.count { $0 == method } } }

    func behave(_ change: (inout Behaviour) -> Void) { behaviour.withLock { change(&$0) } }

    // MARK: RPCCalling

    func call(_ method: String, _ params: [JSON]) async throws -> JSON {
        try await batch([RPCRequest(method, params)])[0].get()
    }

    func batch(_ requests: [RPCRequest]) async throws -> [Result<JSON, NodeError>] {
        let delay = behaviour.withLock { $0.delay }
        if delay > .zero { try await Task.sleep(for: delay) }
        if behaviour.withLock({ $0.isDead }) {
            throw NodeError(.connectFailed, "connection refused", endpoint: "fake")
        }
        log.withLock { $0.batches.append(requests.count) }
        return requests.map { request in
            log.withLock { $0.methods.append(request.method) }
            let isLimited = behaviour.withLock { behaviour in
                defer { behaviour.rateLimits = max(0, behaviour.rateLimits - 1) }
                return behaviour.rateLimits > 0
            }
            if isLimited { return .failure(NodeError(.rateLimited, "too many requests", delivery: .answered)) }
            do throws(NodeError) {
                let answer = try answer(request.method, request.params)
                return .success(behaviour.withLock { $0.tamper }?(request.method, request.params, answer) ?? answer)
            } catch { return .failure(error) }
        }
    }

    private func error(_ code: Int, _ message: String) -> NodeError {
        let kind = RPCErrorClass.classify(code: code, message: message)
        return NodeError(.rpc(kind), "\(message) (code \(code))", endpoint: "fake", rpcCode: code, delivery: .answered)
    }

    private func answer(_ method: String, _ params: [JSON]) throws(NodeError) -> JSON {
        let behaviour = behaviour.withLock { $0 }
        switch method {
        case "eth_chainId": return "0x539"
        case "eth_getBlockByHash":
            let found = world.withLock { world in world.headers.first { $0.hash == params[0].hash32 } }
            return found.map { Self.json($0) } ?? .null
        case "eth_getBlockByNumber":
            let number = params[0].string == "latest" ? head.number : params[0].quantityU64
            let found = world.withLock { world in world.headers.first { $0.number == number } }
            return found.map { Self.json($0) } ?? .null
        case "eth_getProof" where !behaviour.hasProofs:
            throw error(-32601, "the method eth_getProof does not exist/is not available")
        case "eth_getProof", "eth_getBalance", "eth_getTransactionCount", "eth_getCode", "eth_getStorageAt":
            try checkBlock(params.last!, behaviour)
            if let text = behaviour.refusal { throw error(-32000, text) }
            return state(method, params)
        case "eth_createAccessList" where behaviour.hasAccessLists:
            return ["gasUsed": "0x1", "accessList": [["address": .address(touched()), "storageKeys": .array(keys())]]]
        case "debug_traceCall" where behaviour.hasTracer:
            var storage = JSONObject()
            for key in keys() { storage[key.string!] = "0x1" }
            return .object([touched().hex: ["balance": "0x0", "storage": .object(storage)]])
        default: throw error(-32601, "the method \(method) does not exist/is not available")
        }
    }

    /// What the node says that a call touches: the contract with most slots, keys 0 to 9.
    private func touched() -> Address { Address(high: 0xaa, low: 1) }
    private func keys() -> [JSON] { (UInt64(0)..<10).map { .hash(Hash32(U256($0))) } }

    private func checkBlock(_ block: JSON, _ behaviour: Behaviour) throws(NodeError) {
        if block.object != nil {
            guard behaviour.readsByHash else { throw error(-32602, "invalid argument 1: cannot unmarshal object") }
            guard block["blockHash"]?.hash32 == head.hash else { throw error(-32000, "header for hash not found") }
        } else if block.quantityU64 != head.number {
            throw error(-32000, "header not found")
        }
    }

    private func state(_ method: String, _ params: [JSON]) -> JSON {
        let address = params[0].address!
        return world.withLock { world in
            let account = world.accounts[address]
            switch method {
            case "eth_getBalance": return .quantity(account?.balance ?? .zero)
            case "eth_getTransactionCount": return .quantity(account?.nonce ?? 0)
            case "eth_getCode": return .hex(account.flatMap { world.codes[$0.codeHash] } ?? [])
            case "eth_getStorageAt":
                return .hash(Hash32(world.slots[SlotKey(address, params[1].quantityU256!)] ?? .zero))
            default:
                return world.trie.proof(of: address, slots: params[1].array!.map { $0.quantityU256! }).json
            }
        }
    }

    /// A header as nodes send it.
    static func json(_ header: ConsensusHeader) -> JSON {
        var object: JSONObject = [
            "number": .quantity(header.number), "hash": .hash(header.hash), "parentHash": .hash(header.parentHash),
            "sha3Uncles": .hash(header.ommersHash), "miner": .address(header.coinbase),
            "stateRoot": .hash(header.stateRoot), "transactionsRoot": .hash(header.transactionsRoot),
            "receiptsRoot": .hash(header.receiptsRoot), "logsBloom": .hex(header.logsBloom.bytes),
            "difficulty": .quantity(header.difficulty), "gasLimit": .quantity(header.gasLimit),
            "gasUsed": .quantity(header.gasUsed), "timestamp": .quantity(header.timestamp),
            "extraData": .hex(header.extraData), "mixHash": .hash(header.mixHash),
            "nonce": .hex(U256(header.nonce).bigEndianBytes.suffix(8)), "transactions": [],
        ]
        object["baseFeePerGas"] = header.baseFeePerGas.map { .quantity($0) }
        object["withdrawalsRoot"] = header.withdrawalsRoot.map { .hash($0) }
        object["blobGasUsed"] = header.blobGasUsed.map { .quantity($0) }
        object["excessBlobGas"] = header.excessBlobGas.map { .quantity($0) }
        object["parentBeaconBlockRoot"] = header.parentBeaconBlockRoot.map { .hash($0) }
        object["requestsHash"] = header.requestsHash.map { .hash($0) }
        return .object(object)
    }
}

extension FakeNode.World {
    /// A random world of `accounts` accounts with up to 12 slots each, and blocks 0 ... `blocks`, of which the last has
    /// the state. From Prague on the history contract holds the hashes of the blocks before.
    static func random(_ random: inout SeededGenerator, accounts: Int = 20, blocks: Int = 12, isPrague: Bool = true)
        -> Self
    {
        var world = Self()
        for number in 0..<UInt64(blocks) { world.append(number, stateRoot: MerklePatricia.emptyRoot, isPrague) }
        for _ in 0..<accounts {
            let address = Address(high: random.next(), low: UInt128.random(in: .min ... .max, using: &random))
            var account = AccountState(nonce: random.next() >> UInt64.random(in: 1..<64, using: &random))
            account.balance = U256(random.next()) &* U256(random.next())
            if Bool.random(using: &random) {
                let code = (0..<Int.random(in: 1...90, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                account.codeHash = Keccak256.hash(code)
                world.codes[account.codeHash] = code
                for _ in 0..<Int.random(in: 0...12, using: &random) {
                    let slot = U256(random.next() >> UInt64.random(in: 0..<64, using: &random))
                    world.slots[SlotKey(address, slot)] = U256(random.next() | 1) &* U256(random.next() | 1)
                    account.hasStorage = true
                }
            }
            world.accounts[address] = account
        }
        if isPrague {
            let code: [UInt8] = [0x60, 0, 0x60, 0, 0xf3]
            world.codes[Keccak256.hash(code)] = code
            world.accounts[SystemContracts.history] = AccountState(
                nonce: 1, codeHash: Keccak256.hash(code), hasStorage: true)
            for header in world.headers {
                world.slots[SlotKey(SystemContracts.history, U256(header.number % 8_191))] = header.hash.word
            }
        }
        world.seal(UInt64(blocks), isPrague)
        return world
    }

    /// Puts a block with this world's state on top.
    mutating func seal(_ number: UInt64, _ isPrague: Bool) {
        var state = PinnedState(unknown: .absent)
        for (hash, code) in codes { precondition(state.setCode(code) == hash) }
        for (address, account) in accounts { state.setAccount(address, account) }
        for (key, value) in slots { state.setStorage(key.address, key.slot, value) }
        trie = StateTrie(state)
        append(number, stateRoot: trie.root(), isPrague)
    }

    mutating func append(_ number: UInt64, stateRoot: Hash32, _ isPrague: Bool) {
        var header = ConsensusHeader()
        header.number = number
        header.parentHash = headers.last?.hash ?? .zero
        header.timestamp = 1_700_000_000 + 12 * number
        header.gasLimit = 30_000_000
        header.gasUsed = 7_000_000
        header.stateRoot = stateRoot
        header.coinbase = Address(high: 0xc0, low: 1)
        header.mixHash = Hash32(U256(number + 77))
        header.baseFeePerGas = 7
        header.withdrawalsRoot = MerklePatricia.emptyRoot
        header.blobGasUsed = 0
        header.excessBlobGas = 0
        header.parentBeaconBlockRoot = .zero
        if isPrague { header.requestsHash = .zero }
        headers.append(header)
    }

    /// Every account, slot and block hash as a need.
    var allNeeds: [StateNeed] {
        accounts.keys.map { .account($0) } + slots.keys.map { .slot($0.address, $0.slot) }
            + headers.dropLast().map { .blockHash($0.number) }
    }
}

/// A folder that goes with the value.
final class CacheFolder: Sendable {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-fork-\(UUID().uuidString)").path
    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// The code of the error that `body` throws; nil when it throws none.
func forkError(_ body: () async throws -> Void) async -> ForkStateError? {
    do { try await body() } catch { return ForkStateError(caught: error) }
    return nil
}
