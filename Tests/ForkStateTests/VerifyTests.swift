import EVM
import EVMCodec
import EVMTypes
import ForkState
import NodeClient
import TestSupport
import Testing

/// A node that lies: each kind of lie is caught, and the error names the account, the slot, what was said and what is
/// proven.
@Suite struct VerifyTests {
    private struct Scene {
        let node: FakeNode
        let source: ForkSource
        let contract: Address
        let slot: U256
        let world: FakeNode.World
    }

    private func scene(_ isPrague: Bool = true) -> Scene {
        var random = SeededGenerator(seed: 21)
        let world = FakeNode.World.random(&random, isPrague: isPrague)
        let key = world.slots.keys.filter { $0.address != SystemContracts.history }.min { $0.slot < $1.slot }!
        let node = FakeNode(world)
        var options = ForkOptions()
        options.verifies = true
        let source = ForkSource(node, label: "http://liar", options: options)
        return Scene(node: node, source: source, contract: key.address, slot: key.slot, world: world)
    }

    private static func replacing(_ json: JSON, _ member: String, _ value: JSON) -> JSON {
        var object = json.object!
        object[member] = value
        return .object(object)
    }

    @Test(arguments: ["balance", "nonce", "codeHash", "storageHash", "address", "accountProof"])
    func aLieAboutAnAccountIsNamed(member: String) async throws {
        let scene = scene()
        let lie: JSON =
            switch member {
            case "balance", "nonce": "0x5"
            case "address": .address(Address(high: 9, low: 9))
            case "accountProof": []
            default: .hash(Hash32(U256(5)))
            }
        scene.node.behave { behaviour in
            behaviour.tamper = { method, _, answer in
                method == "eth_getProof" ? Self.replacing(answer, member, lie) : answer
            }
        }
        let fork = try await scene.source.pin(.latest)
        let error = await forkError { _ = try await fork.answers(for: [.account(scene.contract)]) }
        #expect(error?.code == .disproved && error?.address == scene.contract)
        #expect(error?.description.hasPrefix("http://liar: account \(scene.contract.hex): ") == true)
        if member == "balance" {
            let balance = scene.world.accounts[scene.contract]!.balance
            #expect(error?.message.contains("says balance 5, but the proof") == true)
            #expect(error?.message.hasSuffix("shows \(balance)") == true)
        }
        print("lie about \(member): \(error?.description ?? "not caught")")
    }

    @Test func aLieAboutASlotIsNamed() async throws {
        let scene = scene()
        scene.node.behave { behaviour in
            behaviour.tamper = { method, _, answer in
                guard method == "eth_getProof", let first = answer["storageProof"]?[0] else { return answer }
                return Self.replacing(answer, "storageProof", [Self.replacing(first, "value", "0x7")])
            }
        }
        let fork = try await scene.source.pin(.latest)
        let error = await forkError { _ = try await fork.answers(for: [.slot(scene.contract, scene.slot)]) }
        #expect(error?.code == .disproved && error?.address == scene.contract && error?.slot == scene.slot)
        let value = scene.world.slots[SlotKey(scene.contract, scene.slot)]!
        #expect(error?.message.contains("says 0x7, but the proof") == true)
        #expect(error?.message.hasSuffix("shows \(value.hex)") == true)
    }

    @Test func anAccountThatIsDeniedIsNamed() async throws {
        let scene = scene()
        scene.node.behave { behaviour in
            behaviour.tamper = { method, params, answer in
                guard method == "eth_getProof", params[0].address == scene.contract else { return answer }
                var denied = answer
                denied = Self.replacing(denied, "balance", "0x0")
                denied = Self.replacing(denied, "nonce", "0x0")
                return Self.replacing(denied, "codeHash", .hash(AccountState.emptyCodeHash))
            }
        }
        let fork = try await scene.source.pin(.latest)
        let error = await forkError { _ = try await fork.answers(for: [.account(scene.contract)]) }
        #expect(error?.code == .disproved && error?.address == scene.contract)
    }

    @Test(arguments: [true, false]) func aWrongCodeIsNamed(isPrague: Bool) async throws {
        let scene = scene(isPrague)
        scene.node.behave { behaviour in
            behaviour.tamper = { method, _, answer in method == "eth_getCode" ? "0x6000" : answer }
        }
        let fork = try await scene.source.pin(.latest)
        let error = await forkError { _ = try await fork.answers(for: [.account(scene.contract)]) }
        #expect(error?.code == .disproved && error?.address == scene.contract)
        #expect(error?.message.contains("says a code that hashes to") == true)
    }

    @Test func aHeaderThatIsNotItsHashIsNamed() async throws {
        let scene = scene()
        scene.node.behave { behaviour in
            behaviour.tamper = { method, _, answer in
                method.hasPrefix("eth_getBlock") ? Self.replacing(answer, "stateRoot", .hash(Hash32(U256(1)))) : answer
            }
        }
        let error = await forkError { _ = try await scene.source.pin(.latest) }
        #expect(error?.code == .disproved && error?.message.contains("header hashes to") == true)
    }

    /// With the history contract a false hash is no block's; without it the row of headers breaks.
    @Test(arguments: [true, false]) func aFalseBlockHashIsNamed(isPrague: Bool) async throws {
        let scene = scene(isPrague)
        let fork = try await scene.source.pin(.latest)
        scene.node.behave { behaviour in
            behaviour.tamper = { method, params, answer in
                if method == "eth_getBlockByNumber", params[0].quantityU64 == 5 {
                    return Self.replacing(answer, "hash", .hash(Hash32(U256(5))))
                }
                guard method == "eth_getProof", let first = answer["storageProof"]?[0] else { return answer }
                return Self.replacing(answer, "storageProof", [Self.replacing(first, "value", "0x5")])
            }
        }
        let error = await forkError { _ = try await fork.answers(for: [.blockHash(5)]) }
        #expect(error?.code == .disproved)
        scene.node.behave { $0.tamper = nil }
        #expect(try await fork.answers(for: [.blockHash(5)]).blockHashes[5] == scene.world.headers[5].hash)
    }

    @Test func withoutProofsThereIsNoVerifying() async throws {
        let scene = scene()
        scene.node.behave { $0.hasProofs = false }
        let fork = try await scene.source.pin(.latest)
        let error = await forkError { _ = try await fork.answers(for: [.account(scene.contract)]) }
        #expect(error?.code == .proofsUnavailable)
    }

    /// What an earlier run believed without proof is not believed by one that verifies.
    @Test func unprovenRecordsAreProvenAnew() async throws {
        let scene = scene()
        let folder = CacheFolder()
        let cache = StateCache(folder: folder.path)
        scene.node.behave { behaviour in
            behaviour.tamper = { method, _, answer in
                method == "eth_getProof" ? Self.replacing(answer, "balance", "0x5") : answer
            }
        }
        let blind = try await ForkSource(scene.node, label: "x", cache: cache).pin(.latest)
        let lie = try await blind.answers(for: [.account(scene.contract)])
        #expect(lie.accounts[scene.contract]?.state?.balance == 5)
        scene.node.behave { $0.tamper = nil }
        var options = ForkOptions()
        options.verifies = true
        let strict = try await ForkSource(scene.node, label: "x", options: options, cache: cache).pin(.latest)
        let truth = try await strict.answers(for: [.account(scene.contract)])
        #expect(truth.accounts[scene.contract]?.state == scene.world.accounts[scene.contract])
        let again = try await ForkSource(nil, label: "x", options: options, cache: cache).pin(.latest)
        #expect(again.held([.account(scene.contract)]).accounts[scene.contract] == truth.accounts[scene.contract])
    }
}
