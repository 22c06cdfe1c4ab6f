public import ChainRegistry
import EVMCrypto
import EVMTypes
public import KeyVault
import NodeClient
import Signers

/// Signers from `[[keys.signer]]` rows: one place that knows every home a key can have.
public enum SignerSetup {
    /// The row for a role on a chain; the first that fits.
    public static func row(_ keys: KeysSection, role: KeyRole, chain: String) -> SignerSection? {
        keys.signers.first { $0.role == role.rawValue && ($0.chains.isEmpty || $0.chains.contains(chain)) }
    }

    /// Opens a row's signer. `fallback` asks for a password that the row does not name (a terminal; nil refuses).
    ///
    /// Throws `KeyVaultError` for the key and its rules, `ChainRegistryError` for the file of rules.
    public static func open(_ row: SignerSection, fallback: PasswordSource? = nil) throws -> any Signer {
        switch row.home {
        case .process:
            guard let address = row.address, let socket = row.socket else { throw missing("address and socket") }
            return SocketSigner(address: address, path: socket)
        case .keystore:
            guard let file = row.keystore else { throw missing("keystore") }
            let key = try KeyFolder.open(file: file, password: try password(row, fallback, "Password of \(file)"))
            if let address = row.address, address != key.address {
                throw KeyVaultError(
                    .addressMismatch, "holds \(key.address.checksummed), not \(address.checksummed)", path: file)
            }
            let rules = try policy(row, key.address)
            return try LocalSigner(key: key, policy: rules, audit: row.audit, stopFile: row.stopFile)
        case .web3signer:
            guard let address = row.address, let url = row.url else { throw missing("address and url") }
            var configuration = Web3Signer.Configuration(url: url, door: Web3Signer.Door(rawValue: row.door) ?? .rest)
            configuration.tlsRootsFile = row.tlsRoots
            if let certificate = row.tlsCertificate, let key = row.tlsKey {
                configuration.clientCertificate = ClientCertificate(certificateFile: certificate, keyFile: key)
            }
            return try Web3Signer(configuration, gate: try gate(row, address))
        case .pkcs11:
            guard let address = row.address, let module = row.module, let token = row.token, let label = row.label
            else {
                throw missing("address, module, token and label")
            }
            return try PKCS11Signer(
                .init(module: module, token: token, key: label), pin: try password(row, fallback, "PIN of \(token)"),
                gate: try gate(row, address))
        }
    }

    private static func missing(_ what: String) -> KeyVaultError {
        KeyVaultError(.badInput, "[[keys.signer]] needs \(what)")
    }

    private static func gate(_ row: SignerSection, _ address: Address) throws -> PolicyGate {
        try PolicyGate(policy: try policy(row, address), audit: row.audit, stopFile: row.stopFile)
    }

    /// The rules for an address in the row's file; none is refused: a key without rules may sign nothing.
    private static func policy(_ row: SignerSection, _ address: Address) throws -> KeyPolicy {
        guard let file = row.policy else { throw missing("policy") }
        guard let policy = try KeyPolicyFile.load(file).first(where: { $0.address == address }) else {
            throw KeyVaultError(.notFound, "has no [[key]] for \(address.checksummed)", path: file)
        }
        return policy
    }

    private static func password(
        _ row: SignerSection, _ fallback: PasswordSource?, _ label: String
    ) throws(KeyVaultError) -> SecretBytes {
        let named =
            row.passwordFile.map { PasswordSource.file($0) } ?? row.passwordEnvironment.map { .environment($0) }
            ?? row.passwordCredential.map { .credential($0) }
        guard let source = named ?? fallback else {
            throw KeyVaultError(.badInput, "a [[keys.signer]] row names no password source")
        }
        return try source.read(label: label)
    }
}
