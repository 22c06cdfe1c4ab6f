internal import EVMCodec

/// One message of a streaming peer, told apart.
enum InboundMessage {
    case notification(subscription: String, SubscriptionEvent.Item)
    case answers([RPCResponse], isArray: Bool)
    /// Valid JSON that is neither: ignored and counted.
    case foreign

    /// Reads a whole message. Throws when it is not JSON at all: such a peer cannot be trusted to answer.
    static func read(_ bytes: [UInt8]) throws(JSONError) -> InboundMessage {
        let json = try JSON.parse(bytes)
        if let items = json.array {
            let answers = items.compactMap { RPCResponse($0) }
            return answers.isEmpty ? .foreign : .answers(answers, isArray: true)
        }
        if json["method"]?.string != nil, let params = json["params"], let id = params["subscription"]?.string {
            guard let result = params["result"] else { return .foreign }
            return .notification(subscription: id, item(result))
        }
        guard let answer = RPCResponse(json) else { return .foreign }
        return .answers([answer], isArray: false)
    }

    /// The typed form of a notification's result, told by its members.
    static func item(_ result: JSON) -> SubscriptionEvent.Item {
        if let hash = result.hash32 { return .pendingHash(hash) }
        guard let object = result.object else { return .other(result) }
        do {
            if object["topics"] != nil { return .log(try Log(json: result)) }
            if object["parentHash"] != nil { return .header(try BlockHeader(json: result)) }
            if object["nonce"] != nil { return .pending(try PendingTransaction(json: result)) }
        } catch {
            return .refused(error.description)
        }
        return .other(result)
    }
}
