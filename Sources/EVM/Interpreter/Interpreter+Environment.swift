internal import EVMTypes

extension Machine {
    /// 0x20 to 0x4a: hashing, the frame's surroundings, the block.
    @inline(__always) mutating func stepEnvironment(_ opcode: UInt8, _ top: inout Words, _ gas: Int64) -> Int64 {
        switch opcode {
        case 0x20:
            top -= 1
            return keccak(top[1], top.pointee, into: top, gas)
        case 0x31: return balance(top, into: top, gas)
        case 0x35:
            top.pointee = callData(at: top.pointee)
            return gas
        case 0x37:
            let left = callDataCopy(to: top[0], from: top[-1], top[-2], gas)
            top -= 3
            return left
        case 0x39:
            let left = codeCopy(to: top[0], from: top[-1], top[-2], gas)
            top -= 3
            return left
        case 0x3b: return externalCodeSize(top, into: top, gas)
        case 0x3c:
            let left = externalCodeCopy(top, gas)
            top -= 4
            return left
        case 0x3e:
            let left = returnDataCopy(to: top[0], from: top[-1], top[-2], gas)
            top -= 3
            return left
        case 0x3f: return externalCodeHash(top, into: top, gas)
        case 0x40: return blockHash(top, into: top, gas)
        case 0x49:
            top.pointee = blobHash(top.pointee)
            return gas
        default:
            top += 1
            top.pointee = surrounding(opcode)
            return gas
        }
    }

    /// The instructions that only put something on the stack.
    @inline(__always) func surrounding(_ opcode: UInt8) -> U256 {
        switch opcode {
        case 0x30: return frame.pointee.address.word
        case 0x32: return origin.word
        case 0x33: return frame.pointee.caller.word
        case 0x34: return frame.pointee.value
        case 0x36: return U256(UInt64(truncatingIfNeeded: frame.pointee.inputCount))
        case 0x38: return U256(UInt64(truncatingIfNeeded: frame.pointee.codeCount))
        case 0x3a: return gasPrice
        case 0x3d: return U256(UInt64(truncatingIfNeeded: returnData.count))
        case 0x41: return block.coinbase.word
        case 0x42: return U256(block.timestamp)
        case 0x43: return U256(block.number)
        case 0x44: return block.difficultyOrRandao
        case 0x45: return U256(block.gasLimit)
        case 0x46: return U256(rules.chainID)
        case 0x47: return overlay.accounts[Int(frame.pointee.account)].balance
        case 0x48: return block.baseFee
        case 0x4a: return block.blobBaseFee
        case 0x59: return U256(UInt64(truncatingIfNeeded: frame.pointee.memorySize))
        default: return .zero
        }
    }

    /// CALLDATALOAD: zeros beyond the end.
    @inline(__always) func callData(at offset: U256) -> U256 {
        let start = offset.clampedSize, count = frame.pointee.inputCount
        if start >= count { return .zero }
        let bytes = UnsafeRawPointer(memory.base + frame.pointee.inputBase + start)
        if _fastPath(start &+ 32 <= count) { return loadWord(bytes) }
        return Self.partialWord(bytes, count &- start)
    }

    @inline(never) private static func partialWord(_ bytes: UnsafeRawPointer, _ count: Int) -> U256 {
        var word = U256.zero
        for index in 0..<count { word = word << 8 | U256(UInt64(bytes.load(fromByteOffset: index, as: UInt8.self))) }
        return word << (8 * (32 - count))
    }

    @inline(never) func blobHash(_ index: U256) -> U256 {
        guard let index = index.asInt, index < blobHashes.count else { return .zero }
        return blobHashes[index].word
    }

    /// 0x50 to 0x5f but the jumps: memory, storage, counters.
    @inline(__always) mutating func stepMemory(
        _ opcode: UInt8, _ pc: Int, _ top: inout Words, _ gas: Int64
    ) -> Int64 {
        switch opcode {
        case 0x50:
            top -= 1
            return gas
        case 0x51:
            let left = reach(top.pointee, U256(32 as UInt64), gas)
            if left >= 0 { top.pointee = loadWord(frameMemory + Int(truncatingIfNeeded: top.pointee.w0)) }
            return left
        case 0x52:
            let left = reach(top.pointee, U256(32 as UInt64), gas)
            if left >= 0 { storeWord((top - 1).pointee, frameMemory + Int(truncatingIfNeeded: top.pointee.w0)) }
            top -= 2
            return left
        case 0x53:
            let left = reach(top.pointee, .one, gas)
            if left >= 0 {
                frameMemory[Int(truncatingIfNeeded: top.pointee.w0)] = UInt8(truncatingIfNeeded: (top - 1).pointee.w0)
            }
            top -= 2
            return left
        case 0x54: return load(top, into: top, gas)
        case 0x55:
            let left = store(top, top - 1, gas)
            top -= 2
            return left
        case 0x5c:
            loadTransient(top, into: top)
            return gas
        case 0x5d:
            let left = storeTransient(top, top - 1, gas)
            top -= 2
            return left
        case 0x5e:
            let left = memoryCopy(to: top[0], from: top[-1], top[-2], gas)
            top -= 3
            return left
        default:
            top += 1
            switch opcode {
            case 0x58: top.pointee = U256(UInt64(truncatingIfNeeded: pc))
            case 0x59: top.pointee = surrounding(opcode)
            case 0x5a: top.pointee = U256(UInt64(truncatingIfNeeded: gas))
            default: top.pointee = .zero
            }
            return gas
        }
    }

    /// 0xa0 and above: logs, calls, creations, ends.
    @inline(__always) mutating func stepSystem(_ opcode: UInt8, _ top: inout Words, _ gas: Int64) -> Int64 {
        switch opcode {
        case 0xa0...0xa4:
            let topics = Int(opcode) &- 0xa0
            let left = emitLog(top, topics: topics, gas)
            top -= 2 &+ topics
            return left
        case 0xf0, 0xf5:
            let left = performCreate(salted: opcode == 0xf5, top, gas)
            top -= opcode == 0xf5 ? 3 : 2
            return left
        case 0xf1, 0xf2:
            let left = performCall(opcode == 0xf1 ? .call : .callCode, top, gas)
            top -= 6
            return left
        case 0xf4, 0xfa:
            let left = performCall(opcode == 0xf4 ? .delegateCall : .staticCall, top, gas)
            top -= 5
            return left
        case 0xf3, 0xfd: return output(top, opcode == 0xf3 ? .return : .revert, gas)
        case 0xfe: return failed(.invalidOpcode)
        case 0xff:
            let left = destroy(top, gas)
            return left < 0 ? left : end(.selfdestruct, left)
        default: return failed(.undefinedOpcode)
        }
    }

    /// RETURN and REVERT: offset, size.
    @inline(__always) mutating func output(_ top: Words, _ halt: Halt, _ gas: Int64) -> Int64 {
        let size = (top - 1).pointee
        let left = reach(top.pointee, size, gas)
        if left < 0 { return left }
        endGas = left
        outputCount = Int(truncatingIfNeeded: size.w0)
        outputBase = outputCount == 0 ? 0 : frame.pointee.memoryBase &+ Int(truncatingIfNeeded: top.pointee.w0)
        return failed(halt)
    }
}
