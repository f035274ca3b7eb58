import Engine
import Foundation
import Model
import Testing

@testable import EngineQEMU

@Suite struct QCOW2Tests {
    static let sizes = [ByteCount.mebibyte, .gibibyte, ByteCount(bytes: 10 << 30), VolumeSize.largest]

    private func write(_ image: QCOW2Image, to path: String) throws {
        var contents = [UInt8](repeating: 0, count: Int(image.fileByteCount))
        for piece in image.pieces {
            contents.replaceSubrange(Int(piece.offset)..<Int(piece.offset) + piece.bytes.count, with: piece.bytes)
        }
        try Data(contents).write(to: URL(fileURLWithPath: path))
    }

    private func qemuImage(_ arguments: String...) throws -> String {
        try ChildProcess.run("qemu-img", arguments, deadline: .seconds(30))
    }

    @Test(arguments: sizes) func qemuFindsTheImageWhole(_ size: ByteCount) throws {
        let folder = "/tmp/hp-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try write(QCOW2Image(size: size, backingName: nil), to: "\(folder)/root.qcow2")
        try write(QCOW2Image(size: size, backingName: "root.qcow2"), to: "\(folder)/top.qcow2")

        try expectClean(["\(folder)/root.qcow2", "\(folder)/top.qcow2"])
        let info = try qemuImage("info", "--output=json", "\(folder)/top.qcow2")
        #expect(info.contains("\"virtual-size\": \(size.bytes)"))
        #expect(info.contains("\"backing-filename\": \"root.qcow2\""))
        #expect(info.contains("\"backing-filename-format\": \"qcow2\""))
        #expect(info.contains("\"refcount-bits\": 16"))
    }

    @Test(arguments: sizes) func headerIsReadBack(_ size: ByteCount) throws {
        for name in [nil, "lay-abcdefghijkl.qcow2"] {
            let header = try #require(QCOW2Header(QCOW2Image(size: size, backingName: name).pieces[0].bytes))
            #expect(header.size == size)
            #expect(header.backingName == name)
            #expect(!header.isCorrupt)
        }
    }

    @Test func headerOfQEMUIsReadToo() throws {
        let path = "/tmp/hp-\(UInt32.random(in: .min ... .max)).qcow2"
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = try qemuImage("create", "-q", "-u", "-f", "qcow2", "-b", "below.qcow2", "-F", "qcow2", path, "3M")
        let header = try #require(QCOW2Header(Files.read(path, upTo: QCOW2Header.readByteCount)))
        #expect(header.size == ByteCount(bytes: 3 << 20))
        #expect(header.backingName == "below.qcow2")
    }

    @Test func everyTruncationAndEveryFlippedByteIsReadOrRefused() throws {
        let bytes = QCOW2Image(size: .gibibyte, backingName: "lay-abcdefghijkl.qcow2").pieces[0].bytes
        for length in 0..<bytes.count {
            #expect(QCOW2Header(Array(bytes.prefix(length))) == nil, "\(length) bytes are no whole header")
        }
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0xFF
            // Must not trap; a byte that is not looked at changes nothing.
            if let header = QCOW2Header(damaged), index < 8 { Issue.record("a header without its magic: \(header)") }
        }
    }
}
