import EVMTypes
import Foundation
import TestSupport
import Testing

@testable import AdminAPI

/// Tokens made by PyJWT 2 with the secret 00 01 … 1f.
@Suite struct JWTTests {
    private let secret = JWTSecret(bytes: Array(0..<32)) ?? { fatalError("32 bytes") }()
    private let issued: Int64 = 1_700_000_000
    private let head = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"

    private func refusal(_ token: String?, at now: Int64, scheme: String = "Bearer ") -> JWT.Refusal? {
        do throws(JWT.Refusal) {
            try JWT.check(authorization: token.map { scheme + $0 }, secret: secret, now: now)
            return nil
        } catch {
            return error
        }
    }

    /// A token over any texts, signed with `secret` unless another mac is given.
    private func token(_ header: String, _ claims: String, mac: [UInt8]? = nil) -> String {
        let signed = JWT.encode(bytes(header)) + "." + JWT.encode(bytes(claims))
        return signed + "." + JWT.encode(mac ?? secret.authenticate(signed))
    }

    @Test func tokensOfPyJWTAreAcceptedWithinSixtySeconds() {
        #expect(refusal(plainToken, at: issued) == nil)
        #expect(refusal(plainToken, at: issued + 60) == nil)
        #expect(refusal(plainToken, at: issued - 60) == nil)
        #expect(refusal(plainToken, at: issued + 61) == .stale)
        #expect(refusal(plainToken, at: issued - 61) == .future)
        #expect(refusal(expiringToken, at: issued + 9) == nil)
        #expect(refusal(expiringToken, at: issued + 10) == .expired)
        #expect(refusal(plainToken, at: issued, scheme: "bearer ") == nil)
    }

    @Test func otherAlgorithmsAndMissingClaimsAreRefused() {
        #expect(refusal(hs512Token, at: issued) == .wrongAlgorithm)
        #expect(refusal(unsignedToken, at: issued) == .wrongAlgorithm)
        #expect(refusal(undatedToken, at: issued) == .missingIssuedAt)
        #expect(refusal(token(#"{"alg":"none"}"#, #"{"iat":1700000000}"#), at: issued) == .wrongAlgorithm)
        #expect(refusal(token(#"{"alg":"hs256"}"#, #"{"iat":1700000000}"#), at: issued) == .wrongAlgorithm)
        #expect(refusal(token(#"{"alg":"HS256","crit":["x"]}"#, #"{"iat":1700000000}"#), at: issued) == .wrongAlgorithm)
        #expect(refusal(token(#"{"alg":"HS256"}"#, #"{"iat":"1700000000"}"#), at: issued) == .malformed)
        #expect(refusal(token(#"{"alg":"HS256"}"#, #"{"iat":1e400}"#), at: issued) == .malformed)
        #expect(refusal(token(#"{"alg":"HS256"}"#, "[]"), at: issued) == .malformed)
        #expect(refusal(token(#"{"alg":"HS256"}"#, #"{"iat":1700000000.9}"#), at: issued) == nil)
    }

    @Test func everyChangedByteIsRefused() {
        for place in plainToken.indices {
            for other in ["A", "B", "-", ".", "="] where other != String(plainToken[place]) {
                let changed = plainToken.replacingCharacters(in: place...place, with: other)
                #expect(refusal(changed, at: issued) != nil, "\(changed)")
            }
        }
        #expect(refusal(token(#"{"alg":"HS256"}"#, #"{"iat":1700000000}"#, mac: []), at: issued) == .badSignature)
    }

    @Test func headersThatAreNoBearerTokenAreRefused() {
        #expect(refusal(nil, at: issued) == .missing)
        #expect(refusal(plainToken, at: issued, scheme: "Basic ") == .missing)
        #expect(refusal(plainToken, at: issued, scheme: "") == .missing)
        #expect(refusal("", at: issued) == .missing)
        #expect(refusal(String(repeating: "a", count: 5_000), at: issued) == .missing)
        #expect(refusal("a.b", at: issued) == .malformed)
        #expect(refusal(plainToken + ".x", at: issued) == .malformed)
        #expect(refusal(plainToken + "=", at: issued) == .malformed)
    }

    @Test func ourTokensAreAcceptedAndEqualPyJWTs() {
        #expect(JWT.make(secret: secret, now: issued) == plainToken)
        #expect(plainToken.hasPrefix(head + "."))
    }

    @Test func randomTextsNeverTrap() {
        var random = SeededGenerator()
        for _ in 0..<3_000 {
            let alphabet = Array("aA0-_.=+/ {}\"éBearer")
            let text = String(
                (0..<Int.random(in: 0...60, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "x" })
            #expect(refusal(text, at: issued) != nil)
        }
    }

    @Test func aSecretFileMustBePrivateHexOf32Bytes() throws {
        let path = try temporaryPath("jwt")
        func load(_ text: String, mode: Int = 0o600) throws -> AdminError.Code? {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            do throws(AdminError) {
                let loaded = try JWTSecret(file: path)
                #expect(JWT.make(secret: loaded, now: issued) == plainToken)
                return nil
            } catch {
                #expect(!error.message.contains("000102"))
                return error.code
            }
        }
        let hex = Hex.encode(Array(0..<32), prefix: false)
        #expect(try load(hex) == nil)
        #expect(try load(" 0x\(hex)\n") == nil)
        #expect(try load(hex, mode: 0o644) == .badSecret)
        #expect(try load(String(hex.dropLast(2))) == .badSecret)
        #expect(try load(hex + "00") == .badSecret)
        #expect(try load("") == .badSecret)
        #expect(try load(String(repeating: "0", count: 300)) == .badSecret)
        var dumped = ""
        dump(secret, to: &dumped)
        #expect("\(secret) \(dumped)".contains("redacted") && !dumped.contains("31"))
    }
}

/// `{"iat":1700000000}`, HS256.
private let plainToken =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE3MDAwMDAwMDB9."
    + "uAxdaUtr1_HpYPtNDLNlQ_sHMiP5eBV-ra8EjL3ScS8"
/// The same with `"id":"x","exp":1700000010`.
private let expiringToken =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE3MDAwMDAwMDAsImlkIjoieCIsImV4cCI6MTcwMDAwMDAxMH0."
    + "TpNrGnJ9TvC97EII6AE8IL9JijoVFK2wU2uHWe_PKLA"
/// `{"iat":1700000000}`, HS512.
private let hs512Token =
    "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE3MDAwMDAwMDB9."
    + "VJEPIDbtTKS0K8ut0x8XxmJnjMPkKRfNmaNk22ZqUuT1sAK8R95P9YMAa9arWwJXtPvF5avYJ5n5WC6oXTqYTw"
/// `{"iat":1700000000}`, algorithm none.
private let unsignedToken =
    "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJpYXQiOjE3MDAwMDAwMDB9."
    + ""
/// `{"id":"x"}`, HS256.
private let undatedToken =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpZCI6IngifQ."
    + "dFyOwmk2nO28LCqCuBrx6Ev2_u5gph1xhs6TJkI3D3Q"
