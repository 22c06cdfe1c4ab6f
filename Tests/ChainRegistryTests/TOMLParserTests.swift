import Foundation
import TestSupport
import Testing

@testable import ChainRegistry

@Suite struct TOMLParserTests {
    private func parse(_ text: String) throws -> SettingTable { try SettingTable(toml: text, origin: .standard) }

    @Test(arguments: [
        "a = 1\na = 2", "[a]\n[a]", "a = 1\n[a]", "[a]\n[[a]]", "[[a]]\n[a]", "a = []\n[[a]]", "a.b = 1\n[a]",
        "a.b = 1\na.b.c = 2", "a = {b = 1}\na.c = 2",
        "a = {b = 1}\n[a.c]", "[a.b]\n[a]\nb.c = 1", "a = {b = 1, b = 2}", "a = {b = 1,}", "a = {\nb = 1}", "a =", "a",
        "= 1", "a = 1 b = 2", "a = 01",
        "a = 1__0", "a = _1", "a = 1_", "a = 0x", "a = 0xg", "a = +0x1", "a = 1.", "a = .1", "a = 1.e1", "a = 1e",
        "a = 9223372036854775808", "a = True",
        "a = \"x", "a = \"\\q\"", "a = \"\\ud800\"", "a = \"\\U00110000\"", "a = \"\n\"", "a = 'x\n'", "a = \"\"\"x",
        "a = \"\u{1}\"", "# \u{1}", "a = 1\rb = 2",
        "[=]", "[#a]", "[[.a]]", "[ [é]]", "[a", "[[a]", "[]", "[a.]", "a. = 1", "a..b = 1", "é = 1", "a = [1",
        "a = [,]", "a = [1,,2]", "a = \"\"\"\"\"\"\"\"\"",
        "a = ",
    ])
    func malformedTextIsRefused(_ text: String) {
        let error = #expect(throws: ChainRegistryError.self) { try parse(text) }
        #expect(error?.code == .malformed)
    }

    @Test func everyKindOfValueIsRead() throws {
        let table = try parse(
            """
            s = "a\\t\\"\\u00e9\\U0001F600" # comment
            l = 'C:\\x'
            m = \"\"\"
            one \\
               two
            three\"\"\"\"
            n = '''
            x''y'''''
            i = -1_000
            h = 0xFF
            o = 0o17
            b = 0b101
            f = -1.5e+3
            t = true
            d = 1979-05-27 07:32:00Z
            a = [1, [2, "x"], # inner
              {k = 1}, ]
            q."dot.ted".x = 1
            q.y = 2
            [t2.u]
            [t2]
            [[r]]
            n = 1
            [r.sub]
            z = 1
            [[r]]
            n = 2
            """)
        #expect(table["s"]?.value == .text("a\t\"é😀"))
        #expect(table["l"]?.value == .text("C:\\x"))
        #expect(table["m"]?.value == .text("one two\nthree\""))
        #expect(table["n"]?.value == .text("x''y''"))
        #expect(table["i"]?.value == .integer(-1000) && table["h"]?.value == .integer(255))
        #expect(table["o"]?.value == .integer(15) && table["b"]?.value == .integer(5))
        #expect(table["f"]?.value == .float(-1500) && table["t"]?.value == .flag(true))
        #expect(table["d"]?.value == .date("1979-05-27 07:32:00Z"))
        guard case .list(let rows)? = table["r"]?.value, case .table(let first)? = rows.first?.value else {
            Issue.record("r is no list of tables")
            return
        }
        #expect(rows.count == 2 && rows[1].line == 26 && first.keys == ["n", "sub"])
    }

    @Test func depthIsBounded() throws {
        #expect(throws: ChainRegistryError.self) { try parse("a = " + "[".repeated(100_000)) }
        #expect(throws: ChainRegistryError.self) { try parse("a = " + "{a=".repeated(100_000)) }
        #expect(throws: ChainRegistryError.self) { try parse("a" + ".a".repeated(100_000) + " = 1") }
        _ = try parse("a = " + "[".repeated(16) + "]".repeated(16))
        #expect(throws: ChainRegistryError.self) { try parse("a = " + "[".repeated(17) + "]".repeated(17)) }
    }

    /// Mutations of a chain file and short random texts.
    private func samples(_ count: Int) throws -> [String] {
        var generator = SeededGenerator()
        let whole = Array(try Repository.text("ethereum").utf8)
        let pieces = [
            "[", "]", "[[", "]]", "a", "b", ".", "=", " = ", "\n", "\r\n", "\"", "\"\"\"", "'", "'''", "{", "}", ",",
            "1", "0x1f", "-2.5e3", "true", "#", "\\", "\\u00e9", "é", " ", "\t", "_", "1979-05-27", "[a]\n", "b = 1\n",
            "a.b = 2\n", "[[r]]\n", "\u{7f}",
        ]
        return (0..<count).map { round in
            if round % 3 > 0 {
                let text = (0..<Int.random(in: 1...24, using: &generator)).map { _ in
                    pieces.randomElement(using: &generator) ?? ""
                }
                return text.joined()
            }
            let start = Int.random(in: 0..<(whole.count - 300), using: &generator)
            var bytes = Array(whole[start..<(start + Int.random(in: 20...300, using: &generator))])
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = UInt8.random(in: 0...127, using: &generator)
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// The table as Python's `json.dumps` of the same document would nest it.
    private func plain(_ value: SettingValue) -> Any {
        switch value {
        case .text(let text): text
        case .integer(let number): "int:\(number)"
        case .float(let number): number.isNaN ? "nan" : "float:\(number == 0 ? 0 : number)"
        case .flag(let flag): "bool:\(flag)"
        case .date: "date"
        case .list(let list): list.map { plain($0.value) }
        case .table(let table):
            Dictionary(uniqueKeysWithValues: table.keys.map { ($0, table[$0].map { plain($0.value) } ?? "") })
        }
    }

    private static let script = """
        import json, sys, tomllib, datetime
        def plain(v):
            if isinstance(v, bool): return "bool:" + str(v).lower()
            if isinstance(v, int): return "int:%d" % v if -2**63 <= v < 2**63 else "big"
            if isinstance(v, float): return "nan" if v != v else "float"
            if isinstance(v, (datetime.date, datetime.time)): return "date"
            if isinstance(v, list): return [plain(x) for x in v]
            if isinstance(v, dict): return {k: plain(x) for k, x in v.items()}
            return v
        out = []
        for text in json.load(open(sys.argv[1])):
            try: out.append(plain(tomllib.loads(text)))
            except ValueError: out.append(None)
            except RecursionError: out.append(None)
        json.dump(out, open(sys.argv[2], "w"))
        """

    /// Python's answers, or nil after saying why there are none.
    private func tomllib(_ texts: [String]) throws -> [Any]? {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-toml-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let input = folder.appendingPathComponent("in.json"), output = folder.appendingPathComponent("out.json")
        try JSONSerialization.data(withJSONObject: texts).write(to: input)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", Self.script, input.path, output.path]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0, let data = try? Data(contentsOf: output) else {
            print("skipped: no python3 with tomllib to compare with")
            return nil
        }
        return try JSONSerialization.jsonObject(with: data) as? [Any]
    }

    @Test func agreesWithPythonOnRandomTextsAndOnTheChainFiles() throws {
        let texts = try samples(6000) + Repository.chainNames().map { try Repository.text($0) }
        guard let answers = try tomllib(texts) else { return }
        var accepted = 0
        for (text, answer) in zip(texts, answers) {
            let ours = try? parse(text)
            if ours == nil, "\(answer)".contains("big") { continue }
            // A date of the right shape that no calendar has is ours to accept: no setting is a date.
            if let ours, answer is NSNull, "\(plain(.table(ours)))".contains("date") { continue }
            #expect((ours == nil) == (answer is NSNull), "\(text.debugDescription)")
            guard let ours, let theirs = answer as? NSDictionary else { continue }
            accepted += 1
            let same = floatless(plain(.table(ours))) as? NSDictionary == theirs
            #expect(same, "\(text.debugDescription)")
        }
        #expect(accepted > 100)
    }

    /// Decimal numbers by type only: their texts differ between languages.
    private func floatless(_ value: Any) -> Any {
        switch value {
        case let text as String: text.hasPrefix("float:") ? "float" : text
        case let list as [Any]: list.map(floatless)
        case let table as [String: Any]: table.mapValues(floatless)
        default: value
        }
    }
}
