import Foundation
import HoldpointClient
import Testing

@testable import HoldpointCommand

@Suite struct CheckTests {
    private func finding(_ severity: ConsistencyFinding.Severity) -> ConsistencyFinding {
        ConsistencyFinding(
            severity: severity, reason: "ORPHANED_LAYER", kind: "layer", id: "l1", message: "nobody knows it")
    }

    private func report(_ severities: ConsistencyFinding.Severity...) -> ConsistencyReport {
        ConsistencyReport(findings: severities.map(finding), volumeCount: 1, layerCount: 2)
    }

    @Test func theWorstFindingDecides() {
        #expect(report().failure == nil)
        #expect(report(.notice, .notice).failure == nil)
        #expect(report(.notice, .warning).failure == .failedPrecondition)
        #expect(report(.unspecified).failure == .failedPrecondition)
        #expect(report(.warning, .error).failure == .dataLoss)
        #expect(report(.unrecognized(9)).failure == .dataLoss)
    }

    @Test func everythingIsCounted() {
        #expect(
            report(.error, .warning, .unspecified, .notice).summary
                == "1 error, 2 warnings, 1 notice; looked at 1 volume, 0 snapshots, 0 servers, 2 layers")
    }

    @Test(
        arguments: [([], 0), ([.notice], 0), ([.warning], 4), ([.error], 7)]
            as [([ConsistencyFinding.Severity], Int32)])
    func itsExitCodeSaysHowBadItIs(_ severities: [ConsistencyFinding.Severity], _ code: Int32) async throws {
        let repairs = Requests<Bool>()
        let report = ConsistencyReport(findings: severities.map(finding))
        try await withCommand { router in
            router.unary(AdminServiceMethods.checkConsistency) { request, _ in
                repairs.add(request.repair)
                return report
            }
        } _: { command in
            let ended = try await command.run("admin", "check", "--repair")
            #expect(ended.code == code)
            #expect(ended.output.contains("ORPHANED_LAYER  layer l1  nobody knows it\n") == !severities.isEmpty)
            #expect((code == 0 ? ended.output : ended.error).contains("; looked at"))
            let tree = try await command.run("admin", "check", "--repair", "--dry-run", "-o", "json")
            #expect(tree.code == code && tree.output.contains(#""findings": ["#))
            #expect(tree.error.contains("DATA_LOSS") == (code == 7))
            #expect(repairs.all == [true, false])
        }
    }
}

@Suite struct ThoroughCheckTests {
    /// It asks until no layer is left, and no longer than that helps; a repair is asked for once.
    @Test(arguments: [[700, 300, 0], [700, 700], [0]] as [[UInt32]])
    func itGoesOnUntilNothingIsLeft(_ unchecked: [UInt32]) async throws {
        let requests = Requests<CheckConsistencyRequest>()
        try await withCommand { router in
            router.unary(AdminServiceMethods.checkConsistency) { request, _ in
                let left = unchecked[min(requests.all.count, unchecked.count - 1)]
                requests.add(request)
                return ConsistencyReport(layerCount: 1000, uncheckedLayerCount: left)
            }
        } _: { command in
            let ended = try await command.run("admin", "check", "--thorough", "--repair")
            #expect(ended.code == 0)
            #expect(requests.all.map(\.repair) == unchecked.indices.map { $0 == 0 })
            #expect(requests.all.allSatisfy { $0.thorough })
            for left in unchecked.dropLast() { #expect(ended.error.contains("\(left) of 1000 layers are left")) }
            #expect(ended.output.contains("700 layers not looked into yet") == (unchecked.last == 700))
        }
    }
}

@Suite struct ResolveTests {
    /// Foundation has operations, too.
    typealias Ended = HoldpointMessages.Operation.State
    private let requests = Requests<ResolveFailureRequest>()

    private func withServer(_ state: ResolveTests.Ended, _ body: (RealCommand) async throws -> Void) async throws {
        try await withCommand { router in
            router.unary(AdminServiceMethods.resolveFailure) { [requests] request, _ in
                requests.add(request)
                return ResolveFailureAnswer(operation: .init(id: "op-1", state: state))
            }
        } _: { command in
            try await body(command)
        }
    }

    @Test func retriesAndRestoresWithoutConsent() async throws {
        try await withServer(.succeeded) { command in
            let ended = try await command.run("admin", "resolve", "op-1", "--retry")
            #expect(ended.code == 0 && ended.output.contains("SUCCEEDED"))
            #expect(try await command.run("admin", "resolve", "vol-1", "--restore").code == 0)
            #expect(requests.all.map(\.action) == [.retry, .restore])
            #expect(requests.all.map(\.resource) == ["op-1", "vol-1"])
        }
    }

    @Test func abandoningNeedsConsent() async throws {
        let password = try temporaryFile("planted-secret")
        defer { remove(password) }
        try await withServer(.succeeded) { command in
            #expect(try await command.run("admin", "resolve", "vol-1", "--abandon").code == 2)
            #expect(requests.all.map(\.validateOnly) == [true])
            let ended = try await command.run(
                "admin", "resolve", "vol-1", "--abandon", "--yes", "--password-file", password)
            #expect(ended.code == 0 && requests.all.last?.validateOnly == false)
            #expect(requests.all.last?.consent?.password == "planted-secret")
        }
    }

    @Test func whatIsStuckAgainIsNoSuccess() async throws {
        try await withServer(.stuck) { command in
            let ended = try await command.run("admin", "resolve", "op-1", "--retry")
            #expect(ended.code == 7 && ended.error.contains("holdpoint admin resolve op-1 --retry"))
        }
    }

    @Test(arguments: [[], ["--retry", "--abandon"], ["--bogus"]])
    func exactlyOneDecisionIsTaken(_ flags: [String]) {
        #expect(throws: (any Error).self) { try Root.parseAsRoot(["admin", "resolve", "op-1"] + flags) }
    }
}

@Suite struct BackupTests {
    /// Of "abc".
    private static let digest: [UInt8] = [
        0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
        0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
    ]
    private let parts = [BackupChunk(data: Array("a".utf8)), BackupChunk(data: Array("bc".utf8))]

    private func withBackup(
        _ chunks: [BackupChunk], _ body: (RealCommand, String) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("backup-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await withCommand { router in
            router.serverStreaming(AdminServiceMethods.backupMetadata) { _, _, responses in
                for chunk in chunks { try await responses.send(chunk) }
            }
        } _: { command in
            try await body(command, folder.path)
        }
    }

    private func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder)
    }

    @Test func isThereWholeAndNobodyElseReadsIt() async throws {
        try await withBackup(parts + [BackupChunk(sha256: BackupTests.digest)]) { command, folder in
            let file = folder + "/backup"
            let ended = try await command.run("admin", "backup", file)
            #expect(ended.code == 0 && ended.output.isEmpty)
            #expect(ended.error.contains("3 bytes, SHA-256 ba7816bf"))
            #expect(FileManager.default.contents(atPath: file) == Data("abc".utf8))
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(try names(folder) == ["backup"])
            #expect(try await command.run("admin", "backup", "-").output == "abc")
        }
    }

    @Test func replacesNothingUnlessToldSo() async throws {
        try await withBackup(parts + [BackupChunk(sha256: BackupTests.digest)]) { command, folder in
            let file = folder + "/backup"
            try Data("old".utf8).write(to: URL(fileURLWithPath: file))
            let refused = try await command.run("admin", "backup", file)
            #expect(refused.code == 2 && refused.error.contains("--force replaces it"))
            #expect(FileManager.default.contents(atPath: file) == Data("old".utf8))
            #expect(try await command.run("admin", "backup", file, "--force").code == 0)
            #expect(FileManager.default.contents(atPath: file) == Data("abc".utf8))
            let link = folder + "/link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "nowhere")
            #expect(try await command.run("admin", "backup", link).code == 2)
            let replaced = try await command.run("admin", "backup", link, "--force")
            #expect(replaced.code == 2 && replaced.error.contains("no plain file"))
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "nowhere")
        }
    }

    @Test(arguments: [
        [BackupChunk](), [BackupChunk(sha256: Array(repeating: 7, count: 32))],
        [BackupChunk(sha256: BackupTests.digest), BackupChunk(data: [1])],
    ])
    func oneThatIsNotWholeLeavesNoFile(_ end: [BackupChunk]) async throws {
        try await withBackup(parts + end) { command, folder in
            let ended = try await command.run("admin", "backup", folder + "/backup")
            #expect(ended.code == 7 && ended.error.contains("did not arrive whole"))
            #expect(try names(folder) == [])
            #expect(try await command.run("admin", "backup", "-").code == 7)
        }
    }

    @Test func aFolderThatIsNotThereIsWrongUsage() async throws {
        try await withBackup(parts) { command, folder in
            let ended = try await command.run("admin", "backup", "\(folder)/no/backup")
            #expect(ended.code == 2)
        }
    }
}
