import EVMTypes
import Testing

@testable import EVMCrypto

@Suite struct ScryptPortableTests {
    @Test func itEqualsOpenSSLWhereBothWork() throws {
        for (n, r, p) in [(2, 1, 1), (16, 1, 3), (1_024, 1, 2), (64, 2, 1), (16, 8, 2), (32, 3, 5)] {
            let password = Array("pleaseletmein".utf8), salt = Array("SodiumChloride".utf8)
            let costs = Scrypt.Parameters(n: n, r: r, p: p)
            let theirs = try Scrypt.derive(password: password, salt: salt, parameters: costs, length: 64)
            let ours = try ScryptPortable.derive(password: password, salt: salt, n: n, r: r, p: p, length: 64)
            let same = ours.equals(theirs)
            #expect(same, "n \(n) r \(r) p \(p)")
        }
        #expect(!ScryptPortable.isNeeded(n: 1 << 15, r: 1) && ScryptPortable.isNeeded(n: 1 << 16, r: 1))
        #expect(!ScryptPortable.isNeeded(n: 1 << 26, r: 2) && !ScryptPortable.isNeeded(n: 1 << 18, r: 8))
    }

    @Test func costsThatOpenSSLRefusesAreDerivedAsGethDoes() throws {
        // The value is pycryptodome 3's: Crypto.Protocol.KDF.scrypt(b"foo", "bar", 32, 2**16, 1, 1).
        let key = try Scrypt.derive(
            password: Array("foo".utf8), salt: Array("bar".utf8), parameters: .init(n: 1 << 16, r: 1, p: 1), length: 32)
        let hex = key.withBytes { span in Hex.encode((0..<span.count).map { span[$0] }) }
        #expect(
            hex
                == "0xb998b569a1dd31394c32eba9e3632283df46a1568dab8c8a62ba243e103abe29")
    }
}
