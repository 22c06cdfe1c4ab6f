internal import EVMCodec
internal import EVMCrypto
internal import EVMTypes

// The run itself, and what follows it: refund, fees, deletions.
extension Machine {
    /// Runs the transaction's call or creation. Nil when the state lacks something before it could start.
    mutating func runRoot<Observer: StepObserver & ~Copyable>(
        _ transaction: borrowing Transaction, _ sender: Address, _ plan: TransactionPlan, _ observer: inout Observer
    ) -> Halt? {
        origin = sender
        gasPrice = plan.price
        blobHashes = transaction.blobVersionedHashes
        createdAddress = nil
        let gas = Int64(transaction.gasLimit - plan.intrinsic)
        endGas = 0
        if transaction.to == nil { return runRootCreation(transaction, plan, gas, &observer) }
        for authorization in transaction.authorizations { delegate(authorization) }
        if !overlay.needs.isEmpty { return nil }
        return runRootCall(transaction, sender, plan, gas, &observer)
    }

    private mutating func runRootCall<Observer: StepObserver & ~Copyable>(
        _ transaction: borrowing Transaction, _ sender: Address, _ plan: TransactionPlan, _ gas: Int64,
        _ observer: inout Observer
    ) -> Halt? {
        var codeIndex = code(of: plan.recipient)
        if codeIndex < 0 { return nil }
        var isDelegated = false
        if codes.records[Int(codeIndex)].isDelegation, fork >= .prague {
            isDelegated = true
            let delegate = overlay.account(codes.records[Int(codeIndex)].delegate, base)
            if delegate < 0 { return nil }
            _ = overlay.warmAccount(delegate)
            let precompiled = rules.precompiles.isWarm(overlay.accounts[delegate].address)
            codeIndex = precompiled ? CodeCache.empty : code(of: delegate)
            if codeIndex < 0 { return nil }
        }
        let checkpoint = overlay.openCheckpoint()
        if transaction.value.isZero {
            overlay.touch(plan.recipient, making: fork < .spuriousDragon)
        } else {
            transfer(transaction.value, from: plan.sender, to: plan.recipient)
        }
        let address = overlay.accounts[plan.recipient].address
        if !isDelegated, let precompile = rules.precompiles[address] {
            let halt = runRootPrecompile(precompile, transaction.data, gas, checkpoint)
            if Observer.isActive { report(transaction, sender, address, gas, halt, &observer) }
            return halt
        }
        if !isDelegated, rules.precompiles.unsupportedName(address) != nil {
            unsupportedPrecompile = address
            return .unsupportedPrecompile
        }
        if codes.records[Int(codeIndex)].count == 0 {
            overlay.keep(checkpoint)
            endGas = gas
            if Observer.isActive { report(transaction, sender, address, gas, .stop, &observer) }
            return .stop
        }
        pushRoot(
            code: codeIndex, account: plan.recipient, caller: sender, value: transaction.value,
            input: transaction.data.span, gas: gas, isStatic: false, checkpoint)
        let halt = runFrames(&observer)
        endGas = halt.isUnanswered ? 0 : frames[0].gas
        return halt
    }

    private mutating func runRootPrecompile(
        _ precompile: Precompile, _ input: [UInt8], _ gas: Int64, _ checkpoint: OverlayCheckpoint
    ) -> Halt {
        if precompile == .ripemd160 { ripemdTouched = true }
        precompileOutput.removeAll(keepingCapacity: true)
        let price = precompile.gas(for: input.span, prices: rules.precompiles.prices)
        guard let price, price <= gas else {
            overlay.takeBack(to: checkpoint)
            return .outOfGas
        }
        guard run(precompile, input.span) else {
            overlay.takeBack(to: checkpoint)
            return .precompileFailed
        }
        overlay.keep(checkpoint)
        endGas = gas - price
        let count = precompileOutput.count
        if count > memory.capacity { memory.grow(to: count) }
        for index in 0..<count { memory[index] = precompileOutput[index] }
        outputBase = 0
        outputCount = count
        return .stop
    }

    private mutating func runRootCreation<Observer: StepObserver & ~Copyable>(
        _ transaction: borrowing Transaction, _ plan: TransactionPlan, _ gas: Int64, _ observer: inout Observer
    ) -> Halt? {
        let nonce = overlay.accounts[plan.sender].nonce
        let target = overlay.account(Self.created(by: overlay.accounts[plan.sender].address, nonce: nonce), base)
        if target < 0 { return nil }
        overlay.setNonce(plan.sender, nonce &+ 1)
        if fork >= .berlin { _ = overlay.warmAccount(target) }
        if collides(target) {
            let address = overlay.accounts[target].address
            if Observer.isActive { report(transaction, origin, address, gas, .createCollision, &observer) }
            return .createCollision
        }
        let checkpoint = overlay.openCheckpoint()
        bringIntoBeing(target, payer: plan.sender, value: transaction.value)
        transaction.data.withUnsafeBufferPointer { code in
            pushCreation(
                target, initCode: code.baseAddress ?? UnsafePointer(memory.base), count: code.count,
                value: transaction.value, gas: gas, stackBase: stack, checkpoint)
        }
        let halt = runFrames(&observer)
        endGas = halt.isUnanswered ? 0 : frames[0].gas
        if halt.isSuccess { createdAddress = overlay.accounts[target].address }
        return halt
    }

    /// Tells of a call or creation that needed no frame; what it returned lies where `output` is.
    private func report<Observer: StepObserver & ~Copyable>(
        _ transaction: borrowing Transaction, _ sender: Address, _ target: Address, _ gas: Int64, _ halt: Halt,
        _ observer: inout Observer
    ) {
        let call = TracedCall(
            kind: transaction.to == nil ? .create : .call, from: sender, to: target, value: transaction.value, gas: gas,
            depth: 0)
        observer.ranRoot(self, call, input: transaction.data.span, halt: halt)
    }

    /// Applies one EIP-7702 authorization; one that does not hold is skipped.
    private mutating func delegate(_ authorization: Authorization) {
        guard authorization.chainID.isZero || authorization.chainID == U256(rules.chainID),
            authorization.nonce != .max, let authority = authorization.authority()
        else { return }
        let account = overlay.account(authority, base)
        if account < 0 { return }
        _ = overlay.warmAccount(account)
        let now = code(of: account)
        if now < 0 { return }
        let record = codes.records[Int(now)]
        guard record.count == 0 || record.isDelegation, overlay.accounts[account].nonce == authorization.nonce else {
            return
        }
        // What exists costs 12,500 of the 25,000 that the intrinsic gas took (EIP-7702).
        if !overlay.accounts[account].isEmpty { overlay.refund += 12_500 }
        if authorization.address.isZero {
            if record.count != 0 {
                overlay.setCode(account, hash: AccountState.emptyCodeHash, cached: CodeCache.empty)
            }
        } else {
            let designator = [0xef, 0x01, 0x00] + authorization.address.bytes
            let hash = Keccak256.hash(designator)
            overlay.newCodes[hash] = designator
            let index = codes.index(of: hash) ?? codes.add(designator, hash: hash)
            overlay.setCode(account, hash: hash, cached: index)
        }
        overlay.setNonce(account, authorization.nonce + 1)
    }

    // MARK: After the run

    /// Refunds, pays fees, deletes what is to be deleted, and says what came of it.
    mutating func settle(
        _ transaction: borrowing Transaction, _ plan: TransactionPlan, _ halt: Halt, _ coinbaseBefore: U256,
        _ checkpoint: OverlayCheckpoint
    ) -> Outcome {
        let left = halt.takesAllGas ? 0 : UInt64(endGas)
        let spent = transaction.gasLimit - left
        let refund = min(spent / UInt64(prices.refundQuotient), UInt64(max(0, overlay.refund)))
        let used = max(spent - refund, plan.floor)
        let now = overlay.accounts[plan.coinbase].balance
        let lost = now < coinbaseBefore
        let back = U256(transaction.gasLimit - used) &* plan.price
        overlay.setBalance(plan.sender, overlay.accounts[plan.sender].balance &+ back)
        let tips = U256(used) &* plan.tip
        pay(tips, to: plan.coinbase)
        if plan.baseFeeRecipient >= 0 { pay(U256(used) &* (plan.price &- plan.tip), to: plan.baseFeeRecipient) }
        endAccounts(since: checkpoint)
        overlay.keep(checkpoint)
        return Outcome(
            halt: halt, gasUsed: used, gasRefunded: spent - min(spent, used), gasPrice: plan.price, tips: tips,
            coinbaseTransfers: lost ? coinbaseBefore &- now : now &- coinbaseBefore, coinbaseLost: lost,
            created: createdAddress, logs: checkpoint.logs..<overlay.logs.count)
    }

    private mutating func pay(_ amount: U256, to account: Int) {
        if amount.isZero {
            overlay.touch(account, making: fork < .spuriousDragon)
        } else {
            overlay.setBalance(account, overlay.accounts[account].balance &+ amount)
        }
    }

    /// Deletes what SELFDESTRUCT marked and, from EIP-161 on, what was touched and is empty.
    mutating func endAccounts(since checkpoint: OverlayCheckpoint) {
        let end = overlay.journal.count
        for at in checkpoint.journal..<end where overlay.journal[at].kind == .account {
            let index = Int(overlay.journal[at].index)
            let account = overlay.accounts[index]
            guard account.exists else { continue }
            if account.destroyedTx == overlay.tx {
                overlay.delete(index)
            } else if fork >= .spuriousDragon, account.touchedTx == overlay.tx, account.isEmpty {
                overlay.delete(index)
            }
        }
        guard ripemdTouched, fork >= .spuriousDragon else { return }
        // The touch of this one contract outlives the failure of its call (geth's rule since block 2,675,119).
        let ripemd = overlay.account(Precompile.ripemd160.address, base)
        if ripemd >= 0, overlay.accounts[ripemd].exists, overlay.accounts[ripemd].isEmpty { overlay.delete(ripemd) }
    }
}

extension Overlay {
    /// Makes the account not exist: no nonce, wei, code or storage.
    mutating func delete(_ index: Int) {
        save(index)
        var slot = accounts[index].firstSlot
        while slot >= 0 {
            let record = slots[Int(slot)]
            if record.account == Int32(index), !record.value.isZero { setSlot(Int(slot), .zero) }
            slot = record.next
        }
        if accounts[index].hasCode { setCode(index, hash: AccountState.emptyCodeHash, cached: CodeCache.empty) }
        accounts[index].nonce = 0
        accounts[index].balance = .zero
        accounts[index].flags &= ~LiveAccount.exists
        accounts[index].flags |= LiveAccount.changed | LiveAccount.storageCleared
    }
}
