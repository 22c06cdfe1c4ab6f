internal import EVMTypes

/// Which of the store's columns a row belongs to. Raw values are written to disk: never reuse one.
public enum StoreColumn: UInt8, Hashable, Sendable, CaseIterable {
    /// Key: pool address (20 bytes). One row a pool: identity and state.
    case pools = 1
    /// Key: pool address, then the tick as 4 bytes whose order is numeric. One row an initialised tick.
    case ticks = 2
}

/// One row to write or delete; also one row read back.
public struct StoreWrite: Hashable, Sendable {
    public var column: StoreColumn
    public var key: [UInt8]
    /// Nil deletes the row.
    public var value: [UInt8]?

    public init(column: StoreColumn, key: [UInt8], value: [UInt8]?) {
        self.column = column
        self.key = key
        self.value = value
    }
}

/// A stored row that was refused. Whose fault: ours or the disk's; the store must be rebuilt from the chain.
public struct PoolRecordError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: UInt8, Hashable, Sendable {
        case wrongKeyLength, wrongLength, wrongVersion, wrongChecksum, unknownKind, outOfRange, missingValue
        /// The row is of an exchange that is not configured (any more).
        case unknownDex
        /// The identity does not stand up to CREATE2 or its own ranges.
        case wrongIdentity
        /// A tick whose pool has no row, or is not V3.
        case tickWithoutPool
        /// The row's pool was not among those to reload.
        case unexpectedPool
    }
    public var code: Code
    public var column: StoreColumn
    public var key: [UInt8]

    init(_ code: Code, _ column: StoreColumn, _ key: [UInt8]) {
        self.code = code
        self.column = column
        self.key = key
    }

    public var description: String { "stored \(column) row \(Hex.encode(key)) refused: \(code)" }
}

/// The bytes of stored rows; all integers big-endian, the last 4 bytes a CRC-32C over key and value.
///
/// Pool: version, kind, dexID 2, token0 20, token1 20, fee 4, spacing 4, flags 1, quarantine 1, block 8, log index 4;
/// then, in version 2, variant 2 and hooks 20; then the state. Version 1 is for V2 (reserve0 16, reserve1 16) and V3
/// (sqrtPrice 20, liquidity 16, tick 4), version 2 for all others: rows that older programs wrote need no rewriting,
/// and
/// an undo record may hold one at any time. Tick: version 1, net 16, gross 16.
enum PoolRecord {
    static let version: UInt8 = 1
    static let secondVersion: UInt8 = 2

    static func version(of kind: PoolKind) -> UInt8 {
        kind == .uniswapV2 || kind == .uniswapV3 ? version : secondVersion
    }
    static let hasStateFlag: UInt8 = 1
    static let unverifiedFlag: UInt8 = 2

    struct Header: Equatable {
        var identity: PoolIdentity
        var state: Pool
        var cursor: LogCursor
        var hasState: Bool
        var isVerified: Bool
        var quarantine: PoolRefusal?
        /// For pools of several coins.
        var coins: CoinRecord?
    }

    static func key(pool: Address) -> [UInt8] { pool.bytes }

    static func key(pool: Address, tick: Int32) -> [UInt8] {
        // The sign bit is flipped, so that bytes sort as numbers do.
        var bytes = pool.bytes
        bytes.append(bigEndian: UInt32(bitPattern: tick) ^ 0x8000_0000)
        return bytes
    }

    static func encode(_ header: Header) -> [UInt8] {
        let identity = header.identity
        var bytes: [UInt8] = [version(of: identity.kind), identity.kind.rawValue]
        bytes.reserveCapacity(160)
        bytes.append(bigEndian: identity.dexID)
        bytes += identity.token0.bytes + identity.token1.bytes
        bytes.append(bigEndian: identity.feePips)
        bytes.append(bigEndian: identity.tickSpacing)
        bytes.append((header.hasState ? hasStateFlag : 0) | (header.isVerified ? 0 : unverifiedFlag))
        bytes.append(header.quarantine?.rawValue ?? 0)
        bytes.append(bigEndian: header.cursor.block)
        bytes.append(bigEndian: header.cursor.logIndex)
        if version(of: identity.kind) == secondVersion {
            bytes.append(bigEndian: identity.variant)
            bytes += identity.hooks.bytes
        }
        if let coins = header.coins {
            append(coins, to: &bytes)
        } else {
            append(header.state, isSlipstream: identity.kind == .slipstream, to: &bytes)
        }
        return sealed(bytes, key: key(pool: identity.address))
    }

    static func encode(_ tick: TickState, pool: Address) -> [UInt8] {
        var bytes: [UInt8] = [version]
        bytes.append(bigEndian: tick.liquidityNet)
        bytes.append(bigEndian: tick.liquidityGross)
        return sealed(bytes, key: key(pool: pool, tick: tick.tick))
    }

    private static func sealed(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        var sealed = bytes
        sealed.append(bigEndian: CRC32C.checksum(key, bytes[...]))
        return sealed
    }

    /// Reads a pool row. Ranges are checked, CREATE2 is not.
    static func decodeHeader(key: [UInt8], value: [UInt8]?) throws(PoolRecordError) -> Header {
        var reader = try open(key, value, .pools, keyLength: 20)
        guard let kind = PoolKind(rawValue: reader.next(UInt8.self)) else {
            throw PoolRecordError(.unknownKind, .pools, key)
        }
        let found = reader.bytes[0]
        guard found == version(of: kind) else { throw PoolRecordError(.wrongVersion, .pools, key) }
        let extra = found == version ? 0 : 22
        guard reader.count >= 66 + extra, kind.hasCoins || reader.count == 66 + extra + stateSize(of: kind) else {
            throw PoolRecordError(.wrongLength, .pools, key)
        }
        let dexID = reader.next(UInt16.self)
        let token0 = reader.nextAddress(), token1 = reader.nextAddress()
        var identity = PoolIdentity(
            address: Address(bytes: key), token0: token0, token1: token1, dexID: dexID, kind: kind,
            feePips: reader.next(UInt32.self), tickSpacing: reader.next(Int32.self))
        let flags = reader.next(UInt8.self), reason = reader.next(UInt8.self)
        let quarantine = PoolRefusal(rawValue: reason)
        let cursor = LogCursor(block: reader.next(UInt64.self), logIndex: reader.next(UInt32.self))
        let hasState = flags & hasStateFlag != 0
        if extra != 0 { (identity.variant, identity.hooks) = (reader.next(UInt16.self), reader.nextAddress()) }
        guard identity.shapeFault == nil else { throw PoolRecordError(.wrongIdentity, .pools, key) }
        if kind.hasCoins {
            guard flags & ~(hasStateFlag | unverifiedFlag) == 0, flags & unverifiedFlag != 0,
                reason == 0 || quarantine != nil, let coins = readCoins(&reader, identity, hasState)
            else { throw PoolRecordError(.outOfRange, .pools, key) }
            return Header(
                identity: identity, state: .coins(.unknown), cursor: cursor, hasState: hasState, isVerified: false,
                quarantine: quarantine, coins: coins)
        }
        guard flags & ~(hasStateFlag | unverifiedFlag) == 0, reason == 0 || quarantine != nil,
            let state = readState(&reader, identity, hasState)
        else { throw PoolRecordError(.outOfRange, .pools, key) }
        return Header(
            identity: identity, state: state, cursor: cursor, hasState: hasState,
            isVerified: flags & unverifiedFlag == 0, quarantine: quarantine)
    }

    /// Reads a tick row. Whether the tick suits its pool's spacing is for the caller.
    static func decodeTick(key: [UInt8], value: [UInt8]?) throws(PoolRecordError) -> (pool: Address, state: TickState) {
        var reader = try open(key, value, .ticks, keyLength: 24)
        guard reader.count == 33 else { throw PoolRecordError(.wrongLength, .ticks, key) }
        var tail = ByteReader(bytes: key, position: 20, count: 24)
        let tick = Int32(bitPattern: tail.next(UInt32.self) ^ 0x8000_0000)
        let state = TickState(
            tick: tick, liquidityNet: reader.next(Int128.self), liquidityGross: reader.next(UInt128.self))
        guard state.liquidityGross != 0, state.liquidityNet.magnitude <= state.liquidityGross,
            tick >= TickMath.minTick, tick <= TickMath.maxTick
        else { throw PoolRecordError(.outOfRange, .ticks, key) }
        return (Address(bytes: key[..<20]), state)
    }

    /// Checks key length, checksum and version, and hands out a reader behind the version.
    private static func open(
        _ key: [UInt8], _ value: [UInt8]?, _ column: StoreColumn, keyLength: Int
    ) throws(PoolRecordError) -> ByteReader {
        guard key.count == keyLength else { throw PoolRecordError(.wrongKeyLength, column, key) }
        guard let value else { throw PoolRecordError(.missingValue, column, key) }
        guard value.count >= 33 else { throw PoolRecordError(.wrongLength, column, key) }
        let body = value.count - 4
        var seal = ByteReader(bytes: value, position: body, count: value.count)
        guard seal.next(UInt32.self) == CRC32C.checksum(key, value[..<body]) else {
            throw PoolRecordError(.wrongChecksum, column, key)
        }
        guard value[0] == version || (column == .pools && value[0] == secondVersion) else {
            throw PoolRecordError(.wrongVersion, column, key)
        }
        return ByteReader(bytes: value, position: 1, count: body)
    }
}

/// Reads big-endian integers in turn; the caller has checked that they are there.
struct ByteReader {
    let bytes: [UInt8]
    var position: Int
    /// Where reading must end.
    let count: Int
    /// How many bytes are left.
    var left: Int { count - position }

    mutating func next<T: FixedWidthInteger>(_ type: T.Type) -> T {
        var value: T = 0
        for _ in 0..<T.bitWidth / 8 {
            value = (value << 7) << 1 | T(truncatingIfNeeded: bytes[position])
            position += 1
        }
        return value
    }

    mutating func nextAddress() -> Address {
        let high = next(UInt32.self)
        return Address(high: high, low: next(UInt128.self))
    }
}

extension [UInt8] {
    /// Appends an integer, most significant byte first.
    mutating func append(bigEndian value: some FixedWidthInteger) {
        var shift = value.bitWidth - 8
        while shift >= 0 {
            append(UInt8(truncatingIfNeeded: value >> shift))
            shift -= 8
        }
    }
}

/// The Castagnoli checksum, which finds every error of up to 32 neighbouring bits. Source: RFC 3720 appendix B.4.
enum CRC32C {
    private static let table: [256 of UInt32] = [256 of UInt32] { index in
        var value = UInt32(index)
        for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1 }
        return value
    }

    static func checksum(_ first: [UInt8], _ second: ArraySlice<UInt8>) -> UInt32 {
        var value = UInt32.max
        for byte in first { value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8 }
        for byte in second { value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8 }
        return ~value
    }
}
