public import EVMTypes

/// A whole block as it travels between nodes.
///
/// Source: Yellow Paper section 4.3; EIP-2718 (typed transactions are byte strings in the list), EIP-4895
/// (withdrawals).
public struct Block: Hashable, Sendable {
    /// The header.
    public var header: ConsensusHeader
    /// The transactions in order, signed.
    public var transactions: [Transaction]
    /// Headers of uncles; none from Paris on.
    public var ommers: [ConsensusHeader]
    /// Nil before Shanghai.
    public var withdrawals: [Withdrawal]?

    public init(
        header: ConsensusHeader, transactions: [Transaction] = [], ommers: [ConsensusHeader] = [],
        withdrawals: [Withdrawal]? = nil
    ) {
        self.header = header
        self.transactions = transactions
        self.ommers = ommers
        self.withdrawals = withdrawals
    }

    /// Reads a block that fills `bytes`; `encoded()` of the result equals `bytes`.
    ///
    /// Everything that holds in every fork is checked, transactions as `Transaction(decoding:)` does, except that a
    /// high s is let through (valid in Frontier): `Transaction.validate(for:chainID:)` judges it. O(n).
    public init(decoding bytes: [UInt8]) throws(BlockDecodingError) {
        var reader: RLP.Reader
        let headerItem: RLP.Item
        do throws(RLPError) {
            reader = try RLP.item(bytes).list()
            headerItem = try reader.next()
        } catch { throw .block(error) }
        header = try ConsensusHeader(headerItem)
        transactions = try Self.transactions(&reader)
        ommers = try Self.ommers(&reader)
        do throws(RLPError) {
            if !reader.isAtEnd {
                var list = try reader.next().list()
                var items: [Withdrawal] = []
                while !list.isAtEnd { items.append(try Withdrawal(try list.next())) }
                withdrawals = items
            }
        } catch { throw .withdrawals(error) }
        guard reader.isAtEnd else { throw .block(.trailingBytes) }
    }

    /// RLP of [header, transactions, ommers, withdrawals], the last only when there.
    public func encoded() -> [UInt8] {
        var encoder = RLP.Encoder(reservingCapacity: 1_024)
        encoder.appendList { parts in
            header.append(to: &parts)
            parts.appendList { list in
                for transaction in transactions {
                    let bytes = transaction.encoded()
                    if transaction.kind == .legacy { list.appendRaw(bytes) } else { list.append(bytes) }
                }
            }
            parts.appendList { list in for ommer in ommers { ommer.append(to: &list) } }
            if let withdrawals {
                parts.appendList { list in for withdrawal in withdrawals { withdrawal.append(to: &list) } }
            }
        }
        return encoder.bytes
    }

    /// The root of the trie of its transactions.
    public func transactionsRoot() -> Hash32 { MerklePatricia.orderedRoot(transactions.map { $0.encoded() }) }

    /// Keccak-256 of the RLP of its ommers.
    public func ommersHash() -> Hash32 {
        ommers.isEmpty ? ConsensusHeader.emptyOmmersHash : ConsensusHeader.ommersHash(ommers)
    }

    /// The root of the trie of its withdrawals; nil when the block has none at all.
    public func withdrawalsRoot() -> Hash32? { withdrawals.map { Withdrawal.root($0) } }

    private static func transactions(_ reader: inout RLP.Reader) throws(BlockDecodingError) -> [Transaction] {
        var list: RLP.Reader
        do throws(RLPError) { list = try reader.next().list() } catch { throw .transactionList(error) }
        var result: [Transaction] = []
        while !list.isAtEnd {
            let envelope: [UInt8]
            do throws(RLPError) {
                let start = list.position
                let item = try list.next()
                // A legacy transaction is the list itself, header and all; others are a string that holds the envelope.
                envelope = item.isList ? Array(item.base[start..<item.end]) : try item.bytes()
                if !item.isList, let first = envelope.first, first >= 0xC0 { throw RLPError.expectedList }
            } catch { throw .transactionList(error) }
            do throws(TransactionError) {
                result.append(try Transaction(decoding: envelope, allowingHighS: true))
            } catch { throw .transaction(result.count, error) }
        }
        return result
    }

    private static func ommers(_ reader: inout RLP.Reader) throws(BlockDecodingError) -> [ConsensusHeader] {
        var list: RLP.Reader
        do throws(RLPError) { list = try reader.next().list() } catch { throw .ommerList(error) }
        var result: [ConsensusHeader] = []
        while !list.isAtEnd {
            let item: RLP.Item
            do throws(RLPError) { item = try list.next() } catch { throw .ommerList(error) }
            do throws(BlockDecodingError) {
                result.append(try ConsensusHeader(item))
            } catch {
                guard case .header(let field, let cause) = error else { throw error }
                throw .ommer(result.count, field, cause)
            }
        }
        return result
    }
}
