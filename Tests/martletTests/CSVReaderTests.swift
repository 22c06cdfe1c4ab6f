import TestSupport
import Testing

@testable import martlet

@Suite struct CSVReaderTests {
    private func records(_ text: String) -> [CSVReader.Record] { numbered(text).map(\.1) }

    private func numbered(_ text: String) -> [(Int, CSVReader.Record)] {
        var reader = CSVReader(Array(text.utf8)), all: [(Int, CSVReader.Record)] = []
        while let (line, record) = reader.next() { all.append((line, record)) }
        return all
    }

    @Test func quotedFieldsKeepCommasQuotesAndLineBreaks() {
        #expect(
            records("a,\"b,\"\"c\"\"\r\nd\",\r\n\"\",x") == [
                .fields(["a", "b,\"c\"\r\nd", ""]), .fields(["", "x"]),
            ])
    }

    @Test func everyLineEndCountsAndEmptyLinesAreSkipped() {
        let all = numbered("a\n\r\nb,c\r\n\"x\ny\"\nlast\r")
        #expect(all.map(\.0) == [1, 3, 4, 6])
        #expect(all.map(\.1) == [.fields(["a"]), .fields(["b", "c"]), .fields(["x\ny"]), .fields(["last"])])
    }

    @Test func aByteOrderMarkIsNotPartOfTheFirstField() {
        #expect(records("\u{feff}pair,token0\n") == [.fields(["pair", "token0"])])
    }

    @Test func aBadRecordIsNamedAndTheNextLineIsReadAgain() {
        #expect(
            records("a\"b,c\n\"x\"y,z\n\"open,1\nlast,2\n") == [
                .malformed("a quote inside an unquoted field"), .malformed("text after a closing quote"),
                .malformed("a quote that is never closed"), .fields(["last", "2"]),
            ])
    }

    @Test func randomBytesNeverTrapAndAlwaysEnd() {
        var random = SeededGenerator(seed: 7)
        let alphabet = Array("a1,,\"\"\n\r\u{0}é".utf8)
        for _ in 0..<3000 {
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in alphabet.randomElement(using: &random)!
            }
            var reader = CSVReader(bytes), count = 0, last = 0
            while let (line, _) = reader.next() {
                #expect(line > last)
                last = line
                count += 1
                if count > bytes.count { break }
            }
            #expect(count <= bytes.count)
        }
    }
}
