internal import EVMTypes

// The loop over a translated program.
extension Machine {
    /// Runs the frame on top, whose code is translated, until it ends or another frame is pushed.
    ///
    /// `base` is where the stack ended when the block was entered: operands are places relative to it, or constants.
    /// Everything that the loop needs is in locals; handlers take gas by value and give it back.
    @inline(never) mutating func runTranslated() -> FrameExit {
        let program = codes.programs[Int(codes.records[Int(frame.pointee.codeIndex)].program)]
        let constants = program.constants - ProgramInstruction.firstConstant
        let bottom = frame.pointee.stackBase
        let instructions = program.instructions
        var next = instructions + frame.pointee.pc
        var base = frame.pointee.sp
        var gas = frame.pointee.gas
        var bytes = frameMemory
        var byteCount = frame.pointee.memorySize

        blocks: while true {
            let head = next.pointee
            next += 1
            gas &-= head.imm
            let height = base - bottom
            if _slowPath(gas < 0 || height < Int(head.a) || height &+ Int(head.b) > 1_024) {
                return exceptional(gas < 0 ? .outOfGas : height < Int(head.a) ? .stackUnderflow : .stackOverflow)
            }
            while true {
                let now = next.pointee
                next += 1
                let a = Self.word(now.a, base, constants), b = Self.word(now.b, base, constants)
                let d = base + Int(now.d), target = instructions + Int(truncatingIfNeeded: now.imm)
                switch now.op {
                case .block:
                    next -= 1
                    continue blocks
                case .add: d.pointee = a.pointee &+ b.pointee
                case .mul: d.pointee = a.pointee &* b.pointee
                case .sub: d.pointee = a.pointee &- b.pointee
                case .div: d.pointee = WordMath.quotient(a.pointee, b.pointee)
                case .sdiv: d.pointee = WordMath.signedQuotient(a.pointee, b.pointee)
                case .mod: d.pointee = WordMath.remainder(a.pointee, b.pointee)
                case .smod: d.pointee = WordMath.signedRemainder(a.pointee, b.pointee)
                case .signExtend: d.pointee = WordMath.signExtend(a.pointee, b.pointee)
                case .lt: d.pointee = Self.flag(a.pointee < b.pointee)
                case .gt: d.pointee = Self.flag(b.pointee < a.pointee)
                case .slt: d.pointee = Self.flag(WordMath.isLess(a.pointee, b.pointee))
                case .sgt: d.pointee = Self.flag(WordMath.isLess(b.pointee, a.pointee))
                case .eq: d.pointee = Self.flag(a.pointee == b.pointee)
                case .and: d.pointee = a.pointee & b.pointee
                case .or: d.pointee = a.pointee | b.pointee
                case .xor: d.pointee = a.pointee ^ b.pointee
                case .byte: d.pointee = WordMath.byte(a.pointee, b.pointee)
                case .shl: d.pointee = WordMath.shiftLeft(a.pointee, b.pointee)
                case .shr: d.pointee = WordMath.shiftRight(a.pointee, b.pointee)
                case .sar: d.pointee = WordMath.shiftRightSigned(a.pointee, b.pointee)
                case .isZero: d.pointee = Self.flag(Self.isZero(a.pointee, zero: Self.zero(now.b)))
                case .not: d.pointee = ~a.pointee
                case .clz: d.pointee = U256(UInt64(a.pointee.leadingZeroBitCount))
                case .addMod:
                    d.pointee = U256.addMod(
                        a.pointee, b.pointee, Self.word(Int16(truncatingIfNeeded: now.imm), base, constants).pointee)
                case .mulMod:
                    d.pointee = U256.mulMod(
                        a.pointee, b.pointee, Self.word(Int16(truncatingIfNeeded: now.imm), base, constants).pointee)
                case .exp:
                    gas &-= prices.expByte &* Int64((b.pointee.bitWidthUsed &+ 7) / 8)
                    if _slowPath(gas < 0) { return exceptional(.outOfGas) }
                    d.pointee = WordMath.power(a.pointee, b.pointee)
                case .move:
                    d.pointee = Self.copy(of: a.pointee, zero: Self.zero(now.b))
                case .moveTwo:
                    let places = UInt64(truncatingIfNeeded: now.imm), zero = places >> 48
                    d.pointee = Self.copy(of: a.pointee, zero: zero)
                    (base + Self.place(places)).pointee = Self.copy(of: b.pointee, zero: zero)
                case .moveThree:
                    let places = UInt64(truncatingIfNeeded: now.imm), zero = places >> 48
                    d.pointee = Self.copy(of: a.pointee, zero: zero)
                    (base + Self.place(places)).pointee = Self.copy(of: b.pointee, zero: zero)
                    let c = Self.word(Int16(truncatingIfNeeded: places >> 16), base, constants)
                    (base + Self.place(places >> 32)).pointee = Self.copy(of: c.pointee, zero: zero)
                case .callDataLoad: d.pointee = callData(at: a.pointee)
                case .blobHash: d.pointee = blobHash(a.pointee)
                case .environment: d.pointee = surrounding(UInt8(truncatingIfNeeded: now.imm))
                case .caller: d.pointee = frame.pointee.caller.word
                case .callValue: d.pointee = frame.pointee.value
                case .callDataSize: d.pointee = U256(UInt64(truncatingIfNeeded: frame.pointee.inputCount))
                case .address: d.pointee = frame.pointee.address.word
                case .returnDataSize: d.pointee = U256(UInt64(truncatingIfNeeded: returnData.count))
                case .gas: d.pointee = U256(UInt64(truncatingIfNeeded: gas &+ now.imm))
                case .memorySize: d.pointee = U256(UInt64(truncatingIfNeeded: byteCount))
                case .mloadAt:
                    let offset = Int(truncatingIfNeeded: now.imm)
                    if _slowPath(offset > byteCount &- 32), !cover(offset, 32, &gas, &bytes, &byteCount) {
                        return exceptional(haltOf(gas))
                    }
                    d.pointee = loadWord(bytes + offset)
                case .mstoreAt:
                    let offset = Int(truncatingIfNeeded: now.imm)
                    if _slowPath(offset > byteCount &- 32), !cover(offset, 32, &gas, &bytes, &byteCount) {
                        return exceptional(haltOf(gas))
                    }
                    storeWord(b.pointee, bytes + offset)
                case .mload:
                    let offset = a.pointee.clampedSize
                    if _slowPath(offset > byteCount &- 32), !cover(offset, 32, &gas, &bytes, &byteCount) {
                        return exceptional(haltOf(gas))
                    }
                    d.pointee = loadWord(bytes + offset)
                case .mstore:
                    let offset = a.pointee.clampedSize
                    if _slowPath(offset > byteCount &- 32), !cover(offset, 32, &gas, &bytes, &byteCount) {
                        return exceptional(haltOf(gas))
                    }
                    storeWord(b.pointee, bytes + offset)
                case .mstore8:
                    let offset = a.pointee.clampedSize
                    if _slowPath(offset > byteCount &- 1), !cover(offset, 1, &gas, &bytes, &byteCount) {
                        return exceptional(haltOf(gas))
                    }
                    bytes[offset] = UInt8(truncatingIfNeeded: b.pointee.w0)
                case .keccak:
                    gas = keccak(a.pointee, b.pointee, into: d, gas)
                    if _slowPath(gas < 0) { return exceptional(haltOf(gas)) }
                    bytes = frameMemory
                    byteCount = frame.pointee.memorySize
                case .sload:
                    gas = loadSlot(a, into: d, gas)
                    if _slowPath(gas < 0) { return exceptional(haltOf(gas)) }
                case .sstore:
                    gas = store(a, b, gas, ahead: now.imm)
                    if _slowPath(gas < 0) { return exceptional(haltOf(gas)) }
                case .tload: loadTransient(a, into: d)
                case .tstore:
                    gas = storeTransient(a, b, gas)
                    if _slowPath(gas < 0) { return exceptional(haltOf(gas)) }
                case .balance:
                    gas = balance(a, into: d, gas)
                    if _slowPath(gas < 0) { return exceptional(haltOf(gas)) }
                case .extCodeSize:
                    gas = externalCodeSize(a, into: d, gas)
                    if _slowPath(gas < 0) { return exceptional(haltOf(gas)) }
                case .extCodeHash:
                    gas = externalCodeHash(a, into: d, gas)
                    if _slowPath(gas < 0) { return exceptional(haltOf(gas)) }
                case .blockHash:
                    gas = blockHash(a, into: d, gas)
                    if _slowPath(gas < 0) { return exceptional(haltOf(gas)) }
                case .callDataCopy, .codeCopy, .returnDataCopy, .memoryCopy:
                    gas = copyBytes(now.op, a, b, Self.word(Int16(truncatingIfNeeded: now.imm), base, constants), gas)
                    if _slowPath(gas < 0) { return exceptional(haltOf(gas)) }
                    bytes = frameMemory
                    byteCount = frame.pointee.memorySize
                case .inRow:
                    gas = performInRow(UInt8(truncatingIfNeeded: now.imm), a, gas)
                    if _slowPath(gas < 0) { return exceptional(haltOf(gas)) }
                    bytes = frameMemory
                    byteCount = frame.pointee.memorySize
                case .moveAndGoto:
                    (base + Int(now.b)).pointee = Self.copy(of: a.pointee, zero: UInt64(bitPattern: now.imm) >> 48)
                    (next, base) = (target, d)
                    continue blocks
                case .goto:
                    (next, base) = (target, d)
                    continue blocks
                case .fall:
                    base = d
                    continue blocks
                case .branch:
                    (next, base) = (!Self.isZero(a.pointee, zero: Self.zero(now.b)) ? target : next, d)
                    continue blocks
                case .branchIfZero:
                    (next, base) = (Self.isZero(a.pointee, zero: Self.zero(now.b)) ? target : next, d)
                    continue blocks
                case .branchIfLess:
                    (next, base) = (a.pointee < b.pointee ? target : next, d)
                    continue blocks
                case .branchIfNotLess:
                    (next, base) = (a.pointee >= b.pointee ? target : next, d)
                    continue blocks
                case .branchIfEqual:
                    (next, base) = (a.pointee == b.pointee ? target : next, d)
                    continue blocks
                case .branchIfNotEqual:
                    (next, base) = (a.pointee != b.pointee ? target : next, d)
                    continue blocks
                case .branchIfSignedLess:
                    (next, base) = (WordMath.isLess(a.pointee, b.pointee) ? target : next, d)
                    continue blocks
                case .branchIfNotSignedLess:
                    (next, base) = (!WordMath.isLess(a.pointee, b.pointee) ? target : next, d)
                    continue blocks
                case .jump, .jumpIf:
                    if now.op == .jump || !a.pointee.isZero {
                        let entry = program.entry(now.op == .jump ? a.pointee : b.pointee)
                        if entry < 0 { return exceptional(.invalidJump) }
                        next = instructions + entry
                    }
                    base = d
                    continue blocks
                case .call, .create:
                    let left = enter(UInt8(truncatingIfNeeded: now.imm), d - 1, gas)
                    if left < -1_000 {
                        let caller = frame - 1
                        caller.pointee.pc = next - instructions
                        caller.pointee.gas = left &- enterFrame
                        return .entered
                    }
                    if left < 0 { return exceptional(haltOf(left)) }
                    gas = left
                    base = d - Self.callPops(UInt8(truncatingIfNeeded: now.imm))
                    bytes = frameMemory
                    byteCount = frame.pointee.memorySize
                    continue blocks
                case .stop:
                    outputCount = 0
                    frame.pointee.gas = gas
                    return .ended(.stop)
                case .output:
                    let size = b.pointee
                    gas = reach(a.pointee, size, gas)
                    if gas < 0 { return exceptional(haltOf(gas)) }
                    frame.pointee.gas = gas
                    outputCount = Int(truncatingIfNeeded: size.w0)
                    outputBase =
                        outputCount == 0 ? 0 : frame.pointee.memoryBase &+ Int(truncatingIfNeeded: a.pointee.w0)
                    return .ended(now.imm == 0xf3 ? .return : .revert)
                case .selfdestruct:
                    gas = destroy(a, gas)
                    if gas < 0 { return exceptional(haltOf(gas)) }
                    outputCount = 0
                    frame.pointee.gas = gas
                    return .ended(.selfdestruct)
                case .fail: return exceptional(Halt(rawValue: UInt8(truncatingIfNeeded: now.imm))!)
                }
            }
        }
    }

    /// Where an operand is: a place relative to the block's base, or a constant.
    @inline(__always) private static func word(_ reference: Int16, _ base: Words, _ constants: Words) -> Words {
        (Int(reference) < ProgramInstruction.firstConstant ? base : constants) + Int(reference)
    }

    /// The place in the low 16 bits.
    @inline(__always) private static func place(_ bits: UInt64) -> Int { Int(Int16(truncatingIfNeeded: bits)) }

    // Words are mostly read right after they were written limb by limb, and a load of 16 bytes waits for such stores.
    // The compiler makes 16-byte loads of a plain copy or test for zero; it cannot of a chain of carries. `zero` is
    // zero, which it cannot know.

    /// Of an operand that an instruction does not have.
    @inline(__always) private static func zero(_ operand: Int16) -> UInt64 { UInt64(truncatingIfNeeded: operand) }
    @inline(__always) private static func copy(of word: U256, zero: UInt64) -> U256 { word &+ U256(zero) }
    @inline(__always) private static func isZero(_ word: U256, zero: UInt64) -> Bool { !(U256(zero) < word) }

    @inline(__always) private static func flag(_ value: Bool) -> U256 { U256(limbs: value ? 1 : 0, 0, 0, 0) }

    /// Grows memory to hold `size` bytes from `offset` on, and looks up where it is; false with the halt in `gas`.
    @inline(__always) private mutating func cover(
        _ offset: Int, _ size: Int, _ gas: inout Int64, _ bytes: inout UnsafeMutablePointer<UInt8>,
        _ byteCount: inout Int
    ) -> Bool {
        gas = offset == .max ? failed(.outOfGas) : growMemory(to: offset &+ size, gas)
        if gas < 0 { return false }
        bytes = frameMemory
        byteCount = frame.pointee.memorySize
        return true
    }

    private mutating func exceptional(_ halt: Halt) -> FrameExit {
        frame.pointee.gas = 0
        return .ended(halt)
    }

    /// Words less on the stack after a call or creation.
    @inline(__always) private static func callPops(_ opcode: UInt8) -> Int {
        switch opcode {
        case 0xf0: 2
        case 0xf5: 3
        case 0xf1, 0xf2: 6
        default: 5
        }
    }

    @inline(never) private mutating func enter(_ opcode: UInt8, _ top: Words, _ gas: Int64) -> Int64 {
        switch opcode {
        case 0xf0: performCreate(salted: false, top, gas)
        case 0xf5: performCreate(salted: true, top, gas)
        case 0xf1: performCall(.call, top, gas)
        case 0xf2: performCall(.callCode, top, gas)
        case 0xf4: performCall(.delegateCall, top, gas)
        default: performCall(.staticCall, top, gas)
        }
    }

    @inline(never) private mutating func copyBytes(
        _ op: ProgramOp, _ to: Words, _ from: Words, _ size: Words, _ gas: Int64
    ) -> Int64 {
        switch op {
        case .memoryCopy: memoryCopy(to: to.pointee, from: from.pointee, size.pointee, gas)
        case .callDataCopy: callDataCopy(to: to.pointee, from: from.pointee, size.pointee, gas)
        case .codeCopy: codeCopy(to: to.pointee, from: from.pointee, size.pointee, gas)
        default: returnDataCopy(to: to.pointee, from: from.pointee, size.pointee, gas)
        }
    }

    @inline(never) private mutating func performInRow(_ opcode: UInt8, _ top: Words, _ gas: Int64) -> Int64 {
        switch opcode {
        case 0x3c: externalCodeCopy(top, gas)
        default: emitLog(top, topics: Int(opcode) &- 0xa0, gas)
        }
    }

    @inline(never) private mutating func loadSlot(_ key: Words, into target: Words, _ gas: Int64) -> Int64 {
        load(key, into: target, gas)
    }
}

extension Program {
    /// The instruction at which a jump to this word goes on; -1 when it is no JUMPDEST.
    @inline(__always) func entry(_ target: U256) -> Int {
        guard target.w1 | target.w2 | target.w3 == 0, target.w0 < UInt64(codeCount) else { return -1 }
        return Int(entries[Int(truncatingIfNeeded: target.w0)])
    }
}
