internal import EVMTypes

/// What a call or creation was that pushed no frame, for tracers. Written in traced runs only.
struct CallNote: BitwiseCopyable {
    /// Whether the running instruction wrote it.
    var isSet = false
    var target = Address.zero
    var value = U256.zero
    /// Gas it was given.
    var gas: Int64 = 0
    /// The caller's gas without it.
    var left: Int64 = 0
    /// Its input in the machine's memory.
    var inputBase = 0
    var inputCount = 0
    /// How it ended.
    var halt = Halt.stop
}

extension Machine {
    /// Notes a call that may push a frame; then the note is dropped again.
    @inline(never) mutating func noteCall(_ call: PreparedCall, _ left: Int64) {
        let balance = overlay.accounts[Int(frame.pointee.account)].balance
        let halt: Halt =
            depth >= 1_024 ? .callTooDeep : !call.value.isZero && balance < call.value ? .insufficientBalance : .stop
        note = CallNote(
            isSet: true, target: call.targetAddress, value: call.value, gas: call.gas, left: left,
            inputBase: frame.pointee.memoryBase + (call.inputCount == 0 ? 0 : call.inputStart),
            inputCount: call.inputCount, halt: halt)
    }

    /// Notes a creation that was refused before it began.
    @inline(never) mutating func noteFailedCreation(_ value: U256, _ gas: Int64, _ left: Int64, _ top: Words) {
        let creator = overlay.accounts[Int(frame.pointee.account)]
        let halt: Halt =
            depth >= 1_024 ? .callTooDeep : creator.balance < value ? .insufficientBalance : .nonceOverflow
        let address = Self.created(by: creator.address, nonce: creator.nonce)
        // The creator keeps all its gas.
        note = creation(address, value, gas, left &- gas, top, halt)
    }

    /// Notes a creation at an address that is taken.
    @inline(never) mutating func noteCollision(
        _ address: Address, _ value: U256, _ gas: Int64, _ left: Int64, _ top: Words
    ) {
        note = creation(address, value, gas, left, top, .createCollision)
    }

    private func creation(
        _ address: Address, _ value: U256, _ gas: Int64, _ left: Int64, _ top: Words, _ halt: Halt
    ) -> CallNote {
        let count = Int(top[-2].w0)
        return CallNote(
            isSet: true, target: address, value: value, gas: gas, left: left,
            inputBase: frame.pointee.memoryBase + (count == 0 ? 0 : Int(top[-1].w0)), inputCount: count, halt: halt)
    }
}
