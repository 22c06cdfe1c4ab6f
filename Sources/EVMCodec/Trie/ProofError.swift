/// Why a Merkle proof proves nothing. `at` is the position of the node in the proof, from 0.
public enum ProofError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The proof ends before the key's place is reached.
    case missingNode(at: Int)
    /// A node's Keccak-256 is not the hash its parent (or the root) names.
    case hashMismatch(at: Int)
    /// Nodes follow the one that decides.
    case trailingNodes(at: Int)
    /// A node is not canonical RLP.
    case notRLP(at: Int, RLPError)
    /// A node has neither 2 nor 17 items.
    case itemCount(at: Int)
    /// The flag nibble of a path is above 3, or its padding nibble is not zero, or the path has no bytes.
    case hexPrefix(at: Int)
    /// A child is neither nothing, nor a 32-byte hash, nor an embedded node; or an extension's child is not a branch.
    case badChild(at: Int)
    /// A node of 32 bytes or more lies inside its parent.
    case embeddedTooLong(at: Int)
    /// A node below 32 bytes that is not the root is named by its hash instead of lying inside its parent.
    case notEmbedded(at: Int)
    /// A leaf without a value, a value that is a list, an extension without a path, a branch with fewer than two
    /// entries.
    case notCanonical(at: Int)

    /// One line for people.
    public var description: String {
        switch self {
        case .missingNode(let at): "proof refused: node \(at) is missing"
        case .hashMismatch(let at): "proof refused: node \(at) has another hash than its parent names"
        case .trailingNodes(let at): "proof refused: node \(at) and later are not on the path"
        case .notRLP(let at, let cause): "proof refused: node \(at) is not RLP (\(cause))"
        case .itemCount(let at): "proof refused: node \(at) has neither 2 nor 17 items"
        case .hexPrefix(let at): "proof refused: node \(at) has a malformed path"
        case .badChild(let at): "proof refused: node \(at) has a malformed child"
        case .embeddedTooLong(let at): "proof refused: node \(at) embeds a node of 32 bytes or more"
        case .notEmbedded(let at): "proof refused: node \(at) is below 32 bytes and not embedded"
        case .notCanonical(let at): "proof refused: node \(at) could be written shorter"
        }
    }
}
