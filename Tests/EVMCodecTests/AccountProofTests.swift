import EVMCodec
import EVMCrypto
import EVMTypes
import TestSupport
import Testing

@Suite struct AccountProofTests {
    private let address = Address(high: 1, low: 2)
    private let absent = Address(high: 9, low: 9)

    /// A state of 40 accounts, one of them with 30 slots, and the answer about it and one absent account.
    private func sample() -> (root: Hash32, present: AccountProof, absent: AccountProof) {
        var storage = TrieBuilder()
        for slot in 1...30 { storage.setSlot(U256(slot), U256(slot) << (slot * 7)) }
        let keys: [U256] = [3, 29, 31]
        let slots = storage.proofs(of: keys.map { MerklePatricia.secureKey(slot: $0).bytes })
        let account = TrieAccount(nonce: 5, balance: 1 << 70, storageRoot: slots.root, codeHash: Hash32(77))
        var state = TrieBuilder()
        for index in 0..<40 { state.setAccount(Address(high: 5, low: UInt128(index)), TrieAccount(nonce: 1)) }
        state.setAccount(address, account)
        let (root, proofs) = state.proofs(of: [address, absent].map { MerklePatricia.secureKey($0).bytes })
        let values: [U256] = [3 << 21, 29 << 203, .zero]
        let present = AccountProof(
            address: address, account: account, proof: proofs[0],
            slots: (0..<3).map { AccountProof.Slot(key: keys[$0], value: values[$0], proof: slots.proofs[$0]) })
        let missing = AccountProof(
            address: absent, account: TrieAccount(), proof: proofs[1],
            slots: [AccountProof.Slot(key: 1, value: .zero, proof: [])])
        return (root, present, missing)
    }

    @Test func `an account with slots and an absent account verify and survive JSON`() throws {
        let (root, present, missing) = sample()
        for proof in [present, missing] {
            let text = try AccountProof(json: JSON.parse(proof.json.text))
            #expect(text == proof)
        }
        #expect(try present.verify(stateRoot: root, address: address, slots: [3, 29, 31]) == present.account)
        #expect(try missing.verify(stateRoot: root) == nil)
        var zeros = missing
        zeros.account = TrieAccount(storageRoot: .zero, codeHash: .zero)
        #expect(try zeros.verify(stateRoot: root) == nil)
    }

    @Test func `an answer about something else is refused`() {
        let (root, present, _) = sample()
        #expect(throws: AccountProofError.differs(.address)) {
            try present.verify(stateRoot: root, address: absent, slots: [3, 29, 31])
        }
        #expect(throws: AccountProofError.differs(.storageProof)) {
            try present.verify(stateRoot: root, address: address, slots: [3, 29])
        }
    }

    @Test func `every claim that differs is named`() {
        let (root, present, missing) = sample()
        func refusal(_ proof: AccountProof, _ change: (inout AccountProof) -> Void) -> AccountProofError? {
            var copy = proof
            change(&copy)
            do throws(AccountProofError) {
                _ = try copy.verify(stateRoot: root)
                return nil
            } catch { return error }
        }
        #expect(refusal(present) { $0.account.nonce += 1 } == .differs(.nonce))
        #expect(refusal(present) { $0.account.balance += 1 } == .differs(.balance))
        #expect(refusal(present) { $0.account.codeHash = .zero } == .differs(.codeHash))
        #expect(refusal(present) { $0.account.storageRoot = .zero } == .differs(.storageHash))
        #expect(refusal(present) { $0.slots[0].value += 1 } == .slotDiffers(3))
        #expect(refusal(present) { $0.slots[2].value = .one } == .slotDiffers(31))
        #expect(refusal(present) { $0.slots[1].proof.removeLast() } != nil)
        #expect(refusal(present) { $0.slots[1].proof[0][5] ^= 1 } == .slot(29, .hashMismatch(at: 0)))
        #expect(refusal(present) { $0.proof = missing.proof } != nil)
        #expect(refusal(missing) { $0.account.nonce = 1 } == .differs(.nonce))
        #expect(refusal(missing) { $0.account.balance = 1 } == .differs(.balance))
        #expect(refusal(missing) { $0.account.codeHash = Hash32(1) } == .differs(.codeHash))
        #expect(refusal(missing) { $0.account.storageRoot = Hash32(1) } == .differs(.storageHash))
        #expect(refusal(missing) { $0.slots[0].value = 1 } == .slotDiffers(1))
        #expect(refusal(missing) { $0.proof.removeLast() } != nil)
    }

    @Test func `malformed answers are refused by member`() throws {
        let json = sample().present.json
        for field in ["address", "accountProof", "balance", "codeHash", "nonce", "storageHash", "storageProof"] {
            var object = try #require(json.object)
            object[field] = .bool(true)
            #expect(throws: AccountProofError.malformed(try #require(.init(rawValue: field)))) {
                try AccountProof(json: .object(object))
            }
            object[field] = nil
            #expect(throws: AccountProofError.self) { try AccountProof(json: .object(object)) }
        }
    }
}
