import EVMTypes
import Foundation
import Logging
import Synchronization
import Testing

@testable import Telemetry

private final class Lines: Sendable {
    private let all = Mutex<[String]>([])
    var sink: LogSink { LogSink { line in self.all.withLock { $0.append(line) } } }
    var text: [String] { all.withLock { $0 } }
}

@Suite struct LogLineHandlerTests {
    private func logger(_ format: LogFormat, _ lines: Lines, level: Logger.Level = .trace) -> Logger {
        Logger(label: "node") { label in
            LogLineHandler(
                label: label, level: level, format: format, sink: lines.sink,
                now: { Date(timeIntervalSince1970: 1_700_000_000.125) })
        }
    }

    @Test func textLinesHoldTimeLevelLabelMessageAndSortedMetadata() {
        let lines = Lines()
        var log = logger(.text, lines)
        log[metadataKey: "chain"] = "1"
        log.info("head imported", metadata: ["number": "21", "note": "two words", "hash": "0xab"])
        #expect(
            lines.text == [
                "2023-11-14T22:13:20.125Z info node: head imported chain=1 hash=0xab note=\"two words\" number=21\n"
            ])
    }

    @Test func aValueFromAPeerCannotForgeALineOrSteerTheTerminal() {
        let lines = Lines()
        logger(.text, lines).warning(
            "peer error", metadata: ["text": "x\n2023 info node: fine \u{1b}[2J \"q\" \u{2028}"])
        #expect(lines.text.count == 1)
        let line = lines.text[0]
        #expect(line.dropLast().allSatisfy { !$0.isNewline && $0 != "\u{1b}" })
        #expect(line.contains(#"text="x\u{a}2023 info node: fine \u{1b}[2J \"q\" \u{2028}""#))
    }

    @Test func jsonLinesAreJSONThatAnotherParserReads() throws {
        let lines = Lines()
        let nasty = "a\"b\\c\n\u{0}\u{1b}é\u{1F600}"
        logger(.json, lines).error(
            "failed", metadata: ["nasty": "\(nasty)", "list": ["1", ["k": "v"]], "n": .stringConvertible(7)])
        let line = try #require(lines.text.first)
        #expect(line.hasSuffix("}\n") && !line.dropLast().contains("\n"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["level"] as? String == "error")
        #expect(object["message"] as? String == "failed")
        #expect(object["time"] as? String == "2023-11-14T22:13:20.125Z")
        let metadata = try #require(object["metadata"] as? [String: Any])
        #expect(metadata["nasty"] as? String == nasty)
        #expect(metadata["n"] as? String == "7")
        #expect((metadata["list"] as? [Any])?.count == 2)
    }

    @Test func redactedValuesNeverReachALine() {
        let secret = Redacted("hunter2")
        for format in LogFormat.allCases {
            let lines = Lines()
            logger(format, lines).info(
                "opened \(secret)", metadata: ["key": "\(secret)", "again": .stringConvertible(secret)])
            #expect(lines.text.count == 1)
            #expect(!lines.text[0].contains("hunter2"))
            #expect(lines.text[0].contains("<redacted>"))
        }
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("hunter2") && !String(reflecting: secret).contains("hunter2"))
        #expect(secret.value == "hunter2")
    }

    @Test func eventsBelowTheLevelAreNotWrittenAndLongTextsAreCut() {
        let lines = Lines()
        let log = logger(.text, lines, level: .warning)
        log.info("not this")
        log.error("this", metadata: ["long": "\(String(repeating: "x", count: 10_000))"])
        #expect(lines.text.count == 1)
        #expect(lines.text[0].utf8.count < 4_300)
    }
}
