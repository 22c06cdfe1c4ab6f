internal import EVMCrypto
public import EVMTypes

/// Events that logs are decoded by: name and parameters, and which of them are indexed.
///
/// Source: EIP-20, EIP-721, EIP-1155; WETH9; Uniswap v2-core `UniswapV2Pair.sol`, v3-core `IUniswapV3PoolEvents.sol`.
public struct KnownEvent: Hashable, Sendable {
    /// One parameter.
    public struct Parameter: Hashable, Sendable {
        /// As declared.
        public var name: String
        /// The ABI type.
        public var type: String
        /// Whether it stands in a topic.
        public var isIndexed: Bool
    }

    /// As declared.
    public var name: String
    /// In the order of the declaration.
    public var parameters: [Parameter]

    /// From `Name(type [indexed] name,...)`.
    init(_ text: String) {
        let open = text.firstIndex(of: "(") ?? text.endIndex
        name = String(text[..<open])
        parameters = text[open...].dropFirst().dropLast().split(separator: ",").map { part in
            let words = part.split(separator: " ")
            return Parameter(
                name: String(words.last ?? ""), type: String(words.first ?? ""), isIndexed: words.count == 3)
        }
    }

    /// `Name(type,type)`.
    public var signature: String { "\(name)(\(parameters.map(\.type).joined(separator: ",")))" }
    /// keccak256 of the signature.
    public var topic: Hash32 { Keccak256.hash(Array(signature.utf8)) }
    /// How many topics a log of it has.
    var topicCount: Int { 1 + parameters.count { $0.isIndexed } }
}

/// The events that Martlet knows.
public enum KnownEvents {
    private static let texts = [
        // ERC-20, and ERC-721 with its third parameter indexed.
        "Transfer(address indexed from,address indexed to,uint256 value)",
        "Transfer(address indexed from,address indexed to,uint256 indexed tokenId)",
        "Approval(address indexed owner,address indexed spender,uint256 value)",
        "Approval(address indexed owner,address indexed approved,uint256 indexed tokenId)",
        "ApprovalForAll(address indexed owner,address indexed operator,bool approved)",
        // WETH9.
        "Deposit(address indexed dst,uint256 wad)",
        "Withdrawal(address indexed src,uint256 wad)",
        // Uniswap V2.
        "Swap(address indexed sender,uint256 amount0In,uint256 amount1In,uint256 amount0Out,"
            + "uint256 amount1Out,address indexed to)",
        "Sync(uint112 reserve0,uint112 reserve1)",
        "Mint(address indexed sender,uint256 amount0,uint256 amount1)",
        "Burn(address indexed sender,uint256 amount0,uint256 amount1,address indexed to)",
        // Uniswap V3.
        "Initialize(uint160 sqrtPriceX96,int24 tick)",
        "Swap(address indexed sender,address indexed recipient,int256 amount0,int256 amount1,"
            + "uint160 sqrtPriceX96,uint128 liquidity,int24 tick)",
        "Mint(address sender,address indexed owner,int24 indexed tickLower,int24 indexed tickUpper,"
            + "uint128 amount,uint256 amount0,uint256 amount1)",
        "Burn(address indexed owner,int24 indexed tickLower,int24 indexed tickUpper,uint128 amount,"
            + "uint256 amount0,uint256 amount1)",
        "Collect(address indexed owner,address recipient,int24 indexed tickLower,"
            + "int24 indexed tickUpper,uint128 amount0,uint128 amount1)",
        "Flash(address indexed sender,address indexed recipient,uint256 amount0,uint256 amount1,"
            + "uint256 paid0,uint256 paid1)",
        // ERC-1155.
        "TransferSingle(address indexed operator,address indexed from,address indexed to,uint256 id,uint256 value)",
        "TransferBatch(address indexed operator,address indexed from,address indexed to,uint256[] ids,"
            + "uint256[] values)",
    ]

    /// All of them.
    public static let all: [KnownEvent] = texts.map { KnownEvent($0) }

    private static let byTopic: [Hash32: [KnownEvent]] = Dictionary(grouping: all, by: \.topic)

    /// The event of a log with these topics; nil when it is none of them.
    public static func event(_ topics: [Hash32]) -> KnownEvent? {
        guard let first = topics.first else { return nil }
        return byTopic[first]?.first { $0.topicCount == topics.count }
    }

    /// Transfer's topic, of ERC-20 and ERC-721.
    public static let transfer = KnownEvent("Transfer(address from,address to,uint256 value)").topic
    /// WETH9's Deposit.
    public static let deposit = KnownEvent("Deposit(address dst,uint256 wad)").topic
    /// WETH9's Withdrawal.
    public static let withdrawal = KnownEvent("Withdrawal(address src,uint256 wad)").topic
}
