import EVMCrypto
import EVMTypes
import Foundation
import Testing

@testable import KeyVault

/// A folder of its own for each test, removed at the end.
final class TemporaryFolder {
    let path = NSTemporaryDirectory() + "martlet-keys-\(UUID().uuidString)"
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func mode(_ file: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int)
    }

    func chmod(_ file: String, _ mode: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
    }

    func write(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
        let file = "\(path)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        try chmod(file, mode)
        return file
    }
}

@Suite struct KeyFolderTests {
    @Test func aNewKeyIsPrivateCompleteAndFoundAgain() throws {
        let temporary = try TemporaryFolder()
        let folder = KeyFolder(path: temporary.path + "/new/")
        let original = key(sampleKey)
        let file = try folder.add(original, password: secret("p"), strength: .light)
        #expect(try temporary.mode(file) == 0o600)
        #expect(try temporary.mode(temporary.path + "/new") == 0o700)
        let names = try FileManager.default.contentsOfDirectory(atPath: temporary.path + "/new")
        #expect(names.count == 1, "no temporary file is left: \(names)")
        #expect(
            names[0].wholeMatch(
                of: #/UTC--\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{9}Z--008aeeda4d805471df9b2a5b0f38a0c3bcba786b/#) != nil)
        let entry = try folder.find(original.address)
        #expect(entry.path == file && entry.isPrivate)
        #expect(hexOf(try KeyFolder.open(file: entry.path, password: secret("p"))) == sampleKey)
    }

    @Test func nothingIsEverOverwritten() throws {
        let temporary = try TemporaryFolder()
        let folder = KeyFolder(path: temporary.path)
        let file = try folder.add(key(sampleKey), password: secret("p"), strength: .light)
        let before = try Data(contentsOf: URL(fileURLWithPath: file))
        let again = failure { () throws(KeyVaultError) in
            try folder.add(key(sampleKey), password: secret("q"), strength: .light)
        }
        #expect(again?.code == .exists)
        let name = URL(fileURLWithPath: file).lastPathComponent
        let direct = failure { () throws(KeyVaultError) in
            try SecretFiles.writeNew([1, 2, 3], folder: temporary.path, name: name)
        }
        #expect(direct?.code == .exists)
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path).count == 1)
    }

    @Test(arguments: [0o640, 0o604, 0o644, 0o660, 0o666, 0o610])
    func aLooserModeIsRefusedWithTheCommandThatMendsIt(mode: Int) throws {
        let temporary = try TemporaryFolder()
        let folder = KeyFolder(path: temporary.path)
        let file = try folder.add(key(sampleKey), password: secret("p"), strength: .light)
        try temporary.chmod(file, mode)
        let error = try #require(
            failure { () throws(KeyVaultError) in try KeyFolder.open(file: file, password: secret("p")) })
        #expect(error.code == .looseMode)
        #expect(error.description.contains("chmod 600 '\(file)'"))
        #expect(try folder.list().entries.map(\.isPrivate) == [false])
        try temporary.chmod(file, 0o400)
        #expect(hexOf(try KeyFolder.open(file: file, password: secret("p"))) == sampleKey)
    }

    @Test func wrongPasswordTruncationAndAbsenceEachHaveTheirCode() throws {
        let temporary = try TemporaryFolder()
        let file = try KeyFolder(path: temporary.path).add(key(sampleKey), password: secret("p"), strength: .light)
        let wrong = try #require(
            failure { () throws(KeyVaultError) in try KeyFolder.open(file: file, password: secret("q")) })
        #expect(wrong.code == .wrongPassword && wrong.path == file && !wrong.description.contains("\n"))
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let cut = try temporary.write("cut", String(text.prefix(200)))
        #expect(
            failure { () throws(KeyVaultError) in try KeyFolder.open(file: cut, password: secret("p")) }?.code
                == .malformed)
        let absent = temporary.path + "/absent"
        #expect(
            failure { () throws(KeyVaultError) in try KeyFolder.open(file: absent, password: secret("p")) }?.code
                == .notFound)
        #expect(
            failure { () throws(KeyVaultError) in try KeyFolder.open(file: temporary.path, password: secret("p")) }?
                .code == .badInput)
        #expect(
            failure { () throws(KeyVaultError) in try KeyFolder(path: absent).list().entries.count }?.code == .notFound)
    }

    @Test func aListingNamesWhatItSkipsAndTwoFilesOfOneAddressAreAmbiguous() throws {
        let temporary = try TemporaryFolder()
        let folder = KeyFolder(path: temporary.path)
        let file = try folder.add(key(sampleKey), password: secret("p"), strength: .light)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        _ = try temporary.write("notes.txt", "hello")
        _ = try temporary.write(".hidden", "hello")
        _ = try temporary.write("README.md", "hello")
        _ = try temporary.write("pipe-less", text.replacingOccurrences(of: #""version":3"#, with: #""version":1"#))
        var listing = try folder.list()
        #expect(listing.entries.map(\.path) == [file])
        #expect(listing.skipped.map(\.code).sorted { $0.rawValue < $1.rawValue } == [.malformed, .unsupportedVersion])
        #expect(listing.skipped.allSatisfy { $0.path?.hasPrefix(temporary.path) == true })
        _ = try temporary.write("UTC--copy", text)
        listing = try folder.list()
        #expect(listing.entries.count == 2)
        let error = failure { () throws(KeyVaultError) in try folder.find(key(sampleKey).address) }
        #expect(error?.code == .ambiguous)
        #expect(failure { () throws(KeyVaultError) in try folder.find(.zero) }?.code == .notFound)
    }

    @Test func aNamedPipeAndADeviceAreNoKeyFiles() throws {
        let temporary = try TemporaryFolder()
        let pipe = temporary.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(failure { () throws(KeyVaultError) in try KeyFolder.read(file: pipe) }?.code == .badInput)
        #expect(failure { () throws(KeyVaultError) in try KeyFolder.read(file: "/dev/zero") }?.code == .badInput)
    }
}

@Suite struct PasswordSourceTests {
    private func text(_ source: PasswordSource, confirm: Bool = false) throws -> String {
        let secret = try source.read(confirm: confirm)
        return secret.withBytes { span in String(decoding: (0..<span.count).map { span[$0] }, as: UTF8.self) }
    }

    @Test func aPasswordFileGivesItsOneLineWithoutItsEnd() throws {
        let temporary = try TemporaryFolder()
        for (index, content) in ["pass word", "pass word\n", "pass word\r\n"].enumerated() {
            let file = try temporary.write("p\(index)", content)
            #expect(try text(.file(file)) == "pass word")
        }
        #expect(try text(.file(try temporary.write("spaces", " x \n"))) == " x ")
    }

    @Test func whatIsNoPasswordFileIsRefused() throws {
        let temporary = try TemporaryFolder()
        let cases: [(String, Int, KeyVaultError.Code)] = [
            ("a\nb\n", 0o600, .badInput), ("secret", 0o644, .looseMode),
            (String(repeating: "x", count: 1_025), 0o600, .badInput),
        ]
        for (index, (content, mode, expected)) in cases.enumerated() {
            let file = try temporary.write("p\(index)", content, mode: mode)
            let error = failure { () throws(KeyVaultError) in try PasswordSource.file(file).read() }
            #expect(error?.code == expected)
            #expect(error?.description.contains("secret") != true || expected == .looseMode)
        }
        let empty = try temporary.write("empty", "\n")
        #expect(try text(.file(empty)) == "")
        #expect(
            failure { () throws(KeyVaultError) in try PasswordSource.file(empty).read(confirm: true) }?.code
                == .badInput)
        #expect(
            failure { () throws(KeyVaultError) in try PasswordSource.file(temporary.path + "/no").read() }?.code
                == .notFound)
    }

    @Test func aHexKeyIsReadWithOrWithoutPrefixAndNothingElse() throws {
        let temporary = try TemporaryFolder()
        for (index, content) in [sampleKey, "0x" + sampleKey + "\n", "  0X\(sampleKey.uppercased()) "].enumerated() {
            let file = try temporary.write("k\(index)", content)
            let found = try SecretInput.hexKey(from: .file(file))
            #expect(
                found.withBytes { span in Hex.encode((0..<span.count).map { span[$0] }, prefix: false) } == sampleKey)
        }
        for (index, content) in ["", "0x", sampleKey.dropLast() + "g", sampleKey + "00", String(sampleKey.dropLast())]
            .enumerated()
        {
            let file = try temporary.write("bad\(index)", String(content))
            let error = try #require(failure { () throws(KeyVaultError) in try SecretInput.hexKey(from: .file(file)) })
            #expect(error.code == .invalidKey && !error.description.contains("7a28"))
        }
    }
}
