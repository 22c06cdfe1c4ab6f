internal import EVMCodec
internal import EVMTypes

/// The four instructions that call.
enum CallKind: UInt8, BitwiseCopyable {
    case call, callCode, delegateCall, staticCall
}

/// A call as its instruction put it, checked and priced.
struct PreparedCall {
    var kind: CallKind
    /// The account whose code runs.
    var target: Int
    var targetAddress: Address
    /// The code's index; for a delegation (EIP-7702) the delegate's.
    var codeIndex: Int32
    var isDelegated: Bool
    var value: U256
    var gas: Int64
    var inputStart: Int
    var inputCount: Int
    var outputStart: Int
    var outputCount: Int
}

// CALL, CALLCODE, DELEGATECALL, STATICCALL. Source: Yellow Paper, appendix H; EIP-7, 150, 158, 161, 214, 2929, 7702.
extension Machine {
    /// Performs a call. Takes its operands from the top of the stack downwards and leaves the success flag in the place
    /// of the lowest one, unless it answers `enterFrame`: then a frame was pushed, the caller's gas is in its frame,
    /// and `finishCall` puts the flag.
    mutating func performCall(_ kind: CallKind, _ top: Words, _ gas: Int64) -> Int64 {
        let hasValue = kind == .call || kind == .callCode
        let value = hasValue ? top[-2] : .zero
        if kind == .call, !value.isZero, frame.pointee.isStatic { return failed(.staticViolation) }
        let ranges = top - (hasValue ? 3 : 2)
        var left = reach(ranges[0], ranges[-1], gas)
        if left < 0 { return left }
        left = reach(ranges[-2], ranges[-3], left)
        if left < 0 { return left }
        let address = Address(truncating: top[-1])
        left = access(address, left)
        if left < 0 { return left }
        var call = PreparedCall(
            kind: kind, target: touched, targetAddress: address, codeIndex: -1, isDelegated: false, value: value,
            gas: 0, inputStart: ranges[0].clampedSize, inputCount: Int(ranges[-1].w0),
            outputStart: ranges[-2].clampedSize, outputCount: Int(ranges[-3].w0))
        left = chargeCall(&call, requested: top[0], left)
        if left < 0 { return left }
        return start(call, flag: ranges - 3, left)
    }

    /// Charges for the delegation, the value and a new account, and sets the callee's gas. The gas left is without it.
    private mutating func chargeCall(_ call: inout PreparedCall, requested: U256, _ gas: Int64) -> Int64 {
        var left = gas
        call.codeIndex = code(of: call.target)
        if call.codeIndex < 0 { return failed(.missingState) }
        if _slowPath(codes.records[Int(call.codeIndex)].isDelegation), fork >= .prague {
            left = followDelegation(&call, left)
            if left < 0 { return left }
        }
        if !call.value.isZero { left &-= 9_000 }
        if call.kind == .call {
            let account = overlay.accounts[call.target]
            if fork >= .spuriousDragon {
                if !call.value.isZero, account.isEmpty { left &-= 25_000 }
            } else if !account.exists {
                left &-= 25_000
            }
        }
        if left < 0 { return failed(.outOfGas) }
        if fork >= .tangerineWhistle {
            let most = left &- left / 64
            call.gas = requested < U256(UInt64(most)) ? Int64(requested.w0) : most
        } else {
            guard requested <= U256(UInt64(left)) else { return failed(.outOfGas) }
            call.gas = Int64(requested.w0)
        }
        left &-= call.gas
        if !call.value.isZero { call.gas &+= 2_300 }
        return left
    }

    /// EIP-7702: the code of a delegated account is its delegate's, for the price of touching that one.
    private mutating func followDelegation(_ call: inout PreparedCall, _ gas: Int64) -> Int64 {
        let address = codes.records[Int(call.codeIndex)].delegate
        let index = overlay.account(address, base)
        if index < 0 { return failed(.missingState) }
        let precompiled = rules.precompiles.isWarm(address)
        let cold = overlay.warmAccount(index) && !precompiled
        let left = gas &- (cold ? prices.coldAccount : prices.warmAccount)
        if left < 0 { return failed(.outOfGas) }
        call.codeIndex = precompiled ? CodeCache.empty : code(of: index)
        call.isDelegated = true
        return call.codeIndex < 0 ? failed(.missingState) : left
    }

    /// Runs a precompiled contract or an empty code at once, or pushes a frame. `left` is the caller's gas without the
    /// callee's.
    private mutating func start(_ call: PreparedCall, flag: Words, _ left: Int64) -> Int64 {
        returnData.count = 0
        if _slowPath(isTraced) { noteCall(call, left) }
        let caller = Int(frame.pointee.account)
        if _slowPath(depth >= 1_024 || !call.value.isZero && overlay.accounts[caller].balance < call.value) {
            flag.pointee = .zero
            return left &+ call.gas
        }
        if !call.isDelegated {
            if let precompile = rules.precompiles[call.targetAddress] {
                return runPrecompile(precompile, call, flag, left)
            }
            if _slowPath(rules.precompiles.unsupportedName(call.targetAddress) != nil) {
                unsupportedPrecompile = call.targetAddress
                return failed(.unsupportedPrecompile)
            }
        }
        if codes.records[Int(call.codeIndex)].count == 0 {
            move(call)
            flag.pointee = .one
            return left &+ call.gas
        }
        let checkpoint = overlay.openCheckpoint()
        move(call)
        pushFrame(call, flag: flag, checkpoint)
        return enterFrame &+ left
    }

    /// Moves the value and touches who is called.
    @inline(__always) private mutating func move(_ call: PreparedCall) {
        if call.kind == .call {
            if call.value.isZero {
                // Only what exists and is empty can change by being touched, and what does not exist before EIP-161.
                let old = fork < .spuriousDragon, account = overlay.accounts[call.target]
                if old ? !account.exists : account.exists && account.isEmpty { overlay.touch(call.target, making: old) }
            } else {
                transfer(call.value, from: Int(frame.pointee.account), to: call.target)
            }
        } else if call.kind == .staticCall, overlay.accounts[call.target].exists,
            overlay.accounts[call.target].isEmpty
        {
            overlay.touch(call.target, making: false)
        }
    }

    /// Moves wei that the payer has.
    @inline(__always) mutating func transfer(_ value: U256, from payer: Int, to payee: Int) {
        overlay.setBalance(payer, overlay.accounts[payer].balance &- value)
        // Cannot wrap: no account holds more than all wei there is.
        overlay.setBalance(payee, overlay.accounts[payee].balance &+ value)
    }

    private mutating func runPrecompile(
        _ precompile: Precompile, _ call: PreparedCall, _ flag: Words, _ left: Int64
    ) -> Int64 {
        let checkpoint = overlay.openCheckpoint()
        if precompile == .ripemd160, call.kind == .call || call.kind == .staticCall { ripemdTouched = true }
        move(call)
        precompileOutput.removeAll(keepingCapacity: true)
        let start = call.inputCount == 0 ? memory.base : frameMemory + call.inputStart
        let input = Span(_unsafeStart: UnsafePointer(start), count: call.inputCount)
        let price = precompile.gas(for: input, prices: rules.precompiles.prices)
        guard let price, price <= call.gas, run(precompile, input) else {
            overlay.takeBack(to: checkpoint)
            flag.pointee = .zero
            if isTraced { note.halt = price.map { $0 <= call.gas } ?? false ? .precompileFailed : .outOfGas }
            return left
        }
        overlay.keep(checkpoint)
        let count = precompileOutput.count
        precompileOutput.withUnsafeBufferPointer { bytes in
            if let start = bytes.baseAddress { returnData.append(from: start, count: count) }
        }
        let wanted = min(count, call.outputCount)
        if wanted > 0 { (frameMemory + call.outputStart).update(from: returnData.base, count: wanted) }
        flag.pointee = .one
        return left &+ (call.gas &- price)
    }

    /// Runs it into `precompileOutput`, or remembers what it answered.
    mutating func run(_ precompile: Precompile, _ input: Span<UInt8>) -> Bool {
        guard precompile == .ecrecover, input.count >= 128 else {
            return precompile.run(input, into: &precompileOutput, prices: rules.precompiles.prices)
        }
        return input.withUnsafeBytes { bytes in
            let start = bytes.baseAddress!
            if let signer = recoveries.signer(start) {
                if signer.isZero { return true }
                for at in 0..<32 { precompileOutput.append(UInt8(truncatingIfNeeded: (signer >> (248 - 8 * at)).w0)) }
                return true
            }
            let succeeded = precompile.run(input, into: &precompileOutput, prices: rules.precompiles.prices)
            var signer = U256.zero
            if precompileOutput.count == 32 { precompileOutput.withUnsafeBytes { signer = loadWord($0.baseAddress!) } }
            recoveries.remember(start, signer)
            return succeeded
        }
    }

    private mutating func pushFrame(_ call: PreparedCall, flag: Words, _ checkpoint: OverlayCheckpoint) {
        let caller = frame.pointee
        let record = codes.records[Int(call.codeIndex)]
        let runsOnCaller = call.kind == .delegateCall || call.kind == .callCode
        depth &+= 1
        frame += 1
        frame.initialize(
            to: Frame(
                code: record.bytes, codeCount: record.count, codeIndex: call.codeIndex,
                account: runsOnCaller ? caller.account : Int32(truncatingIfNeeded: call.target),
                address: runsOnCaller ? caller.address : call.targetAddress,
                caller: call.kind == .delegateCall ? caller.caller : caller.address,
                value: call.kind == .delegateCall ? caller.value : call.value,
                isStatic: caller.isStatic || call.kind == .staticCall, isCreate: false, gas: call.gas,
                stackBase: flag + 1, sp: flag + 1, memoryBase: caller.memoryBase &+ caller.memorySize,
                inputBase: caller.memoryBase &+ (call.inputCount == 0 ? 0 : call.inputStart),
                inputCount: call.inputCount,
                outputBase: caller.memoryBase &+ (call.outputCount == 0 ? 0 : call.outputStart),
                outputCount: call.outputCount, jumpdests: record.jumpdests, checkpoint: checkpoint))
    }

    /// Ends the running frame, which a call made, and puts flag, output and gas where the caller wants them. The
    /// caller's frame runs again.
    mutating func finishCall(_ halt: Halt) {
        let ended = frame.pointee
        if halt.isSuccess { overlay.keep(ended.checkpoint) } else { overlay.takeBack(to: ended.checkpoint) }
        let left = halt.takesAllGas ? 0 : ended.gas
        returnData.count = 0
        if halt.takesAllGas { outputCount = 0 }
        if outputCount > 0 {
            returnData.append(from: memory.base + outputBase, count: outputCount)
            let wanted = min(outputCount, ended.outputCount)
            if wanted > 0 { (memory.base + ended.outputBase).update(from: returnData.base, count: wanted) }
        }
        depth &-= 1
        frame -= 1
        (ended.stackBase - 1).pointee = halt.isSuccess ? .one : .zero
        frame.pointee.sp = ended.stackBase
        frame.pointee.gas &+= left
    }
}
