// swift-tools-version: 6.2
import PackageDescription

// A package of its own: building Holdpoint needs neither swift-protobuf nor protoc.
let package = Package(
    name: "protoc-gen-holdpoint",
    dependencies: [
        .package(url: "https://github.com/apple/swift-protobuf.git", exact: "1.39.0")
    ],
    targets: [
        .executableTarget(
            name: "protoc-gen-holdpoint",
            dependencies: [
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "SwiftProtobufPluginLibrary", package: "swift-protobuf"),
            ]),
        .testTarget(
            name: "GeneratorTests",
            dependencies: [
                "protoc-gen-holdpoint",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "SwiftProtobufPluginLibrary", package: "swift-protobuf"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
