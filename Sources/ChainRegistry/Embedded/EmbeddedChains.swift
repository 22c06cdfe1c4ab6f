// Made by chains/embed.sh; do not edit.

/// The chain files as they were when the program was built, by name.
enum EmbeddedChains {
    static let files: [String: String] = [
        "arbitrum": arbitrum,
        "base": base,
        "bsc": bsc,
        "devnet": devnet,
        "ethereum": ethereum,
        "optimism": optimism,
        "polygon": polygon,
    ]
}
