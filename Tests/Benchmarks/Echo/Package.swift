// swift-tools-version: 6.2
import PackageDescription

// A package of its own: what only the benchmarks need is in no other build.
let package = Package(
    name: "echo",
    dependencies: [
        .package(name: "holdpoint", path: "../../..")
    ],
    targets: [
        .executableTarget(
            name: "echo",
            // With it come the modules below it: messages, calls and transport.
            dependencies: [.product(name: "HoldpointClient", package: "holdpoint")],
            swiftSettings: [.enableUpcomingFeature("InternalImportsByDefault")])
    ],
    swiftLanguageModes: [.v6]
)
