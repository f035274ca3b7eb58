import Foundation
import HoldpointClient
import Testing

@Suite struct PasswordScenario {
    private static let new = "correct horse battery staple"

    /// The new one holds from the answer on, the old one no more; a call that is sent again does no harm.
    @Test(arguments: WorldKind.allCases)
    func aPasswordIsChangedWithTheOldOne(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            let request = SetPasswordRequest(newPassword: Self.new, consent: world.consent)
            for _ in 1...2 { _ = try await world.client.access.setPassword(request) }
            _ = try await world.makeVolume("data-1")
            #expect(try await refusal { try await world.deleteVolume("data-1") }.reason == "CONSENT_INVALID")
            let deletion = try await world.client.volumes.deleteVolume(
                DeleteVolumeRequest(
                    requestID: world.newID(), volume: "data-1",
                    consent: Consent(acknowledged: true, password: Self.new)))
            try await world.settled(deletion.operation)
        }
    }

    @Test(arguments: WorldKind.allCases)
    func whatIsNoChangeIsRefused(kind: WorldKind) async throws {
        try await World.with(kind) { world in
            func set(_ new: String, user: String = "", _ consent: Consent?) async throws -> Status {
                try await refusal {
                    try await world.client.access.setPassword(
                        SetPasswordRequest(user: user, newPassword: new, consent: consent))
                }
            }
            let wrong = Consent(acknowledged: true, password: "guess")
            #expect(try await set("short", wrong).reason == "INVALID_ARGUMENT")
            #expect(try await set(Self.new + "\n", world.consent).fieldViolations.map(\.field) == ["new_password"])
            #expect(try await set(Self.new, user: "somebody", world.consent).code == .notFound)
            #expect(try await set(Self.new, nil).reason == "CONSENT_REQUIRED")
            #expect(
                try await set(Self.new, Consent(acknowledged: false, password: world.password)).reason
                    == "CONSENT_REQUIRED")
            #expect(try await set(Self.new, wrong).reason == "CONSENT_INVALID")
            _ = try await world.makeVolume("data-1")
            try await world.deleteVolume("data-1")
        }
    }

    /// At a start the file counts; once a password was set, there is none, and none is made.
    @Test func theFileIsTheWayOutOfAForgottenPassword() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let file = directory.path + "/state/admin.password"
        try await running(directory) { world in
            _ = try await world.client.access.setPassword(
                SetPasswordRequest(newPassword: Self.new, consent: world.consent))
            #expect(!FileManager.default.fileExists(atPath: file))
        }
        try await running(directory, password: Self.new) { world in
            #expect(!FileManager.default.fileExists(atPath: file))
            _ = try await world.makeVolume("data-1")
            try await world.deleteVolume("data-1")
        }
        try Data("an operator's value\n".utf8).write(to: URL(fileURLWithPath: file))
        #expect(chmod(file, 0o600) == 0)
        try await running(directory) { world in
            _ = try await world.makeVolume("data-1")
            let old = Consent(acknowledged: true, password: Self.new)
            let status = try await refusal {
                try await world.client.volumes.deleteVolume(
                    DeleteVolumeRequest(requestID: world.newID(), volume: "data-1", consent: old))
            }
            #expect(status.reason == "CONSENT_INVALID")
            try await world.deleteVolume("data-1")
        }
    }

    /// The real `holdpointd` over one folder, from a start to an end.
    private func running(
        _ directory: TemporaryDirectory, password: String? = nil, _ body: (World) async throws -> Void
    ) async throws {
        let daemon = try DaemonProcess(directory.path)
        defer { daemon.end() }
        try await daemon.untilListening()
        let client = HoldpointClient(endpoint: .unix(path: daemon.socket))
        do {
            let world = World(
                client: client, password: try password ?? daemon.password(), directory: directory.path, kind: .binaries)
            try await body(world)
        } catch {
            await client.close()
            throw error
        }
        await client.close()
    }
}
