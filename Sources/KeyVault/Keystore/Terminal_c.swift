import EVMCrypto
import Glibc

/// The controlling terminal, for secrets that a person types.
enum Terminal {
    /// Prints `prompt` on the terminal and reads one line without echo. Blocks while the person types.
    ///
    /// Reads byte by byte with signals off, so that Ctrl-C cannot leave the terminal without echo: it cancels here
    /// instead.
    /// Throws `.badInput` without a terminal or when the line is too long, `.cancelled` on Ctrl-C and Ctrl-D.
    static func readSecretLine(prompt: String, bytesMax: Int) throws(KeyVaultError) -> [UInt8] {
        let descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw KeyVaultError(.badInput, "no terminal to ask on; use --password-file or --password-stdin")
        }
        defer { close(descriptor) }
        var before = termios()
        guard tcgetattr(descriptor, &before) == 0 else {
            throw KeyVaultError(.io, "the terminal's settings cannot be read")
        }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        guard tcsetattr(descriptor, TCSAFLUSH, &silent) == 0 else {
            throw KeyVaultError(.io, "the terminal's echo cannot be turned off")
        }
        defer { tcsetattr(descriptor, TCSAFLUSH, &before) }
        show(prompt, descriptor)
        defer { show("\n", descriptor) }
        return try readLine(descriptor, bytesMax: bytesMax)
    }

    private static func readLine(_ descriptor: Int32, bytesMax: Int) throws(KeyVaultError) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(bytesMax)
        while true {
            var byte: UInt8 = 0
            let count = read(descriptor, &byte, 1)
            if count < 0, errno == EINTR { continue }
            switch (count, byte) {
            case (1, 0x0a), (1, 0x0d): return line
            case (1, 0x7f), (1, 0x08):
                // One character is all its UTF-8 bytes.
                while let last = line.popLast(), last & 0xc0 == 0x80 {}
            case (1, 0x15): line.removeAll(keepingCapacity: true)
            case (1, 0x03), (1, 0x04):
                wipe(&line)
                throw KeyVaultError(.cancelled, "cancelled; nothing was done")
            case (1, _) where line.count < bytesMax: line.append(byte)
            default:
                wipe(&line)
                throw KeyVaultError(.badInput, "the line could not be read or is longer than \(bytesMax) bytes")
            }
        }
    }

    /// Shows a secret line on the terminal, and nowhere else. Throws `.badInput` without a terminal.
    static func showSecret(_ line: Span<UInt8>, before: String, after: String) throws(KeyVaultError) {
        let descriptor = open("/dev/tty", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw KeyVaultError(.badInput, "no terminal to show it on; give a file for it")
        }
        defer { close(descriptor) }
        show(before, descriptor)
        _ = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        show(after, descriptor)
    }

    private static func show(_ text: String, _ descriptor: Int32) {
        // A prompt that cannot be shown does no harm: the read below decides.
        _ = text.withCString { write(descriptor, $0, strlen($0)) }
    }
}
