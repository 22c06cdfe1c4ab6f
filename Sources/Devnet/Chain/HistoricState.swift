import EVM
import EVMTypes

/// What calls at an old block needed of its state so far.
final class HistoricState {
    /// The moment of the world.
    let moment: Int
    var state = PinnedState(unknown: .asked)

    init(moment: Int) { self.moment = moment }
}

extension DevnetChain {
    /// Most old blocks whose states are kept ready.
    private static let historicMax = 8

    /// Runs `body` on the state of a moment. An old state is filled from the journal.
    func run<Value>(
        at moment: Int, _ body: (inout Machine, borrowing PinnedState) throws(DevnetError) -> Value
    ) throws(DevnetError) -> Value {
        machine.adopt(rules)
        if moment >= world.position { return try body(&machine, world.head) }
        let old = historicState(moment)
        for _ in 0..<Self.fillMax {
            do throws(DevnetError) { return try body(&machine, old.state) } catch {
                guard !error.needs.isEmpty else { throw error }
                for need in error.needs { try learn(need, into: old) }
            }
        }
        throw DevnetError("an old state cannot be filled", code: -32_603)
    }

    private func historicState(_ moment: Int) -> HistoricState {
        if let at = historic.firstIndex(where: { $0.moment == moment }) {
            let found = historic.remove(at: at)
            historic.append(found)
            return found
        }
        if historic.count >= Self.historicMax { historic.removeFirst() }
        let made = HistoricState(moment: moment)
        historic.append(made)
        return made
    }

    private func learn(_ need: StateNeed, into old: HistoricState) throws(DevnetError) {
        switch need {
        case .account(let address): old.state.setAccount(address, try account(address, at: old.moment))
        case .slot(let address, let key):
            old.state.setStorage(address, key, try slot(address, key, at: old.moment))
        case .code(let address, let hash):
            guard let code = world.head.code(hash) else { throw .missing([.code(address, hash)]) }
            old.state.setCode(code)
        case .blockHash(let number):
            if let hash = self.block(number)?.hash ?? world.head.blockHash(number) {
                old.state.setBlockHash(number, hash)
            } else if world.head.unknown == .absent {
                old.state.setBlockHash(number, .zero)
            } else {
                throw .missing([.blockHash(number)])
            }
        }
    }

    /// Asks the fork's source.
    func fill(_ needs: [StateNeed]) async throws(DevnetError) {
        guard let source else { throw DevnetError("state is missing and there is no fork to ask", code: -32_603) }
        let facts: [StateFact]
        do { facts = try await source.facts(for: needs) } catch {
            throw DevnetError("the forked node did not answer: \(error)", code: -32_603)
        }
        for fact in facts {
            switch fact {
            case .account(let address, let account): world.learn(account: address, account)
            case .slot(let address, let key, let value): world.learn(slot: key, of: address, value)
            case .code(_, let code): _ = world.setCode(code)
            case .blockHash(let number, let hash): world.setBlockHash(number, hash)
            }
        }
    }
}
