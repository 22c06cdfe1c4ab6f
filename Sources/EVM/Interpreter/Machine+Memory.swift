internal import EVMTypes

/// A pointer to operands on the machine's stack.
typealias Words = UnsafeMutablePointer<U256>

extension U256 {
    /// The value when it is below 2^40, else `Int.max`: larger offsets and sizes can never be paid for.
    @inline(__always) var clampedSize: Int {
        w1 | w2 | w3 == 0 && w0 < 1 << 40 ? Int(truncatingIfNeeded: w0) : .max
    }
}

// Memory: growth, its price, and copies into it. Handlers take the gas left and give the gas left after it, or what
// `failed` makes of a halt.
extension Machine {
    /// The running frame's memory.
    @inline(__always) var frameMemory: UnsafeMutablePointer<UInt8> { memory.base + frame.pointee.memoryBase }

    /// Makes memory cover `size` bytes from `offset` on, and charges for it. Nothing when `size` is zero.
    @inline(__always) mutating func reach(_ offset: U256, _ size: U256, _ gas: Int64) -> Int64 {
        if size.isZero { return gas }
        let start = offset.clampedSize, count = size.clampedSize
        if _slowPath(start == .max || count == .max) { return failed(.outOfGas) }
        return start &+ count <= frame.pointee.memorySize ? gas : growMemory(to: start &+ count, gas)
    }

    /// Grows the running frame's memory to `end` bytes, rounded up to words. Source: Yellow Paper, C_mem.
    @inline(never) mutating func growMemory(to end: Int, _ gas: Int64) -> Int64 {
        let words = (end &+ 31) / 32, old = frame.pointee.memorySize / 32
        let cost: Int64
        if words < 1 << 31 {
            cost = Self.memoryCost(words) - Self.memoryCost(old)
            if cost > gas { return failed(.outOfGas) }
        } else {
            // Past 64 bits; nobody has the memory, and few the gas.
            let wide = Int128(words), all = 3 * wide + wide * wide / 512 - Int128(Self.memoryCost(old))
            if all > Int128(gas) { return failed(.outOfGas) }
            return failed(.memoryLimit)
        }
        let top = frame.pointee.memoryBase + words * 32
        if top > limits.memoryMax { return failed(.memoryLimit) }
        if top > memory.capacity {
            memory.count = frame.pointee.memoryBase + frame.pointee.memorySize
            memory.grow(to: top)
        }
        (frameMemory + old * 32).update(repeating: 0, count: (words - old) * 32)
        frame.pointee.memorySize = words * 32
        return gas - cost
    }

    /// Of fewer than 2^31 words.
    @inline(__always) private static func memoryCost(_ words: Int) -> Int64 {
        Int64(3 &* words &+ (words &* words) &>> 9)
    }

    /// Charges `each` for every started word of `size` bytes, which were reached before.
    @inline(__always) func chargeWords(_ size: U256, _ each: Int64, _ gas: Int64) -> Int64 {
        let words = Int64(truncatingIfNeeded: (size.w0 &+ 31) &>> 5)
        let left = gas &- words &* each
        return left < 0 ? failed(.outOfGas) : left
    }

    /// Copies `count` bytes of a source of `available` bytes from `from` on to memory at `to`; zeros beyond its end.
    @inline(__always) func copy(
        _ source: UnsafePointer<UInt8>, _ available: Int, from: U256, to: Int, count: Int
    ) {
        let target = frameMemory + to
        let start = min(from.clampedSize, available)
        let real = min(count, available &- start)
        if real > 0 { target.update(from: source + start, count: real) }
        if real < count { (target + real).update(repeating: 0, count: count &- real) }
    }

    /// The part that CALLDATACOPY, CODECOPY, EXTCODECOPY and RETURNDATACOPY share: reach and charge.
    @inline(__always) mutating func prepareCopy(_ to: U256, _ count: U256, _ gas: Int64) -> Int64 {
        let left = reach(to, count, gas)
        return left < 0 ? left : chargeWords(count, 3, left)
    }

    /// CALLDATACOPY.
    @inline(never) mutating func callDataCopy(to: U256, from: U256, _ size: U256, _ gas: Int64) -> Int64 {
        let left = prepareCopy(to, size, gas)
        if left >= 0, !size.isZero {
            let source = memory.base + frame.pointee.inputBase
            copy(source, frame.pointee.inputCount, from: from, to: Int(to.w0), count: Int(size.w0))
        }
        return left
    }

    /// CODECOPY.
    @inline(never) mutating func codeCopy(to: U256, from: U256, _ size: U256, _ gas: Int64) -> Int64 {
        let left = prepareCopy(to, size, gas)
        if left >= 0, !size.isZero {
            copy(frame.pointee.code, frame.pointee.codeCount, from: from, to: Int(to.w0), count: Int(size.w0))
        }
        return left
    }

    /// RETURNDATACOPY (EIP-211): reading beyond the data is an exceptional halt.
    @inline(never) mutating func returnDataCopy(to: U256, from: U256, _ size: U256, _ gas: Int64) -> Int64 {
        let start = from.clampedSize, count = size.clampedSize
        if start == .max || count == .max || start &+ count > returnData.count { return failed(.returnDataOutOfBounds) }
        let left = prepareCopy(to, size, gas)
        if left >= 0, count > 0 { (frameMemory + Int(to.w0)).update(from: returnData.base + start, count: count) }
        return left
    }

    /// MCOPY (EIP-5656): the ranges may overlap.
    @inline(never) mutating func memoryCopy(to: U256, from: U256, _ size: U256, _ gas: Int64) -> Int64 {
        let higher = to < from ? from : to
        let left = prepareCopy(higher, size, gas)
        if left >= 0, !size.isZero {
            let bytes = frameMemory
            (bytes + Int(truncatingIfNeeded: to.w0)).update(
                from: bytes + Int(truncatingIfNeeded: from.w0), count: Int(truncatingIfNeeded: size.w0))
        }
        return left
    }

    /// KECCAK256 of memory into `target`.
    @inline(never) mutating func keccak(_ offset: U256, _ size: U256, into target: Words, _ gas: Int64) -> Int64 {
        var left = reach(offset, size, gas)
        if left < 0 { return left }
        left = chargeWords(size, 6, left)
        if left < 0 { return left }
        if size.w0 == 64 {
            let start = UnsafeRawPointer(frameMemory + Int(offset.w0))
            target.pointee = keccaks.hash(loadWord(start), loadWord(start + 32))
        } else {
            let start = size.isZero ? memory.base : frameMemory + Int(offset.w0)
            target.pointee = Self.keccak(start, Int(size.w0))
        }
        return left
    }

    /// LOG0 to LOG4: offset, size, topics from the top of the stack.
    @inline(never) mutating func emitLog(_ top: Words, topics: Int, _ gas: Int64) -> Int64 {
        if frame.pointee.isStatic { return failed(.staticViolation) }
        let size = top[-1]
        var left = reach(top[0], size, gas)
        if left < 0 { return left }
        left &-= 8 &* Int64(truncatingIfNeeded: size.w0)
        if left < 0 { return failed(.outOfGas) }
        let start = overlay.logData.count
        if !size.isZero { overlay.logData.append(from: frameMemory + Int(top[0].w0), count: Int(size.w0)) }
        var record = LogRecord(
            address: frame.pointee.address, topicCount: UInt8(topics), topics: (.zero, .zero, .zero, .zero),
            dataStart: start, dataCount: Int(size.w0))
        if topics > 0 { record.topics.0 = top[-2] }
        if topics > 1 { record.topics.1 = top[-3] }
        if topics > 2 { record.topics.2 = top[-4] }
        if topics > 3 { record.topics.3 = top[-5] }
        overlay.logs.append(record)
        return left
    }
}

/// The word whose 32 big-endian bytes start here.
@inline(__always) func loadWord(_ bytes: UnsafeRawPointer) -> U256 {
    U256(
        limbs: bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self).byteSwapped,
        bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self).byteSwapped,
        bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self).byteSwapped,
        bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self).byteSwapped)
}

/// Writes the word's 32 big-endian bytes.
@inline(__always) func storeWord(_ word: U256, _ bytes: UnsafeMutableRawPointer) {
    bytes.storeBytes(of: word.w3.byteSwapped, toByteOffset: 0, as: UInt64.self)
    bytes.storeBytes(of: word.w2.byteSwapped, toByteOffset: 8, as: UInt64.self)
    bytes.storeBytes(of: word.w1.byteSwapped, toByteOffset: 16, as: UInt64.self)
    bytes.storeBytes(of: word.w0.byteSwapped, toByteOffset: 24, as: UInt64.self)
}
