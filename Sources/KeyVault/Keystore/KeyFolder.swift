public import EVMCrypto
public import EVMTypes

/// A folder of keystore files, such as `keys/` or geth's `keystore`.
///
/// Nothing is cached: each call reads the folder. A file that its group or others may access is listed but never
/// opened as a key.
public struct KeyFolder: Sendable {
    /// One keystore file that could be read.
    public struct Entry: Sendable, Equatable {
        /// Path of the file.
        public let path: String
        /// Name of the file without its folder.
        public let name: String
        /// The address the file states; it is checked when the key is opened.
        public let address: Address
        /// Whether only its owner may access the file.
        public let isPrivate: Bool
    }

    /// What a folder holds.
    public struct Listing: Sendable {
        /// Keystores by file name (for names of geth's form: oldest first).
        public let entries: [Entry]
        /// Files that are no keystore we can use, with the reason.
        public let skipped: [KeyVaultError]
    }

    /// Names in a key folder that are no keystores.
    static let others: Set = ["README.md", "policy.toml", "audit", "retired", PolicyGate.stopFileName]

    /// Most files looked at in one folder.
    public static let filesMax = 4_096

    /// Path of the folder.
    public let path: String

    /// Names a folder; nothing is opened.
    public init(path: String) { self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path }

    /// Reads every file's public part. Throws `.notFound` or `.io` for the folder; faults of single files are in
    /// `skipped`.
    public func list() throws(KeyVaultError) -> Listing {
        var entries: [Entry] = []
        var skipped: [KeyVaultError] = []
        for name in try SecretFiles.names(in: path, countMax: KeyFolder.filesMax) where !KeyFolder.others.contains(name)
        {
            let file = "\(path)/\(name)"
            do throws(KeyVaultError) {
                let (keystore, isPrivate) = try readPublicPart(file)
                guard let address = keystore.address else {
                    throw KeyVaultError(.malformed, "states no address; import it to give it one", path: file)
                }
                entries.append(Entry(path: file, name: name, address: address, isPrivate: isPrivate))
            } catch {
                skipped.append(error.about(file))
            }
        }
        return Listing(entries: entries, skipped: skipped)
    }

    /// The one file of `address`. Throws `.notFound`, and `.ambiguous` when several files state it.
    public func find(_ address: Address) throws(KeyVaultError) -> Entry {
        let found = try list().entries.filter { $0.address == address }
        guard let first = found.first else {
            throw KeyVaultError(
                .notFound, "no keystore of \(address.checksummed) here; `martlet keys list` shows what is", path: path)
        }
        guard found.count == 1 else {
            throw KeyVaultError(
                .ambiguous, "\(found.count) files state \(address.checksummed); name the file instead", path: path)
        }
        return first
    }

    /// Encrypts `key` into a new file of mode 0600 with geth's name form and gives its path. Makes the folder when
    /// absent.
    ///
    /// Throws `.exists` when the folder already holds the address, so that two passwords for one key cannot come
    /// about by accident.
    public func add(
        _ key: borrowing PrivateKey, password: borrowing SecretBytes, strength: Keystore.Strength = .standard
    ) throws(KeyVaultError) -> String {
        try SecretFiles.makeFolder(path)
        let address = key.address
        if let present = try list().entries.first(where: { $0.address == address }) {
            throw KeyVaultError(.exists, "holds the key of \(address.checksummed) already", path: present.path)
        }
        let keystore = try Keystore(encrypting: key, password: password, strength: strength)
        let now = SecretFiles.now()
        let name = Keystore.fileName(for: address, seconds: now.seconds, nanoseconds: now.nanoseconds)
        try SecretFiles.writeNew(keystore.serialized(), folder: path, name: name)
        return "\(path)/\(name)"
    }

    /// Opens the keystore file at `file`. About a second for standard files.
    ///
    /// Throws `.looseMode` for a file that others may access, and what `Keystore` throws.
    public static func open(file: String, password: borrowing SecretBytes) throws(KeyVaultError) -> PrivateKey {
        let keystore = try read(file: file)
        do throws(KeyVaultError) { return try keystore.decrypt(password: password) } catch { throw error.about(file) }
    }

    /// Reads and checks the keystore file at `file` without opening it (its mode must be 0600 or tighter).
    public static func read(file: String) throws(KeyVaultError) -> Keystore {
        let bytes = try SecretFiles.read(file, bytesMax: Keystore.Limits.fileBytesMax)
        do throws(KeyVaultError) { return try Keystore(parsing: bytes) } catch { throw error.about(file) }
    }

    /// Encrypts `key` anew under another password, in place of the file it was in. The old file stays until the new one
    /// is complete on the disk. Throws `.io`, and what `Keystore` throws.
    public static func rewrite(
        _ file: String, _ key: borrowing PrivateKey, password: borrowing SecretBytes,
        strength: Keystore.Strength = .standard
    ) throws(KeyVaultError) {
        let keystore = try Keystore(encrypting: key, password: password, strength: strength)
        let (folder, name) = split(file)
        try SecretFiles.replace(keystore.serialized(), folder: folder, name: name)
    }

    /// Writes any secret text to a new file of mode 0600. Throws `.exists`, `.io`.
    public static func writeSecret(_ secret: borrowing SecretBytes, to file: String) throws(KeyVaultError) {
        var bytes = secret.withBytes { span in (0..<span.count).map { span[$0] } }
        defer { wipe(&bytes) }
        let (folder, name) = split(file)
        try SecretFiles.writeNew(bytes, folder: folder, name: name)
    }

    /// Writes a file of mode 0600 that is no secret, over an old one if there is one. Throws `.io`.
    public static func writePrivate(_ text: String, to file: String) throws(KeyVaultError) {
        let (folder, name) = split(file)
        try SecretFiles.replace(Array(text.utf8), folder: folder, name: name)
    }

    /// Overwrites and removes a key file. Throws `.notFound`, `.io`.
    public static func destroy(_ file: String) throws(KeyVaultError) { try SecretFiles.shred(file) }

    /// Moves a key file into the folder `retired` beside it (made when absent) and gives its new path.
    public static func retire(_ file: String) throws(KeyVaultError) -> String {
        let (folder, name) = split(file)
        try SecretFiles.makeFolder(folder + "/retired")
        let new = "\(folder)/retired/\(name)"
        try SecretFiles.move(file, to: new)
        return new
    }

    /// Path of the file that stops all signers of this folder.
    public var stopFile: String { "\(path)/\(PolicyGate.stopFileName)" }
    /// Path of the folder's signing rules.
    public var policyFile: String { "\(path)/policy.toml" }
    /// Path of a key's audit log.
    public func auditLog(_ address: Address) -> String { "\(path)/audit/\(address.hex).log" }
    /// Makes the folder of audit logs when it is absent.
    public func makeAuditFolder() throws(KeyVaultError) {
        try SecretFiles.makeFolder(path)
        try SecretFiles.makeFolder(path + "/audit")
    }

    private static func split(_ file: String) -> (folder: String, name: String) {
        guard let slash = file.lastIndex(of: "/") else { return (".", file) }
        return (slash == file.startIndex ? "/" : String(file[..<slash]), String(file[file.index(after: slash)...]))
    }

    private func readPublicPart(_ file: String) throws(KeyVaultError) -> (Keystore, isPrivate: Bool) {
        do throws(KeyVaultError) {
            return (try KeyFolder.read(file: file), true)
        } catch {
            guard error.code == .looseMode else { throw error }
            let bytes = try SecretFiles.read(file, bytesMax: Keystore.Limits.fileBytesMax, requirePrivate: false)
            return (try Keystore(parsing: bytes), false)
        }
    }
}
