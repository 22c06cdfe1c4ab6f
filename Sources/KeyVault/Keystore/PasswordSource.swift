public import EVMCrypto

/// Where a password comes from. Never from an argument: those show in process lists and shell histories.
public enum PasswordSource: Sendable, Equatable {
    /// First line of a file of mode 0600 (or of a pipe such as a shell's process substitution).
    case file(String)
    /// First line of standard input.
    case standardInput
    /// Asked on the terminal without echo.
    case prompt
    /// First line of an open file descriptor, 3 or above (a shell's `3< <(…)`).
    case descriptor(Int32)
    /// A systemd credential: the file of this name in `$CREDENTIALS_DIRECTORY`.
    case credential(String)
    /// A named environment variable; it is overwritten in this process once it was read.
    case environment(String)

    /// Longest password accepted, in bytes.
    public static let bytesMax = 1_024

    /// Reads the password. With `confirm` the prompt asks twice and an empty password is refused (for new files).
    ///
    /// Throws `.badInput` (empty where not allowed, several lines, too long, two entries that differ, no terminal),
    /// `.looseMode`, `.notFound`, `.io`, `.cancelled`. Blocks while a person types.
    public func read(label: String = "Password", confirm: Bool = false) throws(KeyVaultError) -> SecretBytes {
        let secret: SecretBytes
        switch self {
        case .file(let path):
            var bytes = try SecretFiles.read(path, bytesMax: PasswordSource.bytesMax, allowPipe: true)
            secret = try PasswordSource.firstLine(&bytes, name: path)
        case .standardInput:
            var bytes = try SecretFiles.readAll(0, bytesMax: PasswordSource.bytesMax, name: "standard input")
            secret = try PasswordSource.firstLine(&bytes, name: "standard input")
        case .descriptor(let number):
            guard number >= 3 else {
                throw KeyVaultError(.badInput, "descriptor \(number) is not for secrets; take 3 or above")
            }
            var bytes = try SecretFiles.readAll(number, bytesMax: PasswordSource.bytesMax, name: "descriptor \(number)")
            secret = try PasswordSource.firstLine(&bytes, name: "descriptor \(number)")
        case .credential(let name):
            let path = try SecretFiles.credentialPath(name)
            // systemd makes these files readable for the service alone, with modes of its own (0440 and such).
            var bytes = try SecretFiles.read(path, bytesMax: PasswordSource.bytesMax, requirePrivate: false)
            secret = try PasswordSource.firstLine(&bytes, name: path)
        case .environment(let name):
            var bytes = try SecretFiles.takeEnvironment(name, bytesMax: PasswordSource.bytesMax)
            secret = try PasswordSource.firstLine(&bytes, name: "$\(name)")
        case .prompt:
            var first = try Terminal.readSecretLine(prompt: "\(label): ", bytesMax: PasswordSource.bytesMax)
            if confirm {
                var second: [UInt8]
                do throws(KeyVaultError) {
                    second = try Terminal.readSecretLine(prompt: "\(label) again: ", bytesMax: PasswordSource.bytesMax)
                } catch {
                    wipe(&first)
                    throw error
                }
                let same = first == second
                wipe(&second)
                guard same else {
                    wipe(&first)
                    throw KeyVaultError(.badInput, "the two passwords differ; nothing was written")
                }
            }
            secret = SecretBytes(taking: &first)
        }
        if confirm, secret.count == 0 {
            throw KeyVaultError(.badInput, "an empty password is refused for a new key file")
        }
        return secret
    }

    /// The one line of `bytes` without its line end; wipes `bytes`. More than one line is refused rather than guessed
    /// at.
    static func firstLine(_ bytes: inout [UInt8], name: String) throws(KeyVaultError) -> SecretBytes {
        if bytes.last == 0x0a { bytes.removeLast() }
        if bytes.last == 0x0d { bytes.removeLast() }
        guard !bytes.contains(0x0a) else {
            wipe(&bytes)
            throw KeyVaultError(
                .badInput, "holds more than one line; a password, key or mnemonic is one line", path: name)
        }
        return SecretBytes(taking: &bytes)
    }
}

/// Reads secrets that are no passwords, under the same rules of modes and bounds.
public enum SecretInput {
    /// A raw private key as hex (64 digits, optional `0x`, surrounding white space allowed) from `source`.
    ///
    /// Throws `.invalidKey` when the text is not 64 hex digits; the text is never part of the message.
    public static func hexKey(from source: PasswordSource, label: String = "Private key (hex)") throws(KeyVaultError)
        -> SecretBytes
    {
        let text = try source.read(label: label)
        let decoded: SecretBytes? = text.withBytes { span in decodeHexKey(span) }
        guard let decoded else { throw KeyVaultError(.invalidKey, "not a private key: 64 hex digits are expected") }
        return decoded
    }

    /// Decodes digit by digit, without making Strings that could not be wiped.
    private static func decodeHexKey(_ text: Span<UInt8>) -> SecretBytes? {
        let spaces: [UInt8] = [0x20, 0x09, 0x0d, 0x0a]
        var start = 0
        var end = text.count
        while start < end, spaces.contains(text[start]) { start += 1 }
        while end > start, spaces.contains(text[end - 1]) { end -= 1 }
        if end - start == 66, text[start] == 0x30, text[start + 1] | 0x20 == 0x78 { start += 2 }
        guard end - start == 64 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 32)
        for index in 0..<64 {
            guard let digit = Character(UnicodeScalar(text[start + index])).hexDigitValue, text[start + index] < 0x80
            else {
                wipe(&bytes)
                return nil
            }
            bytes[index / 2] = bytes[index / 2] << 4 | UInt8(digit)
        }
        return SecretBytes(taking: &bytes)
    }
}
