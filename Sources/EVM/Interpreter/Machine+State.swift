internal import EVMCodec
internal import EVMCrypto
internal import EVMTypes

// Instructions on state. Each takes the gas left after its fixed price and gives the gas left after it.
extension Machine {
    /// Touches the account of an address for the first time or again, and charges a cold one. The index goes to
    /// `touched`. The state is not asked for an account that the gas left cannot pay for.
    @inline(__always) mutating func access(_ address: Address, _ gas: Int64) -> Int64 {
        let index = overlay.account(address, base)
        if _slowPath(index < 0) { return coldMissing(address, gas) }
        touched = index
        if fork < .berlin { return gas }
        return overlay.accounts[index].warmTx == overlay.tx ? gas : warm(index, gas)
    }

    @inline(never) private mutating func warm(_ index: Int, _ gas: Int64) -> Int64 {
        // Checked before warming: an account that could not be paid for is asked for again later.
        let precompiled = rules.precompiles.isWarm(overlay.accounts[index].address)
        _ = overlay.warmAccount(index)
        if precompiled { return gas }
        let left = gas &- prices.coldAccountExtra
        return left < 0 ? failed(.outOfGas) : left
    }

    /// An account that the pinned state does not hold: out of gas when a cold one cannot be paid for, else a need.
    @inline(never) private mutating func coldMissing(_ address: Address, _ gas: Int64) -> Int64 {
        if fork >= .berlin, gas < prices.coldAccountExtra, !rules.precompiles.isWarm(address) {
            overlay.needs.removeLast()
            return failed(.outOfGas)
        }
        return failed(.missingState)
    }

    /// BALANCE, in place.
    @inline(never) mutating func balance(_ word: Words, into target: Words, _ gas: Int64) -> Int64 {
        let left = access(Address(truncating: word.pointee), gas)
        if left >= 0 { target.pointee = overlay.accounts[touched].balance }
        return left
    }

    /// EXTCODESIZE.
    @inline(never) mutating func externalCodeSize(_ word: Words, into target: Words, _ gas: Int64) -> Int64 {
        let left = access(Address(truncating: word.pointee), gas)
        if left < 0 { return left }
        let index = code(of: touched)
        if index < 0 { return failed(.missingState) }
        target.pointee = U256(UInt64(codes.records[Int(index)].count))
        return left
    }

    /// EXTCODEHASH (EIP-1052): zero for an account that is empty.
    @inline(never) mutating func externalCodeHash(_ word: Words, into target: Words, _ gas: Int64) -> Int64 {
        let left = access(Address(truncating: word.pointee), gas)
        if left >= 0 {
            let account = overlay.accounts[touched]
            target.pointee = !account.exists || account.isEmpty ? .zero : account.codeHash.word
        }
        return left
    }

    /// EXTCODECOPY: address, destination, offset, size.
    @inline(never) mutating func externalCodeCopy(_ top: Words, _ gas: Int64) -> Int64 {
        var left = prepareCopy(top[-1], top[-3], gas)
        if left < 0 { return left }
        left = access(Address(truncating: top[0]), left)
        if left < 0 || top[-3].isZero { return left }
        let index = code(of: touched)
        if index < 0 { return failed(.missingState) }
        let record = codes.records[Int(index)]
        copy(record.bytes, record.count, from: top[-2], to: Int(top[-1].w0), count: Int(top[-3].w0))
        return left
    }

    /// SLOAD.
    @inline(__always) mutating func load(_ key: Words, into target: Words, _ gas: Int64) -> Int64 {
        let index = overlay.slot(Int(frame.pointee.account), key.pointee, base)
        if _fastPath(index >= 0 && overlay.slots[index].warmTx == overlay.tx) {
            target.pointee = overlay.slots[index].value
            return gas
        }
        return loadCold(index, into: target, gas)
    }

    @inline(never) private mutating func loadCold(_ index: Int, into target: Words, _ gas: Int64) -> Int64 {
        let left = gas &- prices.coldSloadExtra
        if left < 0 {
            if index < 0 { overlay.needs.removeLast() }
            return failed(.outOfGas)
        }
        if index < 0 { return failed(.missingState) }
        _ = overlay.warmSlot(index)
        target.pointee = overlay.slots[index].value
        return left
    }

    /// SSTORE. Source: Yellow Paper before EIP-1283; EIP-2200, EIP-2929, EIP-3529.
    /// - Parameter ahead: gas that the block has charged for instructions after this one.
    @inline(never) mutating func store(_ key: Words, _ value: Words, _ gas: Int64, ahead: Int64 = 0) -> Int64 {
        if _slowPath(frame.pointee.isStatic) { return failed(.staticViolation) }
        if _slowPath(gas &+ ahead <= prices.sstore.sentry) { return failed(.outOfGas) }
        let index = overlay.slot(Int(frame.pointee.account), key.pointee, base)
        if _slowPath(index < 0) { return failed(.missingState) }
        let cold = overlay.slots[index].warmTx != overlay.tx && overlay.warmSlot(index)
        let new = value.pointee, current = overlay.slots[index].value, original = overlay.slots[index].original
        var cost: Int64
        if prices.sstore.netMetering {
            if current == new || original != current {
                cost = prices.sstore.dirty
            } else {
                cost = original.isZero ? prices.sstore.set : prices.sstore.reset
            }
            if cold { cost &+= prices.sstore.coldExtra }
            if current != new { overlay.refund &+= refund(original, current, new) }
        } else {
            cost = current.isZero && !new.isZero ? prices.sstore.set : prices.sstore.reset
            if !current.isZero, new.isZero { overlay.refund &+= prices.sstore.clearRefund }
        }
        let left = gas &- cost
        if _slowPath(left < 0) { return failed(.outOfGas) }
        if current != new { overlay.setSlot(index, new) }
        return left
    }

    @inline(__always) private func refund(_ original: U256, _ current: U256, _ new: U256) -> Int64 {
        var amount: Int64 = 0
        if original == current {
            if !original.isZero, new.isZero { amount = prices.sstore.clearRefund }
            return amount
        }
        if !original.isZero {
            if current.isZero { amount &-= prices.sstore.clearRefund }
            if new.isZero { amount &+= prices.sstore.clearRefund }
        }
        if original == new {
            let full = original.isZero ? prices.sstore.set : prices.sstore.reset
            amount &+= full &- prices.sstore.dirty
        }
        return amount
    }

    /// TLOAD (EIP-1153).
    @inline(never) mutating func loadTransient(_ key: Words, into target: Words) {
        let index = overlay.transient(Int(frame.pointee.account), key.pointee)
        target.pointee = overlay.transients[index].value
    }

    /// TSTORE (EIP-1153).
    @inline(never) mutating func storeTransient(_ key: Words, _ value: Words, _ gas: Int64) -> Int64 {
        if frame.pointee.isStatic { return failed(.staticViolation) }
        let index = overlay.transient(Int(frame.pointee.account), key.pointee)
        overlay.setTransient(index, value.pointee)
        return gas
    }

    /// BLOCKHASH: zero but for the 256 blocks before this one.
    @inline(never) mutating func blockHash(_ number: Words, into target: Words, _ gas: Int64) -> Int64 {
        guard let wanted = number.pointee.asUInt64, wanted < block.number, block.number &- wanted <= 256 else {
            target.pointee = .zero
            return gas
        }
        if let hash = base.store.pointee.blockHashes[wanted] {
            target.pointee = hash.word
            return gas
        }
        guard base.asks else {
            target.pointee = .zero
            return gas
        }
        overlay.need(.blockHash(wanted))
        return failed(.missingState)
    }
}

extension Address {
    /// The low 160 bits of a word.
    @inline(__always) init(truncating word: U256) {
        self.init(high: UInt32(truncatingIfNeeded: word.w2), low: word.lo)
    }
}
