import EVMCodec
import EVMCrypto
import EVMTypes
import TestSupport
import Testing

@Suite struct MessageTests {
    private static let mail: JSON = [
        "types": [
            "EIP712Domain": [["name": "name", "type": "string"], ["name": "chainId", "type": "uint256"]],
            "Person": [["name": "name", "type": "string"], ["name": "ages", "type": "uint8[2]"]],
            "Mail": [["name": "from", "type": "Person"], ["name": "cc", "type": "Person[]"]],
        ],
        "primaryType": "Mail", "domain": ["name": "M", "chainId": 1],
        "message": ["from": ["name": "A", "ages": [1, "0x2"]], "cc": [["name": "B", "ages": ["3", 4]]]],
    ]

    @Test func `typed data hashes and signs as eth-account does`() throws {
        let key = try testKey([UInt8](repeating: 0x46, count: 32))
        let cases = try #require(ownVectors("messages/vectors.json")["typed"]?.array)
        #expect(cases.count == 63)
        for (index, test) in cases.enumerated() {
            let data = try EIP712.TypedData(json: try #require(test["document"]))
            #expect(try data.domainSeparator() == test["domainSeparator"]?.hash32, "case \(index)")
            #expect(try data.messageHash() == test["messageHash"]?.hash32, "case \(index)")
            let digest = try data.digest()
            #expect(digest == test["digest"]?.hash32, "case \(index)")
            #expect(key.sign(digest).bytes65(v27: true) == test["signature"]?.hexBytes, "case \(index)")
        }
    }

    @Test func `the example of EIP-712 has the digest and type text of the EIP`() throws {
        let document = try #require(ownVectors("messages/vectors.json")["typed"]?[0]?["document"])
        let data = try EIP712.TypedData(json: document)
        #expect(
            data.encodedType("Mail") == "Mail(Person from,Person to,string contents)Person(string name,address wallet)")
        #expect(try data.digest().hex == "0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2")
    }

    @Test func `personal messages hash and sign as eth-account does`() throws {
        let key = try testKey([UInt8](repeating: 0x46, count: 32))
        for test in try #require(ownVectors("messages/vectors.json")["personal"]?.array) {
            let digest = EIP191.personalHash(try #require(test["message"]?.hexBytes))
            #expect(digest == test["digest"]?.hash32)
            #expect(key.sign(digest).bytes65(v27: true) == test["signature"]?.hexBytes)
        }
    }

    @Test func `a bundle's header signature is the one of the fact sheet`() throws {
        let body =
            #"{"jsonrpc":"2.0","id":1,"method":"eth_sendBundle","params":[{"txs":["0x01"],"blockNumber":"0x1"}]}"#
        let hash = Keccak256.hash(Array(body.utf8))
        #expect(hash.hex == "0xccde410f68d992d2395191ca307a57954cad7166d454b015fdd534a6bbf99d52")
        let key = try testKey([UInt8](repeating: 0x46, count: 32))
        #expect(
            Hex.encode(key.sign(EIP191.personalHash(Array(hash.hex.utf8))).bytes65(v27: true))
                == "0xf3c189206c601c7fa97bcc19bc3f4f05cdb426b93e5537281e464fa40955260e6fa1d1af067445"
                + "f6baaf1c86fc8d38aba63550"
                + "892954eaf0bf05e245f0c531c81c")
    }

    @Test func `a Timeboost bid and an express message sign as in the fact sheet`() throws {
        let key = try testKey([UInt8](repeating: 0x46, count: 32))
        let auction = try #require(Address(hex: "0x5fcb496a31b7AE91e7c9078Ec662bd7A55cd3079"))
        let separator = EIP712.domainSeparator(
            name: "ExpressLaneAuction", version: "1", chainID: 42_161, verifyingContract: auction)
        let bid = EIP712.hashStruct(
            type: "Bid(uint64 round,address expressLaneController,uint256 amount)",
            words: [11, key.address.word, 1_000_000_000_000_000])
        let digest = EIP712.digest(domainSeparator: separator, structHash: bid)
        #expect(digest.hex == "0xf324cbae183895bf857b35a769f3aa2e2f096fbcd99e8eaca57c60e4569e328f")
        #expect(
            Hex.encode(key.sign(digest).bytes65(v27: true))
                == "0xd5040b8c92e1a8a65d686d33ae3149f462ff8cec75e9edac404847600329e7d226bff114487b8b"
                + "dc0f4a60862a588cc7dc1546"
                + "3ccb6f23cd477afe42c55f24381b")
        var message = Keccak256.hash(Array("TIMEBOOST_BID".utf8)).bytes + U256(42_161).bigEndianBytes + auction.bytes
        message += [0, 0, 0, 0, 0, 0, 0, 10] + [UInt8](repeating: 0, count: 8) + [1]
        #expect(
            Hex.encode(key.sign(EIP191.personalHash(message)).bytes65(v27: true))
                == "0xfce906dc605bcff6a8934fa7b215aa5616fb49fe3eb78ed2a5a72e82ac3553312797e0a0f4d5cc"
                + "978c7948227e52556390e604"
                + "cf30fcaa443dc94d3372b252901b")
    }

    @Test func `type hashes of the fact sheet are met`() {
        func hash(_ text: String) -> String { Keccak256.hash(Array(text.utf8)).hex }
        #expect(
            hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
                == "0x8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f")
        #expect(
            EIP712.domainSeparator(chainID: 1, verifyingContract: .zero)
                == EIP712.hashStruct(type: "EIP712Domain(uint256 chainId,address verifyingContract)", words: [1, 0]))
    }

    /// The error code after changing the member at `path` of the example.
    private func code(_ path: [String], _ value: JSON?) -> EIP712Error.Code? {
        func changed(_ json: JSON, _ path: ArraySlice<String>) -> JSON? {
            guard let key = path.first else { return value }
            guard var object = json.object else { return json }
            object[key] = changed(object[key] ?? [:], path.dropFirst())
            return .object(object)
        }
        do throws(EIP712Error) {
            _ = try EIP712.digest(changed(Self.mail, path[...]) ?? .null)
            return nil
        } catch { return error.code }
    }

    @Test func `faulty documents are refused by name`() {
        #expect(code(["primaryType"], "Mail") == nil)
        #expect(code(["types"], nil) == .malformed)
        #expect(code(["domain"], nil) == .malformed)
        #expect(code(["message"], nil) == .malformed)
        #expect(code(["primaryType"], "Letter") == .unknownType)
        #expect(code(["primaryType"], "EIP712Domain") == .unknownType)
        #expect(code(["domain", "colour"], "red") == .domainMember)
        #expect(code(["domain", "version"], "1") == .unexpected)
        #expect(code(["domain", "name"], nil) == .missing)
        #expect(code(["message", "extra"], 1) == .unexpected)
        #expect(code(["message", "cc"], nil) == .missing)
        #expect(code(["message", "cc"], .null) == .wrongValue)
        #expect(code(["message", "from", "ages"], [1]) == .wrongValue)
        #expect(code(["message", "from", "ages"], [1, 256]) == .outOfRange)
        #expect(code(["message", "from", "ages"], [1, -1]) == .outOfRange)
        #expect(code(["message", "from", "ages"], [1, .number("1.0")]) == .wrongValue)
        #expect(code(["message", "from", "ages"], [1, .number("1e0")]) == .wrongValue)
        #expect(code(["message", "from", "name"], 5) == .wrongValue)
        #expect(code(["types", "Mail"], [["name": "from", "type": "uint"]]) == .unknownType)
        #expect(code(["types", "Mail"], [["name": "from", "type": "Persona"]]) == .unknownType)
        #expect(code(["types", "Mail"], [["name": "from", "type": "uint8[0]"]]) == .unknownType)
        #expect(code(["types", "Mail"], [["name": "from", "type": "(uint8)"]]) == .unknownType)
        #expect(
            code(["types", "Mail"], [["name": "a", "type": "bool"], ["name": "a", "type": "bool"]]) == .badDeclaration)
        #expect(code(["types", "uint8"], []) == .badDeclaration)
        #expect(code(["types", "a b"], []) == .badDeclaration)
        var many = JSONObject()
        for index in 0...256 { many["T\(index)"] = [] }
        #expect(code(["types"], .object(many)) == .tooManyTypes)
    }

    @Test func `a struct that holds itself through a list hashes and ends`() throws {
        let document: JSON = [
            "types": ["Tree": [["name": "children", "type": "Tree[]"]]], "primaryType": "Tree", "domain": ["name": "t"],
            "message": ["children": [["children": []], ["children": []]]],
        ]
        let data = try EIP712.TypedData(json: document)
        let type = "Tree(Tree[] children)"
        let leaf = EIP712.hashStruct(type: type, words: [Keccak256.hash([]).word])
        let list = Keccak256.hash(leaf.bytes + leaf.bytes)
        #expect(try data.messageHash() == EIP712.hashStruct(type: type, words: [list.word]))
    }

    @Test func `mutated documents never trap`() throws {
        var random = SeededGenerator()
        let documents = try #require(ownVectors("messages/vectors.json")["typed"]?.array).compactMap {
            $0["document"]?.bytes
        }
        var accepted = 0
        for round in 0..<6_000 {
            guard let json = try? JSON.parse(random.mutated(documents[round % documents.count])) else { continue }
            if (try? EIP712.digest(json)) != nil { accepted += 1 }
        }
        #expect(accepted > 50)
    }
}
