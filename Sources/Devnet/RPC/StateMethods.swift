import EVM
import EVMCodec
import EVMTypes

/// Accounts, slots, codes and proofs at any kept block.
enum StateMethods {
    /// Slots of one proof at most. Source: geth, `maxGetStorageSlots`.
    private static let proofSlotsMax = 1_024

    static let table: [String: Method] = [
        "eth_getBalance": { chain, params throws(DevnetError) in
            let block = try chain.require(try params.block(1))
            return .quantity(try chain.account(try params.address(0), at: chain.moment(of: block))?.balance ?? .zero)
        },
        "eth_getCode": { chain, params throws(DevnetError) in
            let block = try chain.require(try params.block(1))
            return .hex(try chain.code(try params.address(0), at: chain.moment(of: block)))
        },
        "eth_getStorageAt": { chain, params throws(DevnetError) in
            let block = try chain.require(try params.block(2))
            let value = try chain.slot(try params.address(0), try params.slot(1), at: chain.moment(of: block))
            return .hash(Hash32(value))
        },
        "eth_getTransactionCount": { chain, params throws(DevnetError) in
            let reference = try params.block(1)
            let block = try chain.require(reference)
            let address = try params.address(0)
            let nonce = try chain.account(address, at: chain.moment(of: block))?.nonce ?? 0
            return .quantity(reference == .pending ? chain.pool.nextNonce(of: address, after: nonce) : nonce)
        },
        "eth_getProof": { chain, params throws(DevnetError) in
            let block = try chain.require(try params.block(2))
            let address = try params.address(0)
            guard let keys = (params[1] ?? []).array, keys.count <= proofSlotsMax else {
                throw params.wrong(1, "a list of at most \(proofSlotsMax) storage slots")
            }
            var slots: [U256] = []
            for key in keys {
                guard let slot = key.quantityU256 else { throw params.wrong(1, "a list of storage slots") }
                slots.append(slot)
            }
            let proof = try chain.proof(of: address, slots: slots, at: block)
            return render(proof, keys)
        },
        "eth_getStorageValues": { chain, params throws(DevnetError) in
            let block = try chain.require(try params.block(1))
            guard let asked = try params.required(0).object else { throw params.wrong(0, "an object of slots") }
            var count = 0
            var answer = JSONObject()
            for (name, keys) in zip(asked.keys, asked.values) {
                guard let address = JSON.string(name).address, let keys = keys.array else {
                    throw params.wrong(0, "an object of slots")
                }
                count += keys.count
                guard count <= proofSlotsMax else { throw .params("too many slots, at most \(proofSlotsMax)") }
                var values: [JSON] = []
                for key in keys {
                    guard let slot = key.quantityU256 else { throw params.wrong(0, "an object of slots") }
                    values.append(.hash(Hash32(try chain.slot(address, slot, at: chain.moment(of: block)))))
                }
                answer[name] = .array(values)
            }
            return .object(answer)
        },
    ]

    /// The keys are given back as they were asked for.
    private static func render(_ proof: AccountProof, _ keys: [JSON]) -> JSON {
        guard var object = proof.json.object, let rows = object["storageProof"]?.array else { return proof.json }
        object["storageProof"] = .array(
            zip(rows, keys).map { row, key in
                guard var item = row.object else { return row }
                item["key"] = key
                return .object(item)
            })
        return .object(object)
    }
}

extension DevnetChain {
    /// Proves an account and slots of it under a block's state root. Throws over a fork, where nothing can be proven.
    ///
    /// The head's proof is that of its state with edits on top, if any: it then fits the next block's root.
    func proof(of address: Address, slots: [U256], at block: SealedBlock) throws(DevnetError) -> AccountProof {
        if block.hash == head.hash, let proof = world.proof(of: address, slots: slots) { return proof }
        guard var trie = oldTrie(of: block) else {
            throw DevnetError("eth_getProof is not available over a fork: its state has no root here")
        }
        let proof = trie.proof(of: address, slots: slots)
        tries.append((block.hash, trie))
        if tries.count > 4 { tries.removeFirst() }
        return proof
    }

    /// The tries of an old block: kept from the last time, or made from the newest.
    private func oldTrie(of block: SealedBlock) -> StateTrie? {
        if let at = tries.firstIndex(where: { $0.hash == block.hash }) { return tries.remove(at: at).trie }
        return world.trie(at: block.position)
    }
}
