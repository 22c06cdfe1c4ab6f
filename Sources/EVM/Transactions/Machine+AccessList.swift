public import EVMCodec
public import EVMTypes

extension Machine {
    /// The access list (EIP-2930) that would have warmed what the last run touched, in the order of the touches.
    ///
    /// Left out are accounts that are warm without it: sender, recipient (and whom it delegates to), the coinbase from
    /// Shanghai on, precompiled contracts, signers of authorizations, and contracts that the run created; but their
    /// slots are named. What failed calls touched is not known; a transaction that failed as a whole touched nothing
    /// but what it declared.
    /// - Parameters: the transaction that ran last, and who sent it.
    public func accessList(of transaction: borrowing Transaction, from sender: Address) -> [AccessListEntry] {
        var warm: Set<Address> = [sender]
        if let to = transaction.to { warm.insert(to) }
        if fork >= .shanghai { warm.insert(block.coinbase) }
        for authorization in transaction.authorizations {
            if let authority = authorization.authority() { warm.insert(authority) }
        }
        var entries: [AccessListEntry] = []
        var places: [Address: Int] = [:]
        func place(_ address: Address) -> Int {
            if let place = places[address] { return place }
            entries.append(AccessListEntry(address: address, storageKeys: []))
            places[address] = entries.count - 1
            return entries.count - 1
        }
        let touched = overlay.lastEntries
        for entry in touched where entry.kind == .warmAccount {
            let account = overlay.accounts[Int(entry.index)]
            if account.address == transaction.to, let delegate = delegate(of: account) { warm.insert(delegate) }
        }
        for entry in touched {
            if entry.kind == .warmAccount {
                let account = overlay.accounts[Int(entry.index)]
                let isWarm = warm.contains(account.address) || rules.precompiles.isWarm(account.address)
                if !isWarm, account.createdTx != overlay.tx { _ = place(account.address) }
            } else if entry.kind == .warmSlot {
                let slot = overlay.slots[Int(entry.index)]
                let at = place(overlay.accounts[Int(slot.account)].address)
                entries[at].storageKeys.append(Hash32(slot.key))
            }
        }
        return entries
    }

    private func delegate(of account: LiveAccount) -> Address? {
        guard account.codeIndex >= 0, overlay.codeGeneration == codes.generation else { return nil }
        let record = codes.records[Int(account.codeIndex)]
        return record.isDelegation ? record.delegate : nil
    }
}
