/// Which target may import which, as the architecture says; an arrow that is not here needs a decision, not a line.
enum Arrows {
    /// Modules of the platform.
    static let system: Set<String> = [
        "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "PackageDescription", "Synchronization", "Testing",
    ]

    static let allowed: [String: Set<String>] = [
        "CProtobufC": [],
        "CMessages": ["CProtobufC"],
        "ProtobufC": ["CProtobufC"],
        "HoldpointRPC": ["ProtobufC", "CMessages"],
        "HoldpointRPCTransport": ["HoldpointRPC", "NIOCore", "NIOPosix", "Logging"],
        "HoldpointMessages": ["HoldpointRPC", "ProtobufC", "CMessages"],
        "Model": [],
        "Store": ["Model"],
        "StoreSQLite": ["Store", "Model", "CLinux", "GRDB", "GRDBSQLite", "Logging"],
        "Engine": ["Model"],
        "CLinux": [],
        "EngineQEMU": ["Engine", "Model", "CLinux", "Logging"],
        "Operations": ["Store", "Model", "Logging"],
        "Access": ["Store", "Model", "Crypto", "CryptoExtras", "Logging"],
        "Manager": ["Model", "Store", "Engine", "Operations", "Access", "Logging"],
        "Services": [
            "HoldpointMessages", "HoldpointRPC", "ProtobufC", "Manager", "Access", "Model", "Logging", "Crypto",
        ],
        "HoldpointClient": ["HoldpointMessages", "HoldpointRPC", "HoldpointRPCTransport", "ProtobufC", "Crypto"],
        "HoldpointCommand": ["HoldpointClient", "CLinux", "ArgumentParser"],
        "holdpoint": ["HoldpointCommand"],
        "EngineTestSupport": ["Engine", "Model"],
        "StreamingServer": ["HoldpointMessages", "HoldpointRPC", "HoldpointRPCTransport", "Crypto"],
    ]

    /// The composition root sees everything; tests see what they test.
    static func isFree(_ target: String) -> Bool { target == "holdpointd" || target.hasSuffix("Tests") }

    /// Modules whose symbols are C structures: for generated code, and for the run-time under it.
    static let cStructures: Set<String> = ["CMessages", "CProtobufC"]
    static let cStructureUsers: Set<String> = ["ProtobufC"]
}
