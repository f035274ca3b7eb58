// swift-tools-version: 6.2
import PackageDescription

// The arrows between targets are the design: architecture in README.md, checked by Tests/TidyTests.
let swift: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "holdpoint",
    products: [
        .library(name: "HoldpointClient", targets: ["HoldpointClient"]),
        .executable(name: "holdpoint", targets: ["holdpoint"]),
        .executable(name: "holdpointd", targets: ["holdpointd"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
    ],
    targets: [
        .systemLibrary(name: "CProtobufC"),
        .target(name: "CMessages", dependencies: ["CProtobufC"]),
        .target(
            name: "ProtobufC", dependencies: ["CProtobufC"], swiftSettings: swift,
            linkerSettings: [.linkedLibrary(":libprotobuf-c.a")]),
        .target(name: "HoldpointRPC", dependencies: ["ProtobufC", "CMessages"], swiftSettings: swift),
        .target(
            name: "HoldpointRPCTransport", dependencies: ["HoldpointRPC", nioCore, nioPosix, logging],
            swiftSettings: swift),
        .target(
            name: "HoldpointMessages", dependencies: ["HoldpointRPC", "ProtobufC", "CMessages"],
            swiftSettings: swift),

        .target(name: "Model", swiftSettings: swift),
        .target(name: "Store", dependencies: ["Model"], swiftSettings: swift),
        .target(
            name: "StoreSQLite",
            dependencies: ["Store", "Model", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: swift),
        .target(name: "Engine", dependencies: ["Model"], swiftSettings: swift),
        .target(name: "EngineQEMU", dependencies: ["Engine", "Model", logging], swiftSettings: swift),
        .target(name: "Operations", dependencies: ["Store", "Model", logging], swiftSettings: swift),
        .target(
            name: "Manager", dependencies: ["Model", "Store", "Engine", "Operations", logging],
            swiftSettings: swift),
        .target(
            name: "Services",
            dependencies: [
                "HoldpointMessages", "HoldpointRPC", "ProtobufC", "Manager", "Model",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: swift),
        .executableTarget(
            name: "holdpointd",
            dependencies: [
                "Services", "Manager", "Operations", "Engine", "EngineQEMU", "Store", "StoreSQLite", "Model",
                "HoldpointRPC", "HoldpointRPCTransport", "HoldpointMessages", nioCore, nioPosix, logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: swift),

        .target(
            name: "HoldpointClient",
            dependencies: ["HoldpointMessages", "HoldpointRPC", "HoldpointRPCTransport", "ProtobufC"],
            path: "Clients/HoldpointClient", swiftSettings: swift),
        .executableTarget(
            name: "holdpoint",
            dependencies: [
                "HoldpointClient", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Clients/holdpoint", swiftSettings: swift),

        .testTarget(
            name: "HoldpointRPCTests", dependencies: ["HoldpointRPC", "ProtobufC"], swiftSettings: swift),
        .testTarget(
            name: "HoldpointRPCTransportTests",
            dependencies: ["HoldpointRPCTransport", "HoldpointRPC", "ProtobufC", logging], swiftSettings: swift),
    ],
    swiftLanguageModes: [.v6]
)
