internal import EVM
internal import EVMCodec
internal import EVMTypes
internal import NodeClient

// Verifying: nothing that the node says of the state is believed without a proof under the header's state root.
extension ForkReads {
    /// The account that the proof shows, nil when it shows that there is none. Throws `.disproved` with what the node
    /// said and what is proven.
    func proven(_ proof: AccountProof, _ address: Address, _ slots: [U256]) throws(ForkStateError) -> TrieAccount? {
        do throws(AccountProofError) {
            return try proof.verify(stateRoot: fork.header.stateRoot, address: address, slots: slots)
        } catch {
            var at: U256?
            switch error {
            case .slot(let slot, _), .slotNotRLP(let slot, _), .slotDiffers(let slot): at = slot
            default: break
            }
            throw fault(.disproved, disproof(proof, error), address, slot: at)
        }
    }

    private func disproof(_ proof: AccountProof, _ error: AccountProofError) -> String {
        let root = "under the state root of block \(fork.number)"
        switch error {
        case .differs(.address): return "answered a proof of \(proof.address.hex)"
        case .differs(.storageProof): return "answered proofs of other slots than asked for"
        case .differs(let field):
            let said = said(field, proof.account)
            guard let shown = shownAccount(proof) else {
                return "says \(field.rawValue) \(said), but the proof \(root) shows that there is no such account"
            }
            return "says \(field.rawValue) \(said), but the proof \(root) shows \(self.said(field, shown))"
        case .slotDiffers(let slot):
            let told = proof.slots.first { $0.key == slot }
            let storageRoot = shownAccount(proof)?.storageRoot ?? MerklePatricia.emptyRoot
            let shown = told.flatMap { shownSlot($0, storageRoot) }
            return "slot \(slot.hex): says \(told?.value.hex ?? "nothing"), but the proof \(root) shows "
                + (shown?.hex ?? "something else")
        case .slot(let slot, let cause): return "slot \(slot.hex): its proof \(root) does not hold (\(cause))"
        case .account(let cause): return "its proof \(root) does not hold (\(cause))"
        case .malformed, .accountNotRLP, .slotNotRLP: return "its proof \(root) does not hold (\(error.words))"
        }
    }

    private func said(_ field: AccountProofError.Field, _ account: TrieAccount) -> String {
        switch field {
        case .nonce: "\(account.nonce)"
        case .balance: "\(account.balance)"
        case .codeHash: account.codeHash.hex
        case .storageHash: account.storageRoot.hex
        default: field.rawValue
        }
    }

    private func shownAccount(_ proof: AccountProof) -> TrieAccount? {
        let key = MerklePatricia.secureKey(proof.address)
        do {
            guard let leaf = try MerklePatricia.verify(root: fork.header.stateRoot, key: key, proof: proof.proof) else {
                return nil
            }
            return try TrieAccount(decoding: leaf)
        } catch {
            return nil
        }
    }

    private func shownSlot(_ slot: AccountProof.Slot, _ storageRoot: Hash32) -> U256? {
        let key = MerklePatricia.secureKey(slot: slot.key)
        do {
            guard let leaf = try MerklePatricia.verify(root: storageRoot, key: key, proof: slot.proof) else {
                return .zero
            }
            return try RLP.item(leaf).u256()
        } catch {
            return nil
        }
    }

    // MARK: Block hashes

    /// Hashes of past blocks out of what was proven: slots of the history contract (EIP-2935), or headers in a row down
    /// from the pinned block, each of which must hash to what the one above names.
    mutating func takeProvenHashes(_ asks: [Ask], _ results: [Result<JSON, NodeError>]) throws(ForkStateError) {
        for case .proof(SystemContracts.history, let slots) in asks {
            for slot in slots {
                guard let word = answers.slots[SlotKey(SystemContracts.history, slot)], !word.isZero,
                    let number = numberInHistory(slot)
                else { continue }
                answers.blockHashes[number] = Hash32(word)
            }
        }
        let headers = zip(asks, results).compactMap { ask, result -> (UInt64, JSON)? in
            guard case .header(let number) = ask, case .success(let json) = result else { return nil }
            return (number, json)
        }
        var expected = fork.header.parentHash
        for (number, json) in headers.sorted(by: { $0.0 > $1.0 }) {
            let said = try hash(of: number, json)
            let header: ConsensusHeader
            do { header = try ConsensusHeader(json: json) } catch {
                throw ForkStateError(error.code, error.message, endpoint: source.label)
            }
            guard said == expected, header.hash == expected else {
                throw ForkStateError(
                    .disproved,
                    "block \(number): says its hash is \(said.hex) with a header that hashes to \(header.hash.hex), "
                        + "but the block above it names \(expected.hex)", endpoint: source.label)
            }
            answers.blockHashes[number] = expected
            expected = header.parentHash
        }
    }

    /// The block before the pinned one whose hash stands in a slot of the history contract. Source: EIP-2935.
    private func numberInHistory(_ slot: U256) -> UInt64? {
        guard let position = slot.asUInt64, position < 8_191, fork.number > 0 else { return nil }
        let last = fork.number - 1
        let back = (last % 8_191 + 8_191 - position) % 8_191
        return back <= last ? last - back : nil
    }
}

extension AccountProofError {
    /// A few words for people.
    var words: String {
        switch self {
        case .malformed(let field): "\(field.rawValue) is missing or malformed"
        case .account(let cause): cause.description
        case .accountNotRLP: "the account is not RLP"
        case .differs(let field): "another \(field.rawValue)"
        case .slot(let slot, let cause): "slot \(slot.hex): \(cause)"
        case .slotNotRLP(let slot, _): "slot \(slot.hex) is not RLP"
        case .slotDiffers(let slot): "another slot \(slot.hex)"
        }
    }
}
