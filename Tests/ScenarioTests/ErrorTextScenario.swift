import Engine
import Foundation
import HoldpointClient
import HoldpointMessages
import HoldpointRPC
import Services
import Store
import Testing

@testable import Manager

/// Whatever goes wrong inside, no caller reads where the server keeps its files, what a type is called, or how a
/// library prints its errors.
@Suite struct ErrorTextScenario {
    private static let state = "/srv/a state/holdpoint"
    private static let forbidden = [
        "/srv", "a state", "Error Domain", "NSCocoaErrorDomain", "(code=", "Code=", "unusable(", "malformed(",
        "DecodingError", "keyNotFound", "CodingKeys", "EngineError", "StoreError", "Swift.", "Foundation.", "Optional(",
    ]

    private enum Unforeseen: Error {
        case path(String)
    }

    private struct Input: Decodable {
        let value: Int
    }

    /// One of every kind that the parts below can throw, each as it is when it is worst.
    private static var thrown: [any Error] {
        let path = "\(state)/layers/lay-x.qcow2"
        let reasons: [EngineError.Reason] = [
            .storageFull, .serverLost, .timeout, .volumeHasClients, .damaged, .unknown, .failed,
        ]
        let engine = reasons.flatMap { reason in
            [
                EngineError(reason, "cannot use \(path): Permission denied"),
                EngineError(reason, "Could not open '\(path)': No such file or directory"),
            ]
        }
        let texts: [any Error] = ["{", #"{"value":"a"}"#, "{}"].map { text in
            do {
                _ = try JSONDecoder().decode(Input.self, from: Data(text.utf8))
                return CancellationError()
            } catch {
                return error
            }
        }
        let store: [StoreError] = [
            .storageFull, .constraint("UNIQUE constraint failed: volume.id"), .malformed("Volume: \(path)"),
            .unusable("\(path) is no plain file"),
        ]
        let system: [any Error] = [
            CocoaError(.fileReadNoSuchFile, userInfo: [NSFilePathErrorKey: path]), POSIXError(.EACCES),
            NSError(domain: NSCocoaErrorDomain, code: 260, userInfo: [NSFilePathErrorKey: path]),
            Unforeseen.path(path), CancellationError(),
        ]
        return engine + store + texts + system
    }

    @Test func callersReadTextsForPeople() {
        let mapping = HoldpointErrorMapping(logger: ManagedHouse.logger)
        for error in Self.thrown {
            let status = mapping.status(for: error)
            expectForPeople(status.message, error)
            expectForPeople(problem(of: error, step: "step").message, error)
        }
    }

    /// An operation keeps and shows its problem, and so does what it was about.
    @Test func operationsKeepTextsForPeople() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let engine = SimulatedEngine()
        try await InProcessWorld.with(directory.path, engine: engine) { world, _ in
            _ = try await world.makeVolume("data-1")
            engine.inject(.fails(EngineError(.failed, "cannot use \(Self.state)/layers: no")), into: .prepareCut)
            let answer = try await world.client.snapshots.createSnapshot(
                CreateSnapshotRequest(
                    requestID: world.newID(), snapshot: HoldpointMessages.VolumeSnapshot(name: "now"), volume: "data-1")
            )
            let ended = try await world.client.wait(for: try #require(answer.operation), timeout: .seconds(60))
            #expect(ended.state == .failed)
            let volume = try await world.client.volumes.getVolume(GetVolumeRequest(volume: "data-1"))
            for text in [ended.error?.message, volume.failure?.message] + ended.steps.map(\.message) {
                expectForPeople(try #require(text), ended)
            }
            #expect(ended.error?.message.contains("cannot use layers: no") == true)
        }
    }

    private func expectForPeople(_ text: String, _ cause: Any) {
        for part in Self.forbidden { #expect(!text.contains(part), "\(part) in \"\(text)\", of \(cause)") }
    }
}
