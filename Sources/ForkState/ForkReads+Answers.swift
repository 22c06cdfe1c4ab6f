internal import EVM
internal import EVMCodec
internal import EVMCrypto
internal import EVMTypes
internal import NodeClient
internal import Synchronization

// What the answers say.
extension ForkReads {
    mutating func take(_ ask: Ask, _ result: Result<JSON, NodeError>) throws(ForkStateError) {
        switch result {
        case .success(let json): try read(ask, json)
        case .failure(let error): try refused(ask, error)
        }
    }

    private mutating func read(_ ask: Ask, _ json: JSON) throws(ForkStateError) {
        switch ask {
        case .proof(let address, let slots): try readProof(address, slots, json)
        case .balance(let address):
            guard let value = json.quantityU256 else { throw nonsense("balance", address, json) }
            parts[address, default: Parts()].balance = value
        case .nonce(let address):
            guard let value = json.quantityU64 else { throw nonsense("nonce", address, json) }
            parts[address, default: Parts()].nonce = value
        case .code(let address, let expected): try readCode(address, expected, json)
        case .slot(let address, let slot):
            guard let value = json.quantityU256 else {
                throw nonsense("slot \(slot.hex)", address, json, slot: slot)
            }
            answers.slots[SlotKey(address, slot)] = value
        case .header(let number):
            // With `verifies` the whole row of headers is checked together.
            if !source.options.verifies { answers.blockHashes[number] = try hash(of: number, json) }
        case .canonical: break
        }
    }

    private mutating func readCode(_ address: Address, _ expected: Hash32?, _ json: JSON) throws(ForkStateError) {
        guard let code = json.hexBytes else { throw nonsense("code", address, json) }
        guard code.count <= source.options.codeBytesMax else {
            throw fault(
                .badAnswer, "code of \(code.count) bytes, more than \(source.options.codeBytesMax)", address)
        }
        let hash = Keccak256.hash(code)
        if let expected, hash != expected {
            throw fault(.disproved, "says a code that hashes to \(hash.hex), its code hash is \(expected.hex)", address)
        }
        if !code.isEmpty { answers.codes[hash] = code }
        parts[address, default: Parts()].code = code
    }

    private mutating func readProof(_ address: Address, _ slots: [U256], _ json: JSON) throws(ForkStateError) {
        let proof: AccountProof
        do throws(AccountProofError) { proof = try AccountProof(json: json) } catch {
            throw nonsense("proof (\(error.words))", address, json)
        }
        let held: TrieAccount?
        if source.options.verifies {
            held = try proven(proof, address, slots)
            source.counters.note { $0.proven += UInt64(1 + slots.count) }
        } else {
            guard proof.address == address else { throw nonsense("proof of another account", address, json) }
            held = proof.account
        }
        answers.accounts[address] = Self.account(held, isProven: source.options.verifies)
        for slot in proof.slots where slots.contains(slot.key) {
            answers.slots[SlotKey(address, slot.key)] = slot.value
        }
    }

    /// An account as a run sees it. Clients send zero hashes or the hashes of nothing for an absent account.
    static func account(_ held: TrieAccount?, isProven: Bool) -> StateAnswers.Account {
        guard let held else { return StateAnswers.Account(nil, isStorageEmpty: true) }
        let isStorageEmpty = held.storageRoot == MerklePatricia.emptyRoot || held.storageRoot == .zero
        let state = AccountState(
            nonce: held.nonce, balance: held.balance,
            codeHash: held.codeHash == .zero ? AccountState.emptyCodeHash : held.codeHash, hasStorage: !isStorageEmpty)
        // Unproven, an empty account and none look the same, and are the same to every fork since EIP-161.
        let isAbsent = !isProven && state.isEmpty && isStorageEmpty
        return StateAnswers.Account(isAbsent ? nil : state, isStorageEmpty: isStorageEmpty)
    }

    /// Accounts whose parts have all come.
    mutating func joinParts() {
        for (address, part) in parts {
            guard let balance = part.balance, let nonce = part.nonce, let code = part.code else { continue }
            let state = AccountState(
                nonce: nonce, balance: balance,
                codeHash: code.isEmpty ? AccountState.emptyCodeHash : Keccak256.hash(code))
            answers.accounts[address] = StateAnswers.Account(state.isEmpty ? nil : state, isStorageEmpty: false)
            parts[address] = nil
        }
    }

    /// The hash in an answer about the block of a number.
    func hash(of number: UInt64, _ json: JSON) throws(ForkStateError) -> Hash32 {
        if json.isNull {
            throw ForkStateError(.unknownBlock, "does not know block \(number)", endpoint: source.label)
        }
        guard let hash = json["hash"]?.hash32, json["number"]?.quantityU64 == number else {
            throw ForkStateError(
                .badAnswer, "answered nonsense when asked for block \(number)", endpoint: source.label)
        }
        return hash
    }

    // MARK: Refusals

    private mutating func refused(_ ask: Ask, _ error: NodeError) throws(ForkStateError) {
        if case .proof(let address, _) = ask {
            if source.options.verifies {
                guard error.code != .rpc(.blockNotFound), !error.isUnreachable else {
                    throw ForkStateError(error, endpoint: source.label)
                }
                throw ForkStateError(
                    .proofsUnavailable,
                    "gives no proof of \(address.hex) at block \(fork.number) (\(error.message)); "
                        + "verifying needs eth_getProof", endpoint: source.label, address: address, node: error)
            }
            if case .rpc(let kind) = error.code, kind != .blockNotFound {
                // Read in parts from now on: for good when the method is missing, else at this block.
                if kind == .methodNotFound {
                    source.abilities.withLock { $0.hasProofs = false }
                } else {
                    fork.memory.withLock { $0.hasProofs = false }
                }
                return
            }
        }
        throw ForkStateError(error, endpoint: source.label)
    }

    func nonsense(_ what: String, _ address: Address, _ json: JSON, slot: U256? = nil) -> ForkStateError {
        let text = json.text.prefix(60)
        return fault(.badAnswer, "answered nonsense as its \(what): \(text)", address, slot: slot)
    }

    func fault(
        _ code: ForkStateError.Code, _ text: String, _ address: Address, slot: U256? = nil
    ) -> ForkStateError {
        ForkStateError(
            code, "account \(address.hex): \(text)", endpoint: source.label, address: address, slot: slot)
    }
}
