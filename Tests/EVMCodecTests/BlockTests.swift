import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import TestSupport
import Testing

@Suite struct BlockTests {
    /// Reads the members of a header object of the block tests that tell more than its hash does.
    private func check(_ header: ConsensusHeader, _ json: JSON, _ name: String) {
        #expect(header.hash == json["hash"]?.hash32, "\(name)")
        #expect(header.number == json["number"]?.quantityU64, "\(name)")
        #expect(header.coinbase == json["coinbase"]?.address, "\(name)")
        #expect(header.mixHash == json["mixHash"]?.hash32, "\(name)")
        #expect(header.baseFeePerGas == json["baseFeePerGas"]?.quantityU256, "\(name)")
        #expect(header.withdrawalsRoot == json["withdrawalsRoot"]?.hash32, "\(name)")
        #expect(header.blobGasUsed == json["blobGasUsed"]?.quantityU64, "\(name)")
        #expect(header.excessBlobGas == json["excessBlobGas"]?.quantityU64, "\(name)")
        #expect(header.parentBeaconBlockRoot == json["parentBeaconBlockRoot"]?.hash32, "\(name)")
        #expect(header.requestsHash == json["requestsHash"]?.hash32, "\(name)")
    }

    @Test(arguments: ["block/eest", "block/ethtests"])
    func `every block of the official tests decodes, encodes back and has the stated roots`(folder: String) throws {
        guard let files = try VectorArchive.stateTests.jsonFiles(under: folder) else { return }
        var valid = 0
        var invalid = 0
        var undecodable = 0
        for file in files {
            let cases = try #require(parsedJSON(file).object)
            for (name, test) in zip(cases.keys, cases.values) {
                let genesis = try Block(decoding: try #require(test["genesisRLP"]?.hexBytes))
                check(genesis.header, try #require(test["genesisBlockHeader"]), name)
                for block in try #require(test["blocks"]?.array) {
                    let bytes = try #require(block["rlp"]?.hexBytes)
                    if block["expectException"] != nil {
                        invalid += 1
                        if (try? Block(decoding: bytes)) == nil { undecodable += 1 }
                        continue
                    }
                    valid += 1
                    let decoded = try Block(decoding: bytes)
                    #expect(decoded.encoded() == bytes, "\(name)")
                    if let header = block["blockHeader"] { check(decoded.header, header, name) }
                    #expect(decoded.transactionsRoot() == decoded.header.transactionsRoot, "\(name)")
                    #expect(decoded.withdrawalsRoot() == decoded.header.withdrawalsRoot, "\(name)")
                    #expect(decoded.ommersHash() == decoded.header.ommersHash, "\(name)")
                    #expect(decoded.transactions.count == block["transactions"]?.array?.count ?? 0, "\(name)")
                }
            }
        }
        #expect(valid == (folder == "block/eest" ? 2_798 : 735) && invalid == (folder == "block/eest" ? 236 : 0))
        print("block suite \(folder): \(valid) valid, \(invalid) invalid, \(undecodable) of them no block at all")
    }

    @Test func `the genesis tests have their blocks`() throws {
        guard let file = try VectorArchive.stateTests.file("small/GenesisTests/basic_genesis_tests.json") else {
            return
        }
        let cases = try #require(parsedJSON(file).object)
        for (name, test) in zip(cases.keys, cases.values) {
            let alloc = try #require(test["alloc"]?.object)
            let accounts = try zip(alloc.keys, alloc.values).map { address, json in
                let slots = zip(json["storage"]?.object?.keys ?? [], json["storage"]?.object?.values ?? [])
                return (
                    key: try #require(Address(hex: address)),
                    value: TrieAccount(
                        nonce: json["nonce"]?.quantityU64 ?? 0,
                        balance: (json["balance"] ?? json["wei"])?.string.flatMap { U256(decimal: $0) } ?? .zero,
                        storageRoot: MerklePatricia.storageRoot(
                            try slots.map {
                                (key: try #require(U256(hex: $0)), value: try #require($1.quantityU256))
                            }),
                        codeHash: Keccak256.hash(json["code"]?.hexBytes ?? []))
                )
            }
            var header = ConsensusHeader()
            header.parentHash = try #require(test["parentHash"]?.hash32)
            header.coinbase = try #require(test["coinbase"]?.address)
            header.difficulty = try #require(test["difficulty"]?.quantityU256)
            header.gasLimit = try #require(test["gasLimit"]?.quantityU64)
            // One case writes zero as "0x".
            header.timestamp = test["timestamp"] == "0x" ? 0 : try #require(test["timestamp"]?.quantityU64)
            header.extraData = try #require(test["extraData"]?.hexBytes)
            header.mixHash = try #require(test["mixHash"]?.hash32)
            header.nonce = try #require(test["nonce"]?.quantityU64)
            header.stateRoot = MerklePatricia.stateRoot(accounts)
            let wanted = hex(try #require(test["result"]?.string))
            #expect(Block(header: header).encoded() == wanted, "\(name)")
            #expect(try Block(decoding: wanted) == Block(header: header), "\(name)")
        }
        #expect(cases.count == 3)
    }

    @Test func `the header of mainnet's first block decodes and has its hash`() throws {
        guard let file = try VectorArchive.stateTests.file("small/BasicTests/genesishashestest.json") else { return }
        let test = try parsedJSON(file)
        let bytes = hex(try #require(test["genesis_rlp_hex"]?.string))
        let block = try Block(decoding: bytes)
        #expect(block.encoded() == bytes)
        #expect(block.header.hash.hex == "0x" + (test["genesis_hash"]?.string ?? ""))
        #expect(block.header.stateRoot.hex == "0x" + (test["genesis_state_root"]?.string ?? ""))
        #expect(block.header.nonce == 0x42 && block.header.gasLimit == 5_000)
    }

    @Test func `a header has the fields of one fork, no more and no fewer`() throws {
        var header = ConsensusHeader()
        for change in [
            { (header: inout ConsensusHeader) in header.baseFeePerGas = 7 },
            { $0.withdrawalsRoot = Hash32(1) },
            {
                $0.blobGasUsed = 1
                $0.excessBlobGas = 2
                $0.parentBeaconBlockRoot = Hash32(3)
            },
            { $0.requestsHash = Hash32(4) },
        ] as [(inout ConsensusHeader) -> Void] {
            #expect(try ConsensusHeader(decoding: header.encoded()) == header)
            change(&header)
        }
        #expect(try ConsensusHeader(decoding: header.encoded()) == header)
        var fields = try RLP.item(header.encoded()).list()
        var items: [[UInt8]] = []
        while !fields.isAtEnd { items.append(try fields.next().bytes()) }
        func encoded(_ items: [[UInt8]]) -> [UInt8] {
            var encoder = RLP.Encoder()
            encoder.appendList { list in for item in items { list.append(item) } }
            return encoder.bytes
        }
        #expect(encoded(items) == header.encoded())
        for count in 0...22 {
            let bytes = encoded(count <= 21 ? Array(items.prefix(count)) : items + [[1]])
            let isWhole = [15, 16, 17, 20, 21].contains(count)
            #expect(((try? ConsensusHeader(decoding: bytes)) != nil) == isWhole, "\(count) fields")
        }
        #expect(throws: BlockDecodingError.header(.envelope, .trailingBytes)) {
            try ConsensusHeader(decoding: encoded(items + [[1]]))
        }
        items[12] = [UInt8](repeating: 1, count: 300)
        items[7] = [0]
        #expect(throws: BlockDecodingError.header(.difficulty, .leadingZero)) {
            try ConsensusHeader(decoding: encoded(items))
        }
    }

    @Test func `mutated blocks never trap, and what decodes encodes back`() throws {
        guard let file = try VectorArchive.stateTests.file("block/eest/prague/eip7685_general_purpose_el_requests")
        else { return }
        let files = try FileManager.default.contentsOfDirectory(at: file, includingPropertiesForKeys: nil)
        let first = try #require(files.sorted { $0.path < $1.path }.first)
        let tests = try #require(parsedJSON(first).object).values
        let blocks = tests.compactMap { $0["blocks"]?[0]?["rlp"]?.hexBytes }
        var random = SeededGenerator()
        var decoded = 0
        for _ in 0..<20_000 {
            let bytes = random.mutated(try #require(blocks.randomElement(using: &random)))
            guard let block = try? Block(decoding: bytes) else { continue }
            #expect(block.encoded() == bytes)
            decoded += 1
        }
        #expect(decoded > 100)
    }
}
