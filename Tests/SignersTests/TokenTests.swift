import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import KeyVault
import Testing

@testable import Signers

/// Against SoftHSM2 of Debian (softhsm2, opensc): the token's own key generation, our low s and parity.
@Suite(.serialized) struct TokenTests {
    private static let module = "/usr/lib/softhsm/libsofthsm2.so"

    /// A fresh token with keys "trader" (secp256k1), "other" (P-256) and two "twin"s; nil when SoftHSM2 is not here.
    private nonisolated(unsafe) static let folder: TemporaryFolder? = {
        guard FileManager.default.fileExists(atPath: module), let folder = try? TemporaryFolder(),
            (try? run("pkcs11-tool", ["--version"])) != nil
        else {
            print("skipped: SoftHSM2 or pkcs11-tool is not here (make setup installs softhsm2 and opensc)")
            return nil
        }
        try? "directories.tokendir = \(folder.path)\nobjectstore.backend = file\nlog.level = ERROR\n"
            .write(toFile: folder.path + "/softhsm2.conf", atomically: true, encoding: .utf8)
        setenv("SOFTHSM2_CONF", folder.path + "/softhsm2.conf", 1)
        let made = try? run(
            "softhsm2-util",
            ["--init-token", "--free", "--label", "martlet", "--so-pin", "12345678", "--pin", "987654"])
        guard made == 0 else { return nil }
        for (label, curve, id) in [
            ("trader", "secp256k1", "01"), ("other", "prime256v1", "02"), ("twin", "secp256k1", "03"),
            ("twin", "secp256k1", "04"),
        ] {
            _ = try? run(
                "pkcs11-tool",
                [
                    "--module", module, "--token-label", "martlet", "--login", "--pin", "987654", "--keypairgen",
                    "--key-type", "EC:\(curve)", "--label", label, "--id", id,
                ])
        }
        return folder
    }()

    private func pin(_ text: String = "987654") -> SecretBytes { SecretBytes(copying: Array(text.utf8)) }
    private func place(_ key: String, token: String = "martlet") -> PKCS11Signer.Configuration {
        .init(module: Self.module, token: token, key: key)
    }

    @Test func twoHundredSignaturesAreLowAndRecover() async throws {
        guard Self.folder != nil else { return }
        let address = try PKCS11Signer.account(place("trader"), pin: pin())
        let signer = try PKCS11Signer(place("trader"), pin: pin(), gate: PolicyGate(policy: rules(address)))
        var raw: [Bool] = []
        for nonce in UInt64(0)..<200 {
            let unsigned = transaction(nonce)
            let signature = try #require(await signer.sign(.transaction(unsigned, .bundle)).signature)
            #expect(signature.isLowS)
            var signed = unsigned
            signed.signature = signature
            #expect(signed.sender() == address)
            #expect(try Transaction(decoding: signed.encoded()) == signed)
        }
        // The token itself gives high and low s alike: without the flip a good part would be refused.
        let token = try PKCS11Token.open(module: Self.module, token: "martlet", key: "trader", pin: pin())
        for index in UInt8(0)..<64 {
            let bytes = try #require(token.sign(SHA256.hash([index])).bytes)
            raw.append(U256(bigEndian: bytes[32..<64]) > Secp256k1.halfOrder)
        }
        #expect(raw.contains(true) && raw.contains(false))
        print("SoftHSM2: 200 signatures low and recovered; \(raw.filter { $0 }.count) of 64 raw ones had a high s")
        for request in try everyKind() { #expect(await signer.sign(request).signature != nil) }
        #expect(
            await signer.sign(.transaction(transaction { $0.to = .zero }, .bundle)).reason == "recipient-not-allowed")
    }

    @Test func whatIsMissingIsNamed() throws {
        guard Self.folder != nil else { return }
        func code(_ key: String, token: String = "martlet", pin text: String = "987654") -> KeyVaultError.Code? {
            do throws(KeyVaultError) {
                _ = try PKCS11Signer.account(place(key, token: token), pin: pin(text))
                return nil
            } catch { return error.code }
        }
        #expect(code("trader") == nil)
        #expect(code("absent") == .signerUnavailable)
        #expect(code("trader", token: "absent") == .signerUnavailable)
        #expect(code("other") == .invalidKey)
        #expect(code("twin") == .ambiguous)
        #expect(throws: KeyVaultError.self) {
            try PKCS11Signer.account(.init(module: "/lib/x86_64-linux-gnu/libm.so.6", token: "a", key: "b"), pin: pin())
        }
        #expect(throws: KeyVaultError.self) {
            try PKCS11Signer(place("trader"), pin: pin(), gate: PolicyGate(policy: rules(executor)))
        }
    }

    @Test func rawSignaturesAreCompletedOrRefused() {
        let key = testKey(), digest = SHA256.hash([1])
        let signature = key.sign(digest)
        let low = signature.r.bigEndianBytes + signature.s.bigEndianBytes
        let high = signature.r.bigEndianBytes + (Secp256k1.order - signature.s).bigEndianBytes
        #expect(PKCS11Signer.completed(low, digest, key.address) == signature)
        #expect(PKCS11Signer.completed(high, digest, key.address) == signature)
        #expect(PKCS11Signer.completed(low, digest, executor) == nil)
        #expect(PKCS11Signer.completed([UInt8](repeating: 0, count: 64), digest, key.address) == nil)
        #expect(PKCS11Signer.completed([UInt8](repeating: 0xff, count: 64), digest, key.address) == nil)
        #expect(PKCS11Signer.completed([], digest, key.address) == nil)
    }
}
