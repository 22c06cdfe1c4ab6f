import EVMTypes
import Foundation
import Paths

/// A file of constant-product pools, as `martlet scan` reads it: CSV with a header, plain or gzip.
struct PoolList {
    var market = SnapshotMarket()
    /// Symbols by token index, where the file names them; made safe to print.
    var symbols: [Int32: String] = [:]
    /// Data rows seen, good and bad.
    var rowCount = 0
    /// One line per bad row, in file order: "line N: why".
    var badRows: [String] = []

    /// Largest file taken after unpacking; real lists are a few MB.
    static let byteLimit = 1 << 30

    /// Reads and parses a file. Throws `CLIFailure` (code 2) with one line when it is no such file at all.
    static func read(path: String, feePips: UInt32) throws -> PoolList {
        let bytes = try contents(of: path)
        return try parse(bytes, name: path, feePips: feePips)
    }

    /// Parses the text of a pool list. `feePips` holds for rows that name no fee of their own.
    static func parse(_ bytes: [UInt8], name: String, feePips: UInt32) throws -> PoolList {
        var reader = CSVReader(bytes)
        guard let (_, header) = reader.next(), case .fields(let titles) = header else {
            throw CLIFailure(code: .badUsage, message: "\(name) has no header line; expected \(Columns.expected)")
        }
        let columns = try Columns(titles, file: name)
        var list = PoolList()
        while let (line, record) = reader.next() {
            list.rowCount += 1
            switch record {
            case .malformed(let reason): list.badRows.append("line \(line): \(reason)")
            case .fields(let fields):
                if let reason = list.add(fields, columns, feePips) { list.badRows.append("line \(line): \(reason)") }
            }
        }
        return list
    }

    /// Adds one row; returns what is wrong with it, or nil.
    private mutating func add(_ fields: [String], _ columns: Columns, _ feePips: UInt32) -> String? {
        guard fields.count == columns.count else {
            return "\(fields.count) fields where the header has \(columns.count)"
        }
        guard let pool = Address(hex: fields[columns.pool]) else {
            return wrong("pool", "address", fields[columns.pool])
        }
        guard let token0 = Address(hex: fields[columns.token0]) else {
            return wrong("token0", "address", fields[columns.token0])
        }
        guard let token1 = Address(hex: fields[columns.token1]) else {
            return wrong("token1", "address", fields[columns.token1])
        }
        guard let reserve0 = Self.reserve(fields[columns.reserve0]) else {
            return wrong("reserve0", "whole number below 2^112", fields[columns.reserve0])
        }
        guard let reserve1 = Self.reserve(fields[columns.reserve1]) else {
            return wrong("reserve1", "whole number below 2^112", fields[columns.reserve1])
        }
        var fee = feePips
        if let column = columns.fee, !fields[column].isEmpty {
            guard let own = UInt32(fields[column]), own < 1_000_000 else {
                return wrong("fee", "whole number of pips (1e-6) below 1000000", fields[column])
            }
            fee = own
        }
        do {
            try market.addPool(
                address: pool, token0: token0, token1: token1, reserve0: reserve0, reserve1: reserve1, feePips: fee)
        } catch .duplicateAddress {
            return "pool \(pool) is listed twice; the first row counts"
        } catch .sameToken {
            return "pool \(pool) has the same token on both sides"
        } catch {
            return "pool \(pool) is refused (\(error))"
        }
        note(columns.symbol0.map { fields[$0] }, for: token0)
        note(columns.symbol1.map { fields[$0] }, for: token1)
        return nil
    }

    private mutating func note(_ symbol: String?, for token: Address) {
        guard let symbol, !symbol.isEmpty, let index = market.tokenIndex(of: token) else { return }
        if symbols[index] == nil { symbols[index] = Self.printable(symbol) }
    }

    private static func reserve(_ text: String) -> UInt128? {
        // `UInt128(_:)` takes a leading "+": a data file has no business with one.
        guard text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let value = UInt128(text), value >> 112 == 0 else {
            return nil
        }
        return value
    }

    private func wrong(_ column: String, _ expected: String, _ text: String) -> String {
        "\(column) is not a\(expected.first == "a" ? "n" : "") \(expected): \"\(Self.printable(text))\""
    }

    /// At most 40 characters without control characters, so a hostile file cannot drive the terminal.
    static func printable(_ text: String) -> String {
        let safe = text.unicodeScalars.prefix(41).map { scalar -> Character in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: "?"
            default: Character(scalar)
            }
        }
        return safe.count > 40 ? String(safe.prefix(39)) + "…" : String(safe)
    }
}

extension PoolList {
    /// Which column holds what.
    struct Columns {
        static let expected =
            "columns pair (or pool), token0, token1, reserve0, reserve1 and perhaps fee, symbol0, symbol1"

        var pool, token0, token1, reserve0, reserve1: Int
        var fee, symbol0, symbol1: Int?
        var count: Int

        init(_ titles: [String], file: String) throws {
            let names = titles.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
            func place(_ name: String) -> Int? { names.firstIndex(of: name) }
            let repeated = names.enumerated().first { place($0.element) != $0.offset && !$0.element.isEmpty }
            if let repeated {
                throw CLIFailure(
                    code: .badUsage,
                    message: "\(file): the header names \"\(PoolList.printable(repeated.element))\" twice")
            }
            let needed = ["token0", "token1", "reserve0", "reserve1"]
            var missing = needed.filter { place($0) == nil }
            let pool = place("pair") ?? place("pool")
            if pool == nil { missing.insert("pair (or pool)", at: 0) }
            guard missing.isEmpty, let pool, let token0 = place("token0"), let token1 = place("token1"),
                let reserve0 = place("reserve0"), let reserve1 = place("reserve1")
            else {
                throw CLIFailure(
                    code: .badUsage,
                    message: "\(file): the header lacks \(missing.joined(separator: ", ")); expected \(Self.expected)")
            }
            (self.pool, self.token0, self.token1) = (pool, token0, token1)
            (self.reserve0, self.reserve1) = (reserve0, reserve1)
            (fee, symbol0, symbol1) = (place("fee"), place("symbol0"), place("symbol1"))
            count = titles.count
        }
    }

    /// The bytes of a file, unpacked by `gzip -dc` when they begin with the gzip magic number.
    static func contents(of path: String) throws -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw CLIFailure(code: .badUsage, message: "cannot open \(path): \(String(cString: strerror(errno)))")
        }
        defer { try? handle.close() }
        do {
            let magic = try handle.read(upToCount: 2) ?? Data()
            try handle.seek(toOffset: 0)
            let data = magic == Data([0x1f, 0x8b]) ? try unpack(path) : try bounded(handle, path)
            return [UInt8](data)
        } catch let failure as CLIFailure {
            throw failure
        } catch {
            throw CLIFailure(code: .badUsage, message: "cannot read \(path): \(error.localizedDescription)")
        }
    }

    private static func unpack(_ path: String) throws -> Data {
        let process = Process(), output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", "--", path]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data: Data
        do {
            data = try bounded(output.fileHandleForReading, path)
        } catch {
            process.terminate()
            process.waitUntilExit()
            throw error
        }
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw CLIFailure(
                code: .badUsage, message: "cannot unpack \(path): gzip ended with code \(process.terminationStatus)")
        }
        return data
    }

    private static func bounded(_ handle: FileHandle, _ path: String) throws -> Data {
        var data = Data()
        while let chunk = try handle.read(upToCount: 1 << 20), !chunk.isEmpty {
            guard data.count + chunk.count <= byteLimit else {
                throw CLIFailure(code: .badUsage, message: "\(path) holds more than \(byteLimit) bytes; split the list")
            }
            data.append(chunk)
        }
        return data
    }
}
