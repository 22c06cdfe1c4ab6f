internal import EVMTypes

extension Translator {
    /// Follows one instruction that is not a JUMPDEST. Gives the block's end when it is one.
    mutating func translateStep(_ opcode: UInt8) -> BlockEnd? {
        switch opcode {
        case 0x5f: block.push(constant(.zero))
        case 0x60...0x7f: block.push(constant(pushed(opcode)))
        case 0x80...0x8f: block.push(block.peek(Int(opcode) - 0x80))
        case 0x90...0x9f: block.swap(Int(opcode) - 0x8f)
        case 0x50: _ = block.pop()
        case 0x01...0x1e: translateWords(opcode)
        case 0x56: return jump()
        case 0x57: return jumpIf()
        case 0x00: return BlockEnd(op: .stop)
        case 0xf3, 0xfd:
            let offset = block.pop(), size = block.pop()
            return BlockEnd(op: .output, a: offset, b: size, imm: Int64(opcode))
        case 0xff: return BlockEnd(op: .selfdestruct, a: block.pop())
        case 0xf0: return BlockEnd(op: .create, imm: Int64(opcode), takes: 3)
        case 0xf5: return BlockEnd(op: .create, imm: Int64(opcode), takes: 4)
        case 0xf1, 0xf2: return BlockEnd(op: .call, imm: Int64(opcode), takes: 7)
        case 0xf4, 0xfa: return BlockEnd(op: .call, imm: Int64(opcode), takes: 6)
        default: translateOther(opcode)
        }
        return nil
    }

    private func pushed(_ opcode: UInt8) -> U256 {
        let size = Int(opcode) - 0x5f
        return loadWord(UnsafeRawPointer(code + pc + 1)) >> (256 - 8 * size)
    }

    private func word(_ value: BlockValue) -> U256? { value.isConstant ? constants[value.index] : nil }

    /// 0x01 to 0x1e: results of words; constants are worked out here.
    private mutating func translateWords(_ opcode: UInt8) {
        switch opcode {
        case 0x08, 0x09:
            let a = block.pop(), b = block.pop(), c = block.pop()
            block.compute(BlockStep(op: opcode == 0x08 ? .addMod : .mulMod, a: a, b: b, c: c, isPure: true))
        case 0x0a:
            let a = block.pop(), b = block.pop()
            block.compute(BlockStep(op: .exp, a: a, b: b))
        case 0x15, 0x19, 0x1e:
            let a = block.pop()
            if let known = word(a) {
                let value =
                    opcode == 0x15
                    ? (known.isZero ? U256.one : .zero)
                    : opcode == 0x19 ? ~known : U256(UInt64(known.leadingZeroBitCount))
                block.push(constant(value))
            } else {
                block.compute(
                    BlockStep(op: opcode == 0x15 ? .isZero : opcode == 0x19 ? .not : .clz, a: a, isPure: true))
            }
        default:
            let a = block.pop(), b = block.pop()
            if let x = word(a), let y = word(b) {
                block.push(constant(Machine.binary(opcode, x, y)))
            } else {
                block.compute(BlockStep(op: Self.binaryOp(opcode), a: a, b: b, isPure: true))
            }
        }
    }

    private static func binaryOp(_ opcode: UInt8) -> ProgramOp {
        switch opcode {
        case 0x01: .add
        case 0x02: .mul
        case 0x03: .sub
        case 0x04: .div
        case 0x05: .sdiv
        case 0x06: .mod
        case 0x07: .smod
        case 0x0b: .signExtend
        case 0x10: .lt
        case 0x11: .gt
        case 0x12: .slt
        case 0x13: .sgt
        case 0x14: .eq
        case 0x16: .and
        case 0x17: .or
        case 0x18: .xor
        case 0x1a: .byte
        case 0x1b: .shl
        case 0x1c: .shr
        default: .sar
        }
    }

    private mutating func translateOther(_ opcode: UInt8) {
        switch opcode {
        case 0x35: block.compute(BlockStep(op: .callDataLoad, a: block.pop(), isPure: true))
        case 0x49: block.compute(BlockStep(op: .blobHash, a: block.pop(), isPure: true))
        case 0x38: block.push(constant(U256(UInt64(count))))
        case 0x58: block.push(constant(U256(UInt64(pc))))
        case 0x33: block.compute(BlockStep(op: .caller, isPure: true))
        case 0x34: block.compute(BlockStep(op: .callValue, isPure: true))
        case 0x36: block.compute(BlockStep(op: .callDataSize, isPure: true))
        case 0x30: block.compute(BlockStep(op: .address, isPure: true))
        case 0x3d: block.compute(BlockStep(op: .returnDataSize, isPure: true))
        case 0x59: block.compute(BlockStep(op: .memorySize))
        case 0x5a: block.compute(BlockStep(op: .gas, imm: block.gas))
        case 0x20:
            let a = block.pop(), b = block.pop()
            block.compute(BlockStep(op: .keccak, a: a, b: b))
        case 0x31: block.compute(BlockStep(op: .balance, a: block.pop()))
        case 0x3b: block.compute(BlockStep(op: .extCodeSize, a: block.pop()))
        case 0x3f: block.compute(BlockStep(op: .extCodeHash, a: block.pop()))
        case 0x40: block.compute(BlockStep(op: .blockHash, a: block.pop()))
        case 0x54: block.compute(BlockStep(op: .sload, a: block.pop()))
        case 0x5c: block.compute(BlockStep(op: .tload, a: block.pop()))
        case 0x51...0x53, 0x55, 0x5d: translateStore(opcode)
        case 0x37, 0x39, 0x3e, 0x5e:
            let a = block.pop(), b = block.pop(), c = block.pop()
            let op: ProgramOp =
                opcode == 0x37
                ? .callDataCopy : opcode == 0x39 ? .codeCopy : opcode == 0x3e ? .returnDataCopy : .memoryCopy
            block.perform(BlockStep(op: op, a: a, b: b, c: c))
        case 0x3c: block.perform(.inRow, taking: 4, imm: Int64(opcode))
        case 0xa0...0xa4: block.perform(.inRow, taking: 2 + Int(opcode) - 0xa0, imm: Int64(opcode))
        default: block.compute(BlockStep(op: .environment, imm: Int64(opcode), isPure: opcode != 0x47))
        }
    }

    /// MLOAD, MSTORE, MSTORE8, SSTORE, TSTORE.
    private mutating func translateStore(_ opcode: UInt8) {
        let a = block.pop()
        if opcode == 0x51 {
            if let offset = word(a)?.asUInt64, offset < 1 << 31 {
                block.compute(BlockStep(op: .mloadAt, imm: Int64(offset)))
            } else {
                block.compute(BlockStep(op: .mload, a: a))
            }
            return
        }
        let b = block.pop()
        switch opcode {
        case 0x52:
            if let offset = word(a)?.asUInt64, offset < 1 << 31 {
                block.perform(BlockStep(op: .mstoreAt, b: b, imm: Int64(offset)))
            } else {
                block.perform(BlockStep(op: .mstore, a: a, b: b))
            }
        case 0x53: block.perform(BlockStep(op: .mstore8, a: a, b: b))
        case 0x55: block.perform(BlockStep(op: .sstore, a: a, b: b, imm: block.gas))
        default: block.perform(BlockStep(op: .tstore, a: a, b: b))
        }
    }

    private mutating func jump() -> BlockEnd {
        let target = block.pop()
        guard let known = word(target) else { return BlockEnd(op: .jump, a: target) }
        guard let offset = known.asInt, isJumpdest(offset) else {
            return BlockEnd(op: .fail, imm: Int64(Halt.invalidJump.rawValue))
        }
        return BlockEnd(op: .goto, imm: Int64(offset))
    }

    private mutating func jumpIf() -> BlockEnd {
        let target = block.pop(), condition = block.pop()
        if let known = word(target), let offset = known.asInt, isJumpdest(offset) {
            return BlockEnd(op: .branch, a: condition, imm: Int64(offset))
        }
        return BlockEnd(op: .jumpIf, a: condition, b: target)
    }
}
