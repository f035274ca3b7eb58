// swift-tools-version: 6.2
import PackageDescription

// The arrows between targets are the design: architecture in README.md, checked by Tests/TidyTests.
let swift: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault")
]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

// Both programs need no Swift toolchain where they run, in debug and release builds: the command is one file but for
// libc and libm, so that it can be copied anywhere, and the server links SQLite besides. The Swift libraries, the C++
// library and libgcc come from their archives (Static/ shadows libstdc++.so with a linker script; gold resolves it too
// early, hence lld). These flags are why no test may depend on the targets `holdpoint` and `holdpointd`.
let oneFile: [LinkerSetting] = [
    .unsafeFlags([
        "-static-stdlib", "-use-ld=lld", "-Xclang-linker", "-static-libgcc",
        "-L\(Context.packageDirectory)/Clients/holdpoint/Main/Static",
        "-l_FoundationCShims", "-l_FoundationCollections", "-lswiftSynchronization",
    ])
]

// The server uses all of Foundation, which brings the data of Unicode along.
let wholeFoundation: [LinkerSetting] = [.unsafeFlags(["-lFoundation", "-lCoreFoundation", "-l_FoundationICU"])]

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
        .target(
            name: "HoldpointRPC", dependencies: ["ProtobufC", "CMessages"], exclude: ["README.md"],
            swiftSettings: swift),
        .target(
            name: "HoldpointRPCTransport", dependencies: ["HoldpointRPC", nioCore, nioPosix, logging],
            exclude: ["README.md"], swiftSettings: swift),
        .target(
            name: "HoldpointMessages", dependencies: ["HoldpointRPC", "ProtobufC", "CMessages"],
            swiftSettings: swift),

        .target(name: "Model", swiftSettings: swift),
        .target(name: "Store", dependencies: ["Model"], swiftSettings: swift),
        .target(
            name: "StoreSQLite",
            dependencies: [
                "Store", "Model", "CLinux", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"), logging,
            ],
            exclude: ["README.md"], swiftSettings: swift),
        .target(name: "Engine", dependencies: ["Model"], swiftSettings: swift),
        .target(name: "CLinux"),
        .target(
            name: "EngineQEMU", dependencies: ["Engine", "Model", "CLinux", logging], exclude: ["README.md"],
            swiftSettings: swift),
        .target(
            name: "Operations", dependencies: ["Store", "Model", logging], exclude: ["README.md"],
            swiftSettings: swift),
        .target(
            name: "Access", dependencies: ["Store", "Model", crypto, cryptoExtras, logging], exclude: ["README.md"],
            swiftSettings: swift),
        .target(
            name: "Manager", dependencies: ["Model", "Store", "Engine", "Operations", "Access", logging],
            swiftSettings: swift),
        .target(
            name: "Services",
            dependencies: [
                "HoldpointMessages", "HoldpointRPC", "ProtobufC", "Manager", "Access", "Model", logging, crypto,
            ],
            swiftSettings: swift),
        .executableTarget(
            name: "holdpointd",
            dependencies: [
                "Services", "Manager", "Access", "Operations", "Engine", "EngineQEMU", "Store", "StoreSQLite", "Model",
                "HoldpointRPC", "HoldpointRPCTransport", "HoldpointMessages", "CLinux", nioCore, nioPosix, logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"), crypto,
            ],
            swiftSettings: swift, linkerSettings: oneFile + wholeFoundation),

        .target(
            name: "HoldpointClient",
            dependencies: [
                "HoldpointMessages", "HoldpointRPC", "HoldpointRPCTransport", "ProtobufC",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            path: "Clients/HoldpointClient", swiftSettings: swift),
        .target(
            name: "HoldpointCommand",
            dependencies: [
                "HoldpointClient", "CLinux", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Clients/holdpoint/Command", swiftSettings: swift),
        .executableTarget(
            name: "holdpoint", dependencies: ["HoldpointCommand"],
            path: "Clients/holdpoint/Main", exclude: ["Static"], swiftSettings: swift, linkerSettings: oneFile),

        // A server for Tests/Interoperability, of a service that streams requests.
        .executableTarget(
            name: "StreamingServer",
            dependencies: ["HoldpointMessages", "HoldpointRPC", "HoldpointRPCTransport", crypto],
            path: "Tests/Support/StreamingServer", exclude: ["streaming.proto"], swiftSettings: swift),

        .testTarget(
            name: "CommandTests",
            dependencies: [
                "HoldpointCommand", "HoldpointClient",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: swift),

        .testTarget(
            name: "StoreSQLiteTests",
            dependencies: [
                "StoreSQLite", "Store", "Model", "CLinux", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"), logging,
            ],
            exclude: ["Fixtures"], swiftSettings: swift),
        .testTarget(name: "ModelTests", dependencies: ["Model"], swiftSettings: swift),
        .testTarget(
            name: "AccessTests",
            dependencies: ["Access", "StoreSQLite", "Store", "Model", logging], swiftSettings: swift),
        .target(
            name: "EngineTestSupport", dependencies: ["Engine", "Model"], path: "Tests/Support/EngineTestSupport",
            swiftSettings: swift),
        .testTarget(
            name: "EngineTests", dependencies: ["Engine", "EngineTestSupport", "Model"], swiftSettings: swift),
        .testTarget(
            name: "EngineQEMUTests", dependencies: ["EngineQEMU", "Engine", "EngineTestSupport", "Model", logging],
            swiftSettings: swift),
        .testTarget(name: "ProtobufCTests", dependencies: ["ProtobufC", "CProtobufC"], swiftSettings: swift),
        .testTarget(
            name: "MessagesTests", dependencies: ["HoldpointMessages", "HoldpointRPC", "ProtobufC", "CProtobufC"],
            swiftSettings: swift),
        .testTarget(
            name: "OperationsTests",
            dependencies: ["Operations", "StoreSQLite", "Store", "Model", logging], swiftSettings: swift),
        .testTarget(
            name: "ScenarioTests",
            dependencies: [
                "HoldpointClient", "HoldpointMessages", "HoldpointRPC", "HoldpointRPCTransport", "ProtobufC",
                "Services", "Manager", "Access", "Engine", "EngineQEMU", "EngineTestSupport", "Store", "StoreSQLite",
                "Model", logging,
            ], swiftSettings: swift),
        .testTarget(
            name: "HoldpointRPCTests", dependencies: ["HoldpointRPC", "ProtobufC"], swiftSettings: swift),
        .testTarget(
            name: "HoldpointRPCTransportTests",
            dependencies: ["HoldpointRPCTransport", "HoldpointRPC", "ProtobufC", logging], swiftSettings: swift),
        .testTarget(name: "TidyTests", swiftSettings: swift),
    ],
    swiftLanguageModes: [.v6]
)
