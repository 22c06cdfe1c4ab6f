import EVM
import EVMCodec
import EVMTypes
import Simulation

/// A transaction of a block that was mined, as far as a replay runs it.
enum MinedTransaction: Sendable {
    case signed(PendingTransaction)
    /// Of the OP stack, type 0x7e.
    case deposit(Deposit)
    /// Arbitrum's own at a block's start, type 0x6a: it changes only ArbOS' account, which no contract can read.
    case arbOS(Hash32)

    /// Reads an RPC transaction object. Types that a replay cannot run are refused by their number.
    init(_ json: JSON, on chainID: UInt64) throws {
        let type = json["type"]?.quantityU64 ?? 0
        if chainID == 42_161, (0x64...0x6a).contains(type) {
            guard type == 0x6a, let hash = json["hash"]?.hash32 else {
                throw SimulationError.refused(
                    "a transaction of Arbitrum's type 0x\(String(type, radix: 16)) is before it or is it; "
                        + "only ArbOS can run that")
            }
            self = .arbOS(hash)
        } else if Deposit.isDeposit(json) {
            self = .deposit(try Deposit(json))
        } else {
            self = .signed(try PendingTransaction(json: json))
        }
    }

    var hash: Hash32 {
        switch self {
        case .signed(let found): found.hash
        case .deposit(let found): found.hash
        case .arbOS(let hash): hash
        }
    }

    /// What is executed, and from whom; nil where nothing is.
    var run: (transaction: Transaction, sender: Address)? {
        switch self {
        case .signed(let found): (found.transaction, found.from)
        case .deposit(let found): (found.transaction, found.sender)
        case .arbOS: nil
        }
    }

    var deposit: Deposit? { if case .deposit(let found) = self { found } else { nil } }
}
