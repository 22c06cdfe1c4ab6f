public import EVMCodec

/// The OpenRPC document, made from the method table. Source: spec.open-rpc.org, version 1.3.
public enum OpenRPC {
    /// Version of this API: the second number grows with every method added, the first with every change that breaks
    /// a caller.
    public static let apiVersion = "1.0.0"

    /// The document that `rpc.discover` gives.
    public static let document: JSON = [
        "openrpc": "1.3.2",
        "info": ["title": "Martlet admin API", "version": .string(apiVersion), "license": ["name": "MIT"]],
        "methods": .array(AdminMethods.all.map(describe)),
    ]

    private static func describe(_ method: AdminMethod) -> JSON {
        [
            "name": .string(method.name), "summary": .string(method.summary), "paramStructure": "either",
            "params": .array(
                method.parameters.map {
                    [
                        "name": .string($0.name), "summary": .string($0.summary), "required": .bool($0.isRequired),
                        "schema": $0.schema.json,
                    ]
                }),
            "result": [
                "name": .string(method.result.name), "summary": .string(method.result.summary),
                "schema": method.result.schema.json,
            ],
        ]
    }
}
