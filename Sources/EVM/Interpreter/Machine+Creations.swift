internal import EVMCodec
internal import EVMCrypto
public import EVMTypes

// CREATE, CREATE2, SELFDESTRUCT. Source: Yellow Paper §7; EIP-2, 150, 161, 170, 684, 1014, 2681, 2929, 3529, 3541,
// 3860, 6780, 7610.
extension Machine {
    /// Performs CREATE or CREATE2: value, offset, size and, with `salted`, salt. As `performCall`, it answers
    /// `enterFrame` plus the caller's gas when a frame was pushed.
    mutating func performCreate(salted: Bool, _ top: Words, _ gas: Int64) -> Int64 {
        if frame.pointee.isStatic { return failed(.staticViolation) }
        var left = reach(top[-1], top[-2], gas)
        if left < 0 { return left }
        if top[-2] > U256(UInt64(clamping: rules.initCodeMax)) { return failed(.initCodeTooLong) }
        left = chargeWords(top[-2], prices.initCodeWord + (salted ? 6 : 0), left)
        if left < 0 { return left }
        let forwarded = fork >= .tangerineWhistle ? left &- left / 64 : left
        let flag = top - (salted ? 3 : 2)
        let creator = Int(frame.pointee.account), value = top[0]
        let nonce = overlay.accounts[creator].nonce
        returnData.count = 0
        if depth >= 1_024 || overlay.accounts[creator].balance < value || nonce == .max {
            flag.pointee = .zero
            if isTraced { noteFailedCreation(value, forwarded, left, top) }
            return left
        }
        let count = Int(top[-2].w0), start = count == 0 ? memory.base : frameMemory + Int(top[-1].w0)
        let address =
            salted
            ? Self.salted(frame.pointee.address, salt: top[-3], initCode: Self.keccak(start, count))
            : Self.created(by: frame.pointee.address, nonce: nonce)
        let target = overlay.account(address, base)
        if target < 0 { return failed(.missingState) }
        overlay.setNonce(creator, nonce + 1)
        if fork >= .berlin { _ = overlay.warmAccount(target) }
        left &-= forwarded
        if collides(target) {
            flag.pointee = .zero
            if isTraced { noteCollision(address, value, forwarded, left, top) }
            return left
        }
        let checkpoint = overlay.openCheckpoint()
        bringIntoBeing(target, payer: creator, value: value)
        pushCreation(
            target, initCode: start, count: count, value: value, gas: forwarded, stackBase: flag + 1, checkpoint)
        return enterFrame &+ left
    }

    /// Whether a creation at this account must fail (EIP-684, EIP-7610).
    func collides(_ target: Int) -> Bool {
        let account = overlay.accounts[target]
        if account.nonce != 0 || account.hasCode { return true }
        var slot = account.firstSlot
        while slot >= 0 {
            let record = overlay.slots[Int(slot)]
            if !record.value.isZero, record.account == Int32(target) { return true }
            slot = record.next
        }
        guard account.flags & LiveAccount.storageCleared == 0, account.baseIndex >= 0 else { return false }
        return base.store.pointee.hasStorage(Int(account.baseIndex))
    }

    /// Makes the account a contract under construction, and gives it the value.
    mutating func bringIntoBeing(_ target: Int, payer: Int, value: U256) {
        overlay.save(target)
        overlay.accounts[target].flags |=
            LiveAccount.exists | LiveAccount.changed | LiveAccount.storageCleared
        overlay.accounts[target].createdTx = overlay.tx
        overlay.accounts[target].touchedTx = overlay.tx
        if fork >= .spuriousDragon { overlay.setNonce(target, 1) }
        if !value.isZero { transfer(value, from: payer, to: target) }
    }

    /// Pushes the frame that runs init code, of which it makes a copy.
    mutating func pushCreation(
        _ target: Int, initCode: UnsafePointer<UInt8>, count: Int, value: U256, gas: Int64, stackBase: Words,
        _ checkpoint: OverlayCheckpoint
    ) {
        let code = UnsafeMutablePointer<UInt8>.allocate(capacity: count + CodeRecord.padding)
        code.update(from: initCode, count: count)
        (code + count).update(repeating: 0, count: CodeRecord.padding)
        let caller: Frame? = depth >= 0 ? frame.pointee : nil
        depth &+= 1
        frame += 1
        frame.initialize(
            to: Frame(
                code: code, codeCount: count, codeIndex: -1, account: Int32(target),
                address: overlay.accounts[target].address, caller: caller?.address ?? origin, value: value,
                isStatic: false, isCreate: true, gas: gas, stackBase: stackBase, sp: stackBase,
                memoryBase: caller.map { $0.memoryBase + $0.memorySize } ?? 0, inputBase: 0, inputCount: 0,
                outputBase: 0, outputCount: 0, jumpdests: nil, checkpoint: checkpoint))
    }

    /// Ends the running frame, which is a creation: its output becomes code. Gives how it really ended.
    mutating func finishCreation(_ halt: Halt) -> Halt {
        var halt = halt
        if halt.isSuccess { halt = deploy() ?? halt }
        let ended = frame.pointee
        ended.code.deallocate()
        ended.jumpdests?.deallocate()
        if halt.isSuccess { overlay.keep(ended.checkpoint) } else { overlay.takeBack(to: ended.checkpoint) }
        if halt.takesAllGas { frame.pointee.gas = 0 }
        if halt.takesAllGas { outputCount = 0 }
        return halt
    }

    /// Charges for the output and stores it as the account's code; the halt when that cannot be.
    private mutating func deploy() -> Halt? {
        let count = outputCount, bytes = memory.base + outputBase
        if fork >= .london, count > 0, bytes[0] == 0xef { return .codeStartsWithEF }
        if count > rules.codeMax { return .codeTooLong }
        let left = frame.pointee.gas &- 200 &* Int64(count)
        if left < 0 {
            // Frontier keeps the contract, without code.
            if fork >= .homestead { return .outOfGas }
            outputCount = 0
            return nil
        }
        frame.pointee.gas = left
        if count == 0 { return nil }
        let code = Array(UnsafeBufferPointer(start: bytes, count: count))
        let hash = Keccak256.hash(code)
        overlay.newCodes[hash] = code
        let index = codes.index(of: hash) ?? codes.add(code, hash: hash)
        overlay.setCode(Int(frame.pointee.account), hash: hash, cached: index)
        return nil
    }

    /// Goes back from an ended creation to the frame that asked for it.
    mutating func leaveCreation(_ halt: Halt) {
        let ended = frame.pointee
        returnData.count = 0
        if halt == .revert, outputCount > 0 { returnData.append(from: memory.base + outputBase, count: outputCount) }
        depth &-= 1
        frame -= 1
        (ended.stackBase - 1).pointee = halt.isSuccess ? ended.address.word : .zero
        frame.pointee.sp = ended.stackBase
        frame.pointee.gas &+= ended.gas
    }

    /// SELFDESTRUCT.
    @inline(never) mutating func destroy(_ heirWord: Words, _ gas: Int64) -> Int64 {
        if frame.pointee.isStatic { return failed(.staticViolation) }
        var left = gas
        let address = Address(truncating: heirWord.pointee)
        let heir = overlay.account(address, base), own = Int(frame.pointee.account)
        if heir < 0 { return failed(.missingState) }
        if fork >= .berlin, overlay.warmAccount(heir), !rules.precompiles.isWarm(address) {
            left &-= prices.coldAccount
        }
        let funds = overlay.accounts[own].balance
        let isNew =
            fork >= .spuriousDragon
            ? !funds.isZero && overlay.accounts[heir].isEmpty : !overlay.accounts[heir].exists
        if isNew { left &-= prices.selfdestructNewAccount }
        if left < 0 { return failed(.outOfGas) }
        let createdNow = overlay.accounts[own].createdTx == overlay.tx
        if overlay.accounts[own].destroyedTx != overlay.tx { overlay.refund &+= prices.selfdestructRefund }
        if heir != own {
            if funds.isZero {
                overlay.touch(heir, making: fork < .spuriousDragon)
            } else {
                transfer(funds, from: own, to: heir)
            }
        }
        if fork < .cancun || createdNow {
            overlay.setBalance(own, .zero)
            overlay.accounts[own].destroyedTx = overlay.tx
        }
        return left
    }

    // MARK: Addresses

    /// The address of the contract that an account creates with this nonce.
    static func created(by address: Address, nonce: UInt64) -> Address { contract(of: address, nonce: nonce) }

    /// The address of the contract that an account creates with this nonce (CREATE). Costs one hash.
    public static func contract(of address: Address, nonce: UInt64) -> Address {
        var encoder = RLP.Encoder(reservingCapacity: 32)
        encoder.appendList { list in
            list.append(Optional(address))
            list.append(nonce)
        }
        return Address(truncating: Keccak256.hash(encoder.bytes).word)
    }

    /// CREATE2's address (EIP-1014).
    static func salted(_ address: Address, salt: U256, initCode: U256) -> Address {
        var input = InlineArray<85, UInt8>(repeating: 0xff)
        for index in 0..<20 { input[1 + index] = UInt8(truncatingIfNeeded: (address.word >> (152 - 8 * index)).w0) }
        var span = input.mutableSpan
        span.withUnsafeMutableBytes { bytes in
            storeWord(salt, bytes.baseAddress! + 21)
            storeWord(initCode, bytes.baseAddress! + 53)
        }
        return Address(truncating: Keccak256.hash(input.span).word)
    }

    /// The hash of bytes in memory.
    static func keccak(_ start: UnsafePointer<UInt8>, _ count: Int) -> U256 {
        Keccak256.hash(Span(_unsafeStart: start, count: count)).word
    }
}
