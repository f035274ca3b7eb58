import Engine
import EngineTestSupport
import Foundation
import Glibc
import Model
import Testing

@testable import EngineQEMU

extension QEMUTests {
    /// What stands where the layers' folder and files are expected.
    @Suite struct FolderTests {
        private func startFailure(_ world: TestWorld) async throws -> EngineError? {
            let successor = try world.successor()
            return await #expect(throws: EngineError.self) { _ = try await successor.start() }
        }

        /// A folder that somebody else can change, or that leads elsewhere, is refused, and nothing in it is touched.
        @Test(arguments: ["layers", "layers/.quarantine", "run", "trash", "quarantine"])
        func foldersThatAreNotOursAreRefused(_ name: String) async throws {
            try await TestWorld.with { world in
                let path = "\(world.stateDirectory)/\(name)"
                let elsewhere = "\(world.stateDirectory)/elsewhere"
                let kept = "\(elsewhere)/lay-aaaaaaaaaaaa.qcow2.new"
                if access(path, F_OK) == 0 { try #require(rename(path, elsewhere) == 0) }
                try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: true)
                try Data().write(to: URL(fileURLWithPath: kept))

                try #require(symlink(elsewhere, path) == 0)
                #expect(try await startFailure(world)?.message.contains("\(path): it is a link") == true)
                try #require(unlink(path) == 0 && rename(elsewhere, path) == 0 && chmod(path, 0o777) == 0)
                #expect(try await startFailure(world)?.message.contains("chmod go-w \(path)") == true)
                if geteuid() == 0 {
                    try #require(chmod(path, 0o700) == 0 && chown(path, 65_534, 65_534) == 0)
                    #expect(try await startFailure(world)?.message.contains("user 65534's") == true)
                }
                #expect(access("\(path)/lay-aaaaaaaaaaaa.qcow2.new", F_OK) == 0)
                try #require(chown(path, geteuid(), getegid()) == 0 && chmod(path, 0o700) == 0)
                _ = try await world.successor().start()
            }
        }

        /// An empty folder in place of a mounted one makes no layer look lost, and gets no new ones.
        @Test func anotherFolderInItsPlaceIsRefused() async throws {
            try await TestWorld.with { world in
                let layer = world.newLayer()
                try await world.engine.createLayer(layer, over: [])
                let folder = world.engine.layers.folder
                try #require(rename(folder, folder + ".away") == 0 && mkdir(folder, 0o700) == 0)
                #expect(try await startFailure(world)?.message.contains("not mounted") == true)
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
                let problems = try await world.engine.inventory().folderProblems
                #expect(problems[folder]?.contains("not mounted") == true)
                try #require(rmdir(folder) == 0 && rename(folder + ".away", folder) == 0)
                let successor = try world.successor()
                _ = try await successor.start()
                #expect(try await successor.allLayers() == [layer.id])
            }
        }

        /// What is named like a layer and is no plain file is told, never opened, and moved aside as it is.
        @Test func whatIsNoPlainFileIsToldAndLeft() async throws {
            try await TestWorld.with { world in
                let whole = world.newLayer()
                try await world.engine.createLayer(whole, over: [])
                let planted = [
                    (world.newLayer(), "special file"), (world.newLayer(), "link"), (world.newLayer(), "folder"),
                ]
                try #require(mkfifo(world.path(of: planted[0].0), 0o600) == 0)
                try #require(symlink(world.path(of: whole), world.path(of: planted[1].0)) == 0)
                try #require(mkdir(world.path(of: planted[2].0), 0o700) == 0)
                let names = ["lost+found", "notes\u{1B}", "e\u{301}"]
                try #require(mkdir("\(world.engine.layers.folder)/\(names[0])", 0o700) == 0)
                for name in names.dropFirst() {
                    try Data(name.utf8).write(to: URL(fileURLWithPath: "\(world.engine.layers.folder)/\(name)"))
                }
                // No text, and repaired it would be the name of the layer.
                let unnameable = Array("\(world.engine.layers.folder)/x".utf8CString.dropLast()) + [CChar(-1), 0]
                let descriptor = open(unnameable, O_CREAT | O_WRONLY, 0o600)
                try #require(descriptor >= 0)
                close(descriptor)

                let successor = try world.successor()
                _ = try await successor.start()
                let inventory = try await successor.inventory()
                #expect(Set(inventory.layers.keys) == [whole.id] && inventory.unread.isEmpty)
                #expect(try await successor.allLayers() == [whole.id])
                for (layer, kind) in planted {
                    let stray = try #require(inventory.strays.first { $0.layerID == layer.id })
                    #expect(stray.what == kind)
                    let refused = await #expect(throws: EngineError.self) {
                        try await successor.createLayer(layer, over: [])
                    }
                    #expect(refused?.message.contains("it is") == true, "\(String(describing: refused))")
                }
                #expect(Set(inventory.strays.map(\.name)).isSuperset(of: ["notes\\u{1b}", "x\\xff"]))
                #expect(!inventory.strays.contains { $0.id == "lost+found" })

                try await successor.setAside(inventory.strays, [])
                let left = try await successor.inventory()
                #expect(left.strays.map(\.name) == ["x\\xff"])
                try await successor.verify([whole], .data)
            }
        }

        /// What an older version left beside the layers' folder goes the way that it was on.
        @Test func formerFoldersAreTakenOver() async throws {
            try await TestWorld.with { world in
                for (folder, name) in [("trash", "lay-a.qcow2"), ("quarantine", "notes.txt.17")] {
                    let path = "\(world.stateDirectory)/\(folder)"
                    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
                    try Data("kept".utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
                }
                _ = try await world.successor().start()
                #expect(access("\(world.stateDirectory)/trash", F_OK) != 0)
                #expect(access("\(world.stateDirectory)/quarantine", F_OK) != 0)
                let kept = "\(world.engine.layers.directory.quarantine)/notes.txt.17"
                #expect(try String(contentsOfFile: kept, encoding: .utf8) == "kept")
            }
        }
    }
}
